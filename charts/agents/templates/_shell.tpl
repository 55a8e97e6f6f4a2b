{{/* The shell of agents. */}}

{{/* Its name. */}}
{{- define "agents.agentsShellName" -}}
{{- printf "%s-shell" (include "agents.name" . | trunc 57 | trimSuffix "-") }}
{{- end }}

{{/* What selects its pods. */}}
{{- define "agents.agentsShellSelectorLabels" -}}
app.kubernetes.io/name: {{ include "agents.agentsShellName" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: agents-shell
{{- end }}

{{/* Its account. */}}
{{- define "agents.agentsShellServiceAccountName" -}}
{{- $account := .Values.agentsShell.serviceAccount }}
{{- if $account.create }}
{{- $account.name | default (include "agents.suffixed" (list . "shell")) }}
{{- else }}
{{- /* pintle: allow(missing-reference) It is the user's. */}}
{{- $account.name | default "default" }}
{{- end }}
{{- end }}

{{/* The claim of its workspace. */}}
{{- define "agents.agentsShellWorkspaceClaimName" -}}
{{- $workspace := .Values.agentsShell.workspace }}
{{- if $workspace.existingClaim }}
{{- $workspace.existingClaim }} {{- /* pintle: allow(missing-reference) */}}
{{- else }}
{{- $workspace.claimName | default (printf "%s-workspace" (include "agents.agentsShellName" . | trunc 53 | trimSuffix "-")) }}
{{- end }}
{{- end }}

{{/* What every object of it is labelled with besides. */}}
{{- define "agents.agentsShellMetadata" -}}
{{- $own := dict "app.kubernetes.io/component" "agents-shell" }}
{{- include "agents.metadata" (merge (dict "own" $own) .) }}
{{- end }}

{{/* What it may read, as rules. */}}
{{- define "agents.agentsShellRules" -}}
{{- $read := list "get" "list" "watch" }}
{{- $rules := list }}
{{- range $group, $resources := dict
  "" (list "configmaps" "endpoints" "events" "pods" "pods/log" "services")
  "apps" (list "daemonsets" "deployments" "replicasets" "statefulsets")
  "batch" (list "cronjobs" "jobs")
  "networking.k8s.io" (list "ingresses" "networkpolicies")
  "traefik.io" (list "ingressroutes" "middlewares")
}}
{{- $rules = append $rules (dict "apiGroups" (list $group) "resources" $resources "verbs" $read) }}
{{- end }}
{{- toYaml $rules }}
{{- end }}

{{/* Fetches the repository into the workspace; what was changed there stays. */}}
{{- define "agents.agentsShellBootstrap" -}}
set -eu
export HOME=/tmp
if [ -n "${GIT_TOKEN:-}" ]; then
  git config --global credential.helper '!answer() { echo username=x-access-token; echo "password=$GIT_TOKEN"; }; answer'
fi
depth=""
if [ "$GIT_DEPTH" != 0 ]; then
  depth="--depth=$GIT_DEPTH"
fi
if [ ! -d "$GIT_TARGET_PATH/.git" ]; then
  git clone $depth --branch "$GIT_BRANCH" "$GIT_REPOSITORY" "$GIT_TARGET_PATH"
elif [ -n "$(git -C "$GIT_TARGET_PATH" status --porcelain)" ]; then
  echo "$GIT_TARGET_PATH has changes, so it stays as it is" >&2
else
  git -C "$GIT_TARGET_PATH" fetch $depth "$GIT_REPOSITORY" "$GIT_BRANCH"
  git -C "$GIT_TARGET_PATH" checkout -B "$GIT_BRANCH" FETCH_HEAD
fi
{{- end }}
