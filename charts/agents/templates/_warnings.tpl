{{/* What is allowed and may yet surprise: a line each, shown after an installation. */}}
{{- define "agents.warnings" -}}
{{- $values := .Values }}
{{- $run := .Values.agentRun }}
{{- $warnings := list }}
{{- if and $run.artifacts.enabled (has $run.artifacts.provider (list "gcs" "azure")) }}
{{- $warnings = append $warnings (printf "agentRun.artifacts.provider %s: runners have no uploader for it; only its name is published." $run.artifacts.provider) }}
{{- end }}
{{- range $rule := $run.serviceAccount.rbac.create | ternary $run.serviceAccount.rbac.rules list }}
{{- range $resource := $rule.resources }}
{{- if and (eq $resource "secrets") (not $rule.resourceNames) }}
{{- $warnings = append $warnings "agentRun.serviceAccount.rbac.rules: a rule for secrets without resourceNames reaches all of them." }}
{{- else if not (has $resource (list "secrets" "configmaps" "persistentvolumeclaims" "events")) }}
{{- $warnings = append $warnings (printf "agentRun.serviceAccount.rbac.rules: runs seldom need %s; Secrets, ConfigMaps, PersistentVolumeClaims and Events are usual." $resource) }}
{{- end }}
{{- end }}
{{- end }}
{{- $policy := $run.networkPolicy }}
{{- if and $policy.enabled (has "Egress" $policy.policyTypes) (not ($policy.cilium.enabled | ternary $policy.cilium.egress $policy.egress)) }}
{{- $warnings = append $warnings "agentRun.networkPolicy allows no egress: runs reach nothing, name servers neither." }}
{{- end }}
{{- /* 600 is what the controllers take where nothing is said. */}}
{{- $ttls := dict }}
{{- $job := $run.defaults.job | default dict }}
{{- range $field, $ttl := dict "agentRun.defaults.job.ttlSecondsAfterFinished" $job.ttlSecondsAfterFinished "agentRun.retention.jobTtlSeconds" $run.retention.jobTtlSeconds }}
{{- if not (kindIs "invalid" $ttl) }}
{{- $_ := set $ttls $field (include "agents.text" $ttl) }}
{{- end }}
{{- end }}
{{- range $field := list "jobTtlSeconds" "jobTtlSecondsAfterFinished" }}
{{- $ttl := include "agents.text" (index $values.controller $field) }}
{{- if not (has $ttl (list "" "600")) }}
{{- $_ := set $ttls (printf "controller.%s" $field) $ttl }}
{{- end }}
{{- end }}
{{- if gt (values $ttls | uniq | len) 1 }}
{{- $parts := list }}
{{- range $field, $ttl := $ttls }}
{{- $parts = append $parts (printf "%s=%s" $field $ttl) }}
{{- end }}
{{- $warnings = append $warnings (printf "Jobs are kept for different times: %s. The first of defaults.job, retention and controller counts." (join ", " $parts)) }}
{{- end }}
{{- range $name, $_ := dig "env" "vars" dict $run.defaults }}
{{- if regexMatch "(?i)(password|passwd|secret|token|api_?key|credential|private_?key)" $name }}
{{- $warnings = append $warnings (printf "agentRun.defaults.env.vars.%s stands in a ConfigMap; a secret belongs to agentRun.defaults.env.secrets." $name) }}
{{- end }}
{{- end }}
{{- if and $values.controller.authSecret.name (hasPrefix "/root/" ($values.controller.authSecret.mountPath | default "/root/.codex")) }}
{{- if dig "container" "securityContext" "runAsNonRoot" false $run.defaults }}
{{- $warnings = append $warnings "controller.authSecret.mountPath lies below /root, and runs do not run as root: set another path, or runAsNonRoot: false." }}
{{- end }}
{{- end }}
{{- range $warnings }}
- {{ . }}
{{- end }}
{{- end }}
