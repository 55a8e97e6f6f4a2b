{{/* The settings of runs. */}}

{{/*
The defaults, as JSON. Helm takes out what the user sets to null; a field of the Job is null again here, for it was said
that it shall not be set.
*/}}
{{- define "agents.defaults" -}}
{{- $defaults := deepCopy .Values.agentRun.defaults }}
{{- $job := $defaults.job | default dict }}
{{- range $key := list "backoffLimit" "ttlSecondsAfterFinished" "activeDeadlineSeconds" "completions" "parallelism" }}
{{- if not (hasKey $job $key) }}
{{- $_ := set $job $key nil }}
{{- end }}
{{- end }}
{{- $_ := set $defaults "job" $job }}
{{- toJson $defaults }}
{{- end }}

{{/* Settings by name, as JSON: compat, then what the user has; null removes one. */}}
{{- define "agents.profiles" -}}
{{- $profiles := dict "compat" (.Files.Get "profiles/compat.json" | fromJson) }}
{{- range $name, $profile := .Values.agentRun.profiles }}
{{- if kindIs "invalid" $profile }}
{{- $_ := unset $profiles $name }}
{{- else }}
{{- $_ := set $profiles $name $profile }}
{{- end }}
{{- end }}
{{- toJson $profiles }}
{{- end }}

{{/* Whether there is telemetry to publish: "true" or nothing. */}}
{{- define "agents.hasTelemetry" -}}
{{- with .Values.agentRun.telemetry }}
{{- if and .enabled .otel.enabled }}true{{ end }}
{{- end }}
{{- end }}

{{/* The namespace's labels for pod security: where it is ours to make and named by namespaceOverride; else nothing. */}}
{{- define "agents.podSecurityLabels" -}}
{{- $admission := .Values.podSecurityAdmission }}
{{- if and $admission.enabled $admission.createNamespace .Values.namespaceOverride }}
{{- range $mode := list "enforce" "warn" "audit" }}
{{- with index ($.Values.agentRun.podSecurity | default dict) $mode }}
pod-security.kubernetes.io/{{ $mode }}: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Milliseconds of a duration as Prometheus writes it, such as 1m30s. */}}
{{- define "agents.milliseconds" -}}
{{- $units := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 "d" 86400000 "w" 604800000 "y" 31536000000 }}
{{- $sum := 0 }}
{{- range regexFindAll "[0-9]+(ms|[smhdwy])" . -1 }}
{{- $number := regexFind "^[0-9]+" . }}
{{- $sum = add $sum (mul (int64 $number) (index $units (trimPrefix $number .))) }}
{{- end }}
{{- $sum }}
{{- end }}

{{/* What a run's pods are selected by: the value of the label is the run's name. */}}
{{- define "agents.runSelector" -}}
matchExpressions:
  - key: agents.proompteng.ai/agent-run
    operator: Exists
{{- end }}
