{{/* Names, labels, images. */}}

{{/* The chart's name, or what stands for it. */}}
{{- define "agents.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The prefix of all names: the release, then the name unless the release already contains it. */}}
{{- define "agents.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name }}
{{- $full := printf "%s-%s" .Release.Name $name }}
{{- if contains $name .Release.Name }}
{{- $full = .Release.Name }}
{{- end }}
{{- .Values.fullnameOverride | default $full | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The prefix and a suffix, of at most 63 characters: the suffix stays. Takes a list of both. */}}
{{- define "agents.suffixed" -}}
{{- $suffix := index . 1 }}
{{- $room := int (sub 62 (len $suffix)) }}
{{- printf "%s-%s" (include "agents.fullname" (index . 0) | trunc $room | trimSuffix "-") $suffix }}
{{- end }}

{{/* The namespace of all objects. */}}
{{- define "agents.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace }}
{{- end }}

{{/* The chart and its version, as a label's value. */}}
{{- define "agents.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* The name of the controllers, where they are a Deployment of their own. */}}
{{- define "agents.controllersName" -}}
{{- printf "%s-controllers" (include "agents.name" . | trunc 51 | trimSuffix "-") }}
{{- end }}

{{/* What selects the pods of the control plane. */}}
{{- define "agents.selectorLabels" -}}
app.kubernetes.io/name: {{ include "agents.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* What selects the pods of the controllers. */}}
{{- define "agents.controllersSelectorLabels" -}}
app.kubernetes.io/name: {{ include "agents.controllersName" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* The labels of every object. */}}
{{- define "agents.labels" -}}
{{ include "agents.selectorLabels" . }}
helm.sh/chart: {{ include "agents.chart" . | quote }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end }}

{{/*
Name, namespace, labels and annotations of an object. Takes `root`, `name`, perhaps `namespace` (or `cluster`: none), `own`
labels of ours, and the user's `labels` and `annotations`. The user's labels do not change ours.
*/}}
{{- define "agents.metadata" -}}
{{- $labels := include "agents.labels" .root | fromYaml }}
{{- $labels = merge $labels (.own | default dict) -}}
name: {{ .name | quote }}
{{- if not .cluster }}
namespace: {{ .namespace | default (include "agents.namespace" .root) | quote }}
{{- end }}
labels:
  {{- include "agents.labels" .root | nindent 2 }}
  {{- range $key, $value := .own }}
  {{ $key | quote }}: {{ $value | quote }}
  {{- end }}
  {{- range $key, $value := .labels }}
  {{- if not (hasKey $labels $key) }}
  {{ $key | quote }}: {{ $value | quote }}
  {{- end }}
  {{- end }}
{{- with .annotations }}
annotations:
  {{- range $key, $value := . }}
  {{ $key | quote }}: {{ $value | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{/* An image: repository, tag, and the digest where there is one. */}}
{{- define "agents.image" -}}
{{- .repository }}
{{- with .tag }}:{{ . }}{{ end }}
{{- with .digest }}@{{ . }}{{ end }}
{{- end }}

{{/* The account of both components. */}}
{{- define "agents.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "agents.suffixed" (list . "sa")) }}
{{- else }}
{{- /* pintle: allow(missing-reference) It is the user's. */}}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{/* The account of runs by runnerServiceAccount, or nothing. */}}
{{- define "agents.runnerServiceAccountName" -}}
{{- if .Values.runnerServiceAccount.name }}
{{- .Values.runnerServiceAccount.name }}
{{- else if .Values.runnerServiceAccount.create }}
{{- include "agents.suffixed" (list . "runner") }}
{{- end }}
{{- end }}

{{/* The account of runs by agentRun, or nothing: one in each namespace, or one in the release's. */}}
{{- define "agents.runAccountName" -}}
{{- if .Values.agentRun.serviceAccountPerNamespace.enabled }}
{{- tpl .Values.agentRun.serviceAccountPerNamespace.nameTemplate . }}
{{- else if .Values.agentRun.serviceAccount.enabled }}
{{- $named := .Values.agentRun.serviceAccount.name | default (include "agents.runnerServiceAccountName" .) }}
{{- $named | default (include "agents.suffixed" (list . "runner")) }}
{{- end }}
{{- end }}

{{/* The account that runs use unless they name another, or nothing. */}}
{{- define "agents.defaultRunAccountName" -}}
{{- if .Values.controller.defaultWorkload.serviceAccountName }}
{{- .Values.controller.defaultWorkload.serviceAccountName }}
{{- else if include "agents.runAccountName" . }}
{{- include "agents.runAccountName" . }}
{{- else if .Values.runnerServiceAccount.setAsDefault }}
{{- include "agents.runnerServiceAccountName" . }}
{{- end }}
{{- end }}

{{/* The Secret with the address of the database, or nothing. */}}
{{- define "agents.databaseSecretName" -}}
{{- if .Values.database.createSecret.enabled }}
{{- .Values.database.createSecret.name | default (include "agents.suffixed" (list . "db")) }}
{{- else }}
{{- .Values.database.secretRef.name }}
{{- end }}
{{- end }}

{{/* Its key. */}}
{{- define "agents.databaseSecretKey" -}}
{{- if .Values.database.createSecret.enabled }}url{{ else }}{{ .Values.database.secretRef.key | default "url" }}{{ end }}
{{- end }}

{{/* The namespaces that a controller watches, with commas between. Takes `root`, and the controller's values `of`. */}}
{{- define "agents.namespaces" -}}
{{- .of.namespaces | default (list (include "agents.namespace" .root)) | join "," }}
{{- end }}

{{/* The claim that runs share. */}}
{{- define "agents.workspaceClaimName" -}}
{{- include "agents.suffixed" (list . "agentrun-workspace") }}
{{- end }}

{{/* What the level `restricted` of pod security asks of a container. */}}
{{- define "agents.restricted" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: ["ALL"]
runAsNonRoot: true
runAsUser: 1000
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{/* A scalar as text. Helm holds numbers of files as floats, and prints 1000000 as 1e+06 unless told otherwise. */}}
{{- define "agents.text" -}}
{{- if kindIs "invalid" . }}
{{- else if and (kindIs "float64" .) (eq . (floor .)) }}
{{- int64 . }}
{{- else }}
{{- toString . }}
{{- end }}
{{- end }}
