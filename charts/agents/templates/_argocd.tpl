{{/* Jobs that Argo CD runs around a sync. */}}

{{/* Takes away what a smoke run left behind. */}}
{{- define "agents.smokeCleanup" -}}
if [ -n "$SMOKE_NAME" ]; then
  kubectl -n "$SMOKE_NAMESPACE" delete agentruns.agents.proompteng.ai "$SMOKE_NAME" --ignore-not-found
fi
kubectl -n "$SMOKE_NAMESPACE" delete jobs,configmaps -l "$SMOKE_SELECTOR" --ignore-not-found
{{- end }}

{{/* Makes a smoke run and waits until it has succeeded; one that did not is shown. */}}
{{- define "agents.smokeRun" -}}
printf '%s' "$SMOKE_RUN" | kubectl -n "$SMOKE_NAMESPACE" apply -f -
run="agentruns.agents.proompteng.ai/$SMOKE_NAME"
if ! kubectl -n "$SMOKE_NAMESPACE" wait "$run" --for=jsonpath='{.status.phase}'=Succeeded --timeout="$SMOKE_TIMEOUT"; then
  kubectl -n "$SMOKE_NAMESPACE" get "$run" -o yaml
  exit 1
fi
{{- end }}

{{/* A Job. Takes `root`, `name` (a suffix), `phase`, `wave`, `env` (a map), `script`. */}}
{{- define "agents.argocdHook" -}}
{{- $hooks := .root.Values.argocdHooks -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- $annotations := dict
    "argocd.argoproj.io/hook" .phase
    "argocd.argoproj.io/sync-wave" .wave
    "argocd.argoproj.io/hook-delete-policy" "HookSucceeded,BeforeHookCreation"
  }}
  {{- include "agents.metadata" (dict "root" .root "name" (include "agents.suffixed" (list .root .name)) "annotations" $annotations) | nindent 2 }}
spec:
  ttlSecondsAfterFinished: {{ $hooks.ttlSecondsAfterFinished | int64 }}
  template:
    metadata:
      labels:
        # Not those that Services select.
        app.kubernetes.io/name: {{ printf "%s-%s" (include "agents.name" .root | trunc 49 | trimSuffix "-") .name | quote }}
        app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
    spec:
      serviceAccountName: {{ $hooks.serviceAccountName | default (include "agents.serviceAccountName" .root) | quote }} {{- /* pintle: allow(missing-reference) */}}
      restartPolicy: Never
      containers:
        - name: kubectl
          image: {{ include "agents.image" $hooks.image | quote }}
          imagePullPolicy: {{ $hooks.image.pullPolicy | quote }}
          securityContext:
            {{- include "agents.restricted" .root | nindent 12 }}
          command: ["sh", "-euc"]
          args:
            - |
              {{- .script | nindent 14 }}
          env:
            {{- range $name, $value := .env }}
            - name: {{ $name }}
              value: {{ $value | quote }}
            {{- end }}
{{- end }}
