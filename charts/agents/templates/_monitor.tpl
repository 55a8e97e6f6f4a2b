{{/*
A ServiceMonitor of the metrics Service. Takes `root`, `name`, and the settings `monitor`.
*/}}
{{- define "agents.monitor" -}}
{{- $monitor := .monitor -}}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  {{- include "agents.metadata" (dict "root" .root "name" .name "namespace" $monitor.namespace "labels" $monitor.labels "annotations" $monitor.annotations) | nindent 2 }}
spec:
  namespaceSelector:
    matchNames:
      - {{ include "agents.namespace" .root | quote }}
  selector:
    matchLabels:
      {{- include "agents.selectorLabels" .root | nindent 6 }}
      app.kubernetes.io/component: metrics
  endpoints:
    - port: metrics
      path: {{ .root.Values.metrics.path | quote }}
      interval: {{ $monitor.interval | quote }}
      scrapeTimeout: {{ $monitor.scrapeTimeout | quote }}
      honorLabels: {{ $monitor.honorLabels | default false }}
      {{- with $monitor.relabelings }}
      relabelings:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $monitor.metricRelabelings }}
      metricRelabelings:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
