{{/* The gateway to Linear. */}}

{{/* Its name, which is that of its Service too. */}}
{{- define "agents.gatewayName" -}}
{{- include "agents.suffixed" (list . "linear-mcp-gateway") }}
{{- end }}

{{/* What selects its pods. */}}
{{- define "agents.gatewaySelectorLabels" -}}
app.kubernetes.io/name: {{ printf "%s-linear-mcp-gateway" (include "agents.name" . | trunc 44 | trimSuffix "-") | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: linear-mcp-gateway
{{- end }}

{{/* Its image, as JSON: its own fields, where they are empty the controllers', then those of both components. */}}
{{- define "agents.gatewayImage" -}}
{{- $image := include "agents.componentImage" (list . .Values.controllers) | fromJson }}
{{- range $key, $value := .Values.linearMcpGateway.image }}
{{- if $value }}
{{- $_ := set $image $key $value }}
{{- end }}
{{- end }}
{{- toJson $image }}
{{- end }}

{{/* Name, namespace and labels of its objects. Takes `root`, perhaps `name` and `cluster`. */}}
{{- define "agents.gatewayMetadata" -}}
{{- $own := dict "app.kubernetes.io/component" "linear-mcp-gateway" }}
{{- include "agents.metadata" (dict "root" .root "name" (.name | default (include "agents.gatewayName" .root)) "cluster" .cluster "own" $own) }}
{{- end }}
