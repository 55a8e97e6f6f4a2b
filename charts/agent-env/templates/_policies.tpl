{{/* Parts of Cilium's policies. */}}

{{/* The head of a policy. Takes `root` and `name`, what stands behind the full name. */}}
{{- define "agentEnv.policyHead" -}}
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata:
  name: {{ include "agentEnv.fullname" .root }}-{{ .name }}
  labels:
    {{- include "agentEnv.labels" .root | trim | nindent 4 }}
  {{- include "agentEnv.annotations" .root | nindent 2 | trimSuffix "\n  " }}
{{- end }}

{{/* Who may reach a service on which ports, and by ping. Takes `root`, `ports` and `network`, which may be empty. */}}
{{- define "agentEnv.ingress" -}}
{{- $from := include "agentEnv.endpointLabels" .root }}
{{- with .network }}
{{- $from = printf "%s\naisi.gov.uk/network-%s: \"true\"" $from . }}
{{- end }}
- fromEndpoints:
    - matchLabels:
        {{- $from | nindent 8 }}
  {{- with .ports }}
  toPorts:
    - ports:
        {{- $seen := list }}
        {{- range . }}
        {{- $key := printf "%s/%d" (upper .protocol) (int .port) }}
        {{- if not (has $key $seen) }}
        {{- $seen = append $seen $key }}
        - port: {{ int .port | quote }}
          protocol: {{ upper .protocol | quote }}
        {{- end }}
        {{- end }}
  {{- end }}
- fromEndpoints:
    - matchLabels:
        {{- $from | nindent 8 }}
  icmps:
    - fields:
        - type: 8
          family: IPv4
        - type: 128
          family: IPv6
{{- end }}

{{/* One port of `allowDomainsPorts`. */}}
{{- define "agentEnv.domainPort" -}}
- port: {{ int .port | quote }}
  protocol: {{ .protocol | default "ANY" | upper | quote }}
{{- end }}

{{/* Egress to `allowDomains`. */}}
{{- define "agentEnv.domainEgress" -}}
{{- $domains := .Values.allowDomains }}
{{- if $domains }}
- toFQDNs:
    {{- range $domains }}
    - matchPattern: {{ . | quote }}
    {{- end }}
  {{- if has "*" $domains }}
  # Every name is allowed, so there is no identity to hold connections to.
  {{- else }}
  # An address learnt from an allowed name may serve others too: hold TLS to its server name and HTTP to its host.
  # Server names with a wildcard need Cilium 1.18.
  toPorts:
    - ports:
        - port: "443"
          protocol: TCP
      serverNames:
        {{- range $domains }}
        - {{ . | quote }}
        {{- end }}
    - ports:
        - port: "80"
          protocol: TCP
      rules:
        http:
          {{- range $domains }}
          - host: {{ printf "(?i)^%s(:[0-9]+)?$" (. | replace "." "[.]" | replace "*" "[^.]+") | quote }}
          {{- end }}
    {{- $unscoped := list }}
    {{- range .Values.allowDomainsPorts }}
    {{- if not .domain }}
    {{- $unscoped = append $unscoped . }}
    {{- end }}
    {{- end }}
    {{- with $unscoped }}
    - ports:
        {{- range . }}
        {{- include "agentEnv.domainPort" . | nindent 8 }}
        {{- end }}
    {{- end }}
  {{- end }}
{{- range .Values.allowDomainsPorts }}
{{- if .domain }}
- toFQDNs:
    - matchPattern: {{ .domain | quote }}
  toPorts:
    - ports:
        {{- include "agentEnv.domainPort" . | nindent 8 }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
