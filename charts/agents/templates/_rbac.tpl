{{/* Roles and what binds them. */}}

{{/* Binds a role to an account. Takes `root`, `kind` (Role or ClusterRole), `name`, `account`, perhaps `namespace`, `own`. */}}
{{- define "agents.binding" -}}
{{- $namespace := .namespace | default (include "agents.namespace" .root) -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}Binding
metadata:
  {{- include "agents.metadata" (dict "root" .root "name" .name "namespace" $namespace "cluster" (eq .kind "ClusterRole") "own" .own) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .kind }}
  name: {{ .name | quote }}
subjects:
  - kind: ServiceAccount
    name: {{ .account | quote }}
    namespace: {{ $namespace | quote }}
{{- end }}

{{/* What the controllers may do with their own resources, as YAML: API group to resources. */}}
{{- define "agents.ownResources" -}}
agents.proompteng.ai: [agents, agentruns, agentproviders, implementationspecs, implementationsources, memories{{ if .Values.controller.vcsProviders.enabled }}, versioncontrolproviders{{ end }}]
approvals.proompteng.ai: [approvalpolicies]
artifacts.proompteng.ai: [artifacts]
budgets.proompteng.ai: [budgets]
orchestration.proompteng.ai: [orchestrations, orchestrationruns]
schedules.proompteng.ai: [schedules]
security.proompteng.ai: [secretbindings]
signals.proompteng.ai: [signals, signaldeliveries]
{{- if .Values.swarm.enabled }}
swarm.proompteng.ai: [swarms]
{{- end }}
tools.proompteng.ai: [tools, toolruns]
workspaces.proompteng.ai: [workspaces]
{{- end }}

{{/* The rules of the controllers. Runs and schedules alone are deleted by them. */}}
{{- define "agents.rules" -}}
{{- $write := list "get" "list" "watch" "create" "update" "patch" }}
{{- $read := list "get" "list" "watch" }}
{{- $rules := list }}
{{- range $group, $resources := include "agents.ownResources" . | fromYaml }}
{{- $status := list }}
{{- range $resources }}
{{- $status = append $status (printf "%s/status" .) }}
{{- end }}
{{- $rules = append $rules (dict "apiGroups" (list $group) "resources" $resources "verbs" $write) }}
{{- $rules = append $rules (dict "apiGroups" (list $group) "resources" $status "verbs" (list "get" "update" "patch")) }}
{{- end }}
{{- $rules = append $rules (dict "apiGroups" (list "agents.proompteng.ai") "resources" (list "agentruns") "verbs" (list "delete")) }}
{{- $rules = append $rules (dict "apiGroups" (list "schedules.proompteng.ai") "resources" (list "schedules") "verbs" (list "delete")) }}
{{- $rules = append $rules (dict "apiGroups" (list "batch") "resources" (list "jobs" "cronjobs") "verbs" (append $write "delete")) }}
{{- $rules = append $rules (dict "apiGroups" (list "") "resources" (list "configmaps" "events" "persistentvolumeclaims") "verbs" (append $write "delete")) }}
{{- $rules = append $rules (dict "apiGroups" (list "") "resources" (list "pods") "verbs" (append $read "delete")) }}
{{- $rules = append $rules (dict "apiGroups" (list "") "resources" (list "pods/log") "verbs" $read) }}
{{- $rules = append $rules (dict "apiGroups" (list "") "resources" (list "secrets") "verbs" (list "get")) }}
{{- $rules = append $rules (dict "apiGroups" (list "coordination.k8s.io") "resources" (list "leases") "verbs" $write) }}
{{- if .Values.rbac.clusterScoped }}
{{- $rules = append $rules (dict "apiGroups" (list "") "resources" (list "namespaces") "verbs" $read) }}
{{- $rules = append $rules (dict "apiGroups" (list "apiextensions.k8s.io") "resources" (list "customresourcedefinitions") "verbs" $read) }}
{{- end }}
{{- concat $rules .Values.rbac.extraRules | toYaml }}
{{- end }}

{{/* The labels by which an audit finds what a run's account is bound to. Takes the account. */}}
{{- define "agents.runnerLabels" -}}
agents.proompteng.ai/agent-runner: {{ . | quote }}
{{- end }}

{{/*
The account of runs in a namespace, by agentRun, and what binds it. Takes `root`, `account`, `namespace`. The Role bears the
account's name.
*/}}
{{- define "agents.runAccount" -}}
{{- $settings := .root.Values.agentRun.serviceAccount -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "agents.metadata" (dict "root" .root "name" .account "namespace" .namespace "annotations" $settings.annotations) | nindent 2 }}
automountServiceAccountToken: {{ $settings.automountToken }}
{{- end }}

{{/* The Role of a run's account and its binding. Takes what agents.runAccount takes, and `rules`. */}}
{{- define "agents.runRole" -}}
{{- $own := include "agents.runnerLabels" .account | fromYaml -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "agents.metadata" (dict "root" .root "name" .account "namespace" .namespace "own" $own) | nindent 2 }}
rules:
  {{- toYaml .rules | nindent 2 }}
---
{{ include "agents.binding" (dict "root" .root "kind" "Role" "name" .account "account" .account "namespace" .namespace "own" $own) }}
{{- end }}
