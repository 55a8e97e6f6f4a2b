{{/* Names and labels. Templates in `additionalResources` may use those that begin with `agentEnv.`. */}}

{{/* The chart's name, or its override, cut to a DNS label. */}}
{{- define "agentEnv.name" -}}
{{- .Values.global.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The prefix of all objects: name, then release, unless the release already contains the name. */}}
{{- define "agentEnv.fullname" -}}
{{- $name := include "agentEnv.name" . }}
{{- if .Values.global.fullnameOverride }}
{{- .Values.global.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" $name .Release.Name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* The chart and its version, as a label value. */}}
{{- define "agentEnv.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* What selects the pods of this release. */}}
{{- define "agentEnv.selectorLabels" -}}
app.kubernetes.io/name: {{ include "agentEnv.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* The user's labels, every value a string. */}}
{{- define "agentEnv.userLabels" -}}
{{- range $key, $value := .Values.labels }}
{{ $key | quote }}: {{ include "agentEnv.scalar" $value | quote }}
{{- end }}
{{- end }}

{{/* The labels of every object. */}}
{{- define "agentEnv.labels" -}}
{{- include "agentEnv.userLabels" . }}
helm.sh/chart: {{ include "agentEnv.chart" . | quote }}
{{ include "agentEnv.selectorLabels" . }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end }}

{{/* The user's annotations under their key, or nothing. */}}
{{- define "agentEnv.annotations" -}}
{{- with .Values.annotations -}}
annotations:
  {{- range $key, $value := . }}
  {{ $key | quote }}: {{ include "agentEnv.scalar" $value | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* What selects pods in Cilium's policies: those of this release in this namespace. */}}
{{- define "agentEnv.endpointLabels" -}}
io.kubernetes.pod.namespace: {{ .Release.Namespace | quote }}
{{ include "agentEnv.selectorLabels" . }}
{{- end }}

{{/* A scalar as text. Helm holds numbers as floats, and prints 1000000 as 1e+06 unless told otherwise. */}}
{{- define "agentEnv.scalar" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) -}}
{{- printf "%.0f" . -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end }}

{{/* Whether a service has a Service of its own: "true" or nothing. */}}
{{- define "agentEnv.hasService" -}}
{{- if or .dnsRecord .additionalDnsRecords .ports }}true{{ end -}}
{{- end }}

{{/* Puts the default service where there is none. A user's services are never joined by it. */}}
{{- define "agentEnv.prepare" -}}
{{- if not .Values.services }}
{{- $command := list "tail" "-f" "/dev/null" }}
{{- $_ := set .Values "services" (dict "default" (dict "image" "python:3.12-bookworm" "command" $command)) }}
{{- end }}
{{- end }}
