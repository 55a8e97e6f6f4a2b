{{/* Disruption budgets and autoscalers of both components. */}}

{{/* A PodDisruptionBudget. Takes `root`, `name`, `selector` (labels as text), and the settings `budget`. */}}
{{- define "agents.budget" -}}
{{- $budget := .budget -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "agents.metadata" (dict "root" .root "name" .name "annotations" $budget.annotations) | nindent 2 }}
spec:
  selector:
    matchLabels:
      {{- .selector | nindent 6 }}
  {{- range $key := list "minAvailable" "maxUnavailable" }}
  {{- $value := index $budget $key }}
  {{- if kindIs "string" $value }}
  {{- if $value }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
  {{- else if not (kindIs "invalid" $value) }}
  {{ $key }}: {{ $value | int64 }}
  {{- end }}
  {{- end }}
{{- end }}

{{/* A HorizontalPodAutoscaler of the Deployment of that name. Takes `root`, `name`, and the settings `autoscaling`. */}}
{{- define "agents.autoscaler" -}}
{{- $autoscaling := .autoscaling -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  {{- include "agents.metadata" (dict "root" .root "name" .name) | nindent 2 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ .name | quote }}
  minReplicas: {{ $autoscaling.minReplicas | int64 }}
  maxReplicas: {{ $autoscaling.maxReplicas | int64 }}
  metrics:
    {{- range $resource, $percent := dict "cpu" $autoscaling.targetCPUUtilizationPercentage "memory" $autoscaling.targetMemoryUtilizationPercentage }}
    {{- if $percent }}
    - type: Resource
      resource:
        name: {{ $resource }}
        target:
          type: Utilization
          averageUtilization: {{ $percent | int64 }}
    {{- end }}
    {{- end }}
{{- end }}
