{{/* Parts of a service's pod. */}}

{{/* The name of the environment for programs that look services up by it. */}}
{{- define "agentEnv.environmentName" -}}
- name: AGENT_ENV
  value: {{ include "agentEnv.fullname" . | quote }}
{{- end }}

{{/* Image, command and the rest that an init container shares with a service's own container. */}}
{{- define "agentEnv.program" -}}
image: {{ .image | quote }}
{{- with .imagePullPolicy }}
imagePullPolicy: {{ . | quote }}
{{- end }}
{{- with .command }}
command:
  {{- range . }}
  - {{ include "agentEnv.scalar" . | quote }}
  {{- end }}
{{- end }}
{{- with .args }}
args:
  {{- range . }}
  - {{ include "agentEnv.scalar" . | quote }}
  {{- end }}
{{- end }}
{{- with .workingDir }}
workingDir: {{ . | quote }}
{{- end }}
{{- end }}

{{/* One variable: a plain value as text, anything else as it is. */}}
{{- define "agentEnv.variable" -}}
{{- if hasKey . "value" }}
- name: {{ .name | quote }}
  value: {{ include "agentEnv.scalar" .value | quote }}
{{- else }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end }}

{{/* Mounts of a service: its own, then its named volumes, then the resolver. Takes `root` and `service`. */}}
{{- define "agentEnv.volumeMounts" -}}
{{- $fullname := include "agentEnv.fullname" .root }}
{{- with .service.volumeMounts }}
{{ toYaml . }}
{{- end }}
{{- range .service.volumes }}
{{- if kindIs "string" . }}
{{- $parts := splitList ":" . }}
- name: {{ printf "%s-%s" $fullname (first $parts) | quote }}
  mountPath: {{ index $parts 1 | quote }}
  {{- if has "ro" (slice $parts 2) }}
  readOnly: true
  {{- end }}
{{- end }}
{{- end }}
{{- if not .root.Values.corednsUpstream }}
- name: resolv-conf
  mountPath: /etc/resolv.conf
  subPath: resolv.conf
{{- end }}
{{- end }}

{{/* Volumes of a pod: what the resolver needs, the claims behind named volumes, then the service's own, as templates. */}}
{{- define "agentEnv.volumes" -}}
{{- $fullname := include "agentEnv.fullname" .root }}
- name: coredns-config
  configMap:
    name: {{ $fullname }}-coredns-configmap
{{- if not .root.Values.corednsUpstream }}
- name: resolv-conf
  configMap:
    name: {{ $fullname }}-resolv-conf
{{- end }}
{{- $claimed := list }}
{{- range .service.volumes }}
{{- if not (kindIs "string" .) }}
- {{ tpl (toYaml .) $.root | nindent 2 | trim }}
{{- else }}
{{- $name := printf "%s-%s" $fullname (splitList ":" . | first) }}
{{- if not (has $name $claimed) }}
{{- $claimed = append $claimed $name }}
- name: {{ $name | quote }}
  persistentVolumeClaim:
    claimName: {{ $name | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The resolver beside every service. */}}
{{- define "agentEnv.coredns" -}}
- name: coredns
  image: {{ .Values.corednsImage | quote }}
  {{- if .Values.corednsNativeSidecar }}
  restartPolicy: Always
  {{- end }}
  {{- with .Values.corednsCommand }}
  command:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.corednsSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  # Limits equal requests, so that the pod as a whole is of the class Guaranteed.
  resources:
    requests:
      memory: "128Mi"
      cpu: "100m"
    limits:
      memory: "128Mi"
      cpu: "100m"
  ports:
    - containerPort: 53
      protocol: UDP
      name: dns
    - containerPort: 53
      protocol: TCP
      name: dns-tcp
    - containerPort: {{ int .Values.corednsReadyPort }}
      protocol: TCP
      name: dns-ready
  startupProbe:
    httpGet:
      path: /ready
      port: dns-ready
    periodSeconds: 1
    failureThreshold: 30
  volumeMounts:
    - name: coredns-config
      mountPath: /etc/coredns
      readOnly: true
{{- end }}
