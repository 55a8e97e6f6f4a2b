{{/* The variables of both components. */}}

{{/* Two maps as one, as JSON: what the second has wins, even if it is false, 0 or empty. Takes a list of both. */}}
{{- define "agents.over" -}}
{{- $merged := deepCopy (index . 0 | default dict) }}
{{- range $key, $value := index . 1 }}
{{- $_ := set $merged $key $value }}
{{- end }}
{{- toJson $merged }}
{{- end }}

{{/* Variables that the user's `env.vars` for both components do not reach in the controllers. */}}
{{- define "agents.controllersOwnKeys" -}}
{{- list "AGENTS_MIGRATIONS" "AGENTS_GRPC_ENABLED" "AGENTS_GRPC_HOST" "AGENTS_GRPC_PORT" "AGENTS_CONTROL_PLANE_CACHE_ENABLED" "AGENTS_AGENTRUN_IDEMPOTENCY_ENABLED" "AGENTS_AGENTRUN_IDEMPOTENCY_RETENTION_DAYS" "AGENTS_AGENTRUN_ARTIFACTS_MAX" "AGENTS_AGENTRUN_ARTIFACTS_STRICT" | toJson }}
{{- end }}

{{/* What the chart sets of those in the controllers, as JSON. */}}
{{- define "agents.controllersOwnEnv" -}}
{{- $artifacts := .Values.controller.agentRunArtifacts }}
{{- dict
  "AGENTS_MIGRATIONS" "skip"
  "AGENTS_GRPC_ENABLED" "0"
  "AGENTS_GRPC_HOST" "0.0.0.0"
  "AGENTS_GRPC_PORT" (include "agents.text" .Values.grpc.port)
  "AGENTS_CONTROL_PLANE_CACHE_ENABLED" "0"
  "AGENTS_AGENTRUN_IDEMPOTENCY_ENABLED" "true"
  "AGENTS_AGENTRUN_IDEMPOTENCY_RETENTION_DAYS" "30"
  "AGENTS_AGENTRUN_ARTIFACTS_MAX" (include "agents.text" $artifacts.max)
  "AGENTS_AGENTRUN_ARTIFACTS_STRICT" (toString $artifacts.strict)
  | toJson }}
{{- end }}

{{/* What the chart sets of gRPC in the control plane, as JSON. */}}
{{- define "agents.grpcEnv" -}}
{{- dict
  "AGENTS_GRPC_ENABLED" (toString .Values.grpc.enabled)
  "AGENTS_GRPC_HOST" "0.0.0.0"
  "AGENTS_GRPC_PORT" (include "agents.text" .Values.grpc.port)
  | toJson }}
{{- end }}

{{/* Variables by name that the user gave the control plane, as JSON. */}}
{{- define "agents.controlPlaneVars" -}}
{{- include "agents.over" (list .Values.env.vars .Values.controlPlane.env.vars) }}
{{- end }}

{{/* Variables by name that the user gave the controllers, as JSON. */}}
{{- define "agents.controllersVars" -}}
{{- $shared := omit .Values.env.vars }}
{{- range include "agents.controllersOwnKeys" . | fromJsonArray }}
{{- $_ := unset $shared . }}
{{- end }}
{{- include "agents.over" (list $shared .Values.controllers.env.vars) }}
{{- end }}

{{/* Puts what the chart sets for a component into `env`. Takes `root`, `component`, `image`, `isControllers`, `env`. */}}
{{- define "agents.chartEnv" -}}
{{- $env := .env }}
{{- $root := .root }}
{{- $values := .root.Values }}
{{- $image := include "agents.image" .image }}
{{- $_ := set $env "AGENTS_IMAGE" $image }}
{{- $_ := set $env "AGENTS_RUNTIME_IMAGE" $image }}
{{- if .image.tag }}
{{- $_ := set $env "AGENTS_GITOPS_REVISION" .image.tag }}
{{- end }}
{{- $_ := set $env "AGENTS_SERVER_PROFILE" (ternary "agents-controllers" "agents-control-plane" .isControllers) }}
{{- $_ := set $env "AGENTS_SERVICE_ACCOUNT_NAME" (include "agents.serviceAccountName" $root) }}
{{- $_ := set $env "AGENTS_AGENTRUN_DEFAULTS_PATH" "/etc/agents/agentrun/defaults.json" }}
{{- if $values.database.caSecret.name }}
{{- $_ := set $env "PGSSLROOTCERT" (printf "/etc/agents/ca/%s" ($values.database.caSecret.key | default "ca.crt")) }}
{{- end }}
{{- if and $values.database.url (not $values.database.createSecret.enabled) }}
{{- $_ := set $env "DATABASE_URL" $values.database.url }}
{{- end }}
{{- $native := $values.agentRuntime.native }}
{{- $_ := set $env "AGENTS_CODEX_RERUN_ORCHESTRATION" $native.rerunOrchestration }}
{{- $_ := set $env "AGENTS_CODEX_RERUN_ORCHESTRATION_NAMESPACE" $native.rerunOrchestrationNamespace }}
{{- $_ := set $env "AGENTS_SYSTEM_IMPROVEMENT_ORCHESTRATION" $native.systemImprovementOrchestration }}
{{- $_ := set $env "AGENTS_SYSTEM_IMPROVEMENT_ORCHESTRATION_NAMESPACE" $native.systemImprovementOrchestrationNamespace }}
{{- if $values.runner.image.repository }}
{{- $_ := set $env "AGENTS_AGENT_RUNNER_IMAGE" (include "agents.image" $values.runner.image) }}
{{- end }}
{{- $sink := $values.audit.sink }}
{{- if ne $sink.type "none" }}
{{- $_ := set $env "AGENTS_AUDIT_SINK_TYPE" $sink.type }}
{{- end }}
{{- if eq $sink.type "http" }}
{{- $_ := set $env "AGENTS_AUDIT_SINK_HTTP_URL" $sink.http.url }}
{{- $_ := set $env "AGENTS_AUDIT_SINK_HTTP_TIMEOUT_MS" (include "agents.text" $sink.http.timeoutMs) }}
{{- if $sink.http.headers }}
{{- $_ := set $env "AGENTS_AUDIT_SINK_HTTP_HEADERS_JSON" (toJson $sink.http.headers) }}
{{- end }}
{{- end }}
{{- $_ := set $env "AGENTS_CORS_ALLOWED_ORIGINS" ($values.cors.allowedOrigins | join ",") }}
{{- $_ := set $env "KUBERNETES_SERVICE_HOST" $values.kubernetesApi.host }}
{{- $_ := set $env "KUBERNETES_SERVICE_PORT" $values.kubernetesApi.port }}
{{- $_ := set $env "AGENTS_RBAC_CLUSTER_SCOPED" (toString $values.rbac.clusterScoped) }}
{{- $_ := set $env "AGENTS_PRIMITIVES_NAMESPACES" (include "agents.namespaces" (dict "root" $root "of" $values.controller)) }}
{{- $_ := set $env "AGENTS_SWARM_PRIMITIVE_ENABLED" (toString $values.swarm.enabled) }}
{{- $_ := set $env "AGENTS_LOG_LEVEL" $values.logging.level }}
{{- $election := $values.controller.leaderElection }}
{{- $_ := set $env "AGENTS_LEADER_ELECTION_ENABLED" (toString $election.enabled) }}
{{- $_ := set $env "AGENTS_LEADER_ELECTION_LEASE_NAME" $election.leaseName }}
{{- $_ := set $env "AGENTS_LEADER_ELECTION_LEASE_NAMESPACE" ($election.leaseNamespace | default (include "agents.namespace" $root)) }}
{{- $_ := set $env "AGENTS_LEADER_ELECTION_LEASE_DURATION_SECONDS" (include "agents.text" $election.leaseDurationSeconds) }}
{{- $_ := set $env "AGENTS_LEADER_ELECTION_RENEW_DEADLINE_SECONDS" (include "agents.text" $election.renewDeadlineSeconds) }}
{{- $_ := set $env "AGENTS_LEADER_ELECTION_RETRY_PERIOD_SECONDS" (include "agents.text" $election.retryPeriodSeconds) }}
{{- include "agents.runnerEnv" . }}
{{- if .isControllers }}
{{- range $key, $value := include "agents.controllersOwnEnv" $root | fromJson }}
{{- $_ := set $env $key $value }}
{{- end }}
{{- else }}
{{- $_ := set $env "AGENTS_PROMETHEUS_METRICS_ENABLED" (toString $values.metrics.enabled) }}
{{- $_ := set $env "AGENTS_PROMETHEUS_METRICS_PATH" $values.metrics.path }}
{{- if $values.controllers.enabled }}
{{- $_ := set $env "AGENTS_PRIMITIVES_RECONCILER" "0" }}
{{- end }}
{{- end }}
{{- $runsControllers := or .isControllers (not $values.controllers.enabled) }}
{{- if and $runsControllers $values.controller.enabled }}
{{- include "agents.controllerEnv" . }}
{{- else }}
{{- $_ := set $env "AGENTS_CONTROLLER_ENABLED" "0" }}
{{- end }}
{{- range $key, $controller := dict "ORCHESTRATION" $values.orchestrationController "SUPPORTING" $values.supportingController }}
{{- if and $runsControllers $controller.enabled }}
{{- $_ := set $env (printf "AGENTS_%s_CONTROLLER_ENABLED" $key) "1" }}
{{- $_ := set $env (printf "AGENTS_%s_CONTROLLER_NAMESPACES" $key) (include "agents.namespaces" (dict "root" $root "of" $controller)) }}
{{- else }}
{{- $_ := set $env (printf "AGENTS_%s_CONTROLLER_ENABLED" $key) "0" }}
{{- end }}
{{- end }}
{{- $subscribes := and $runsControllers $values.agentComms.enabled }}
{{- $_ := set $env "AGENTS_AGENT_COMMS_SUBSCRIBER_DISABLED" (toString (not $subscribes)) }}
{{- if $values.agentComms.enabled }}
{{- $_ := set $env "NATS_URL" ($values.agentComms.nats.url | default "nats://nats.nats.svc.cluster.local:4222") }}
{{- end }}
{{- if $subscribes }}
{{- $_ := set $env "AGENTS_AGENT_COMMS_SUBJECTS" ($values.agentComms.subjects | join ",") }}
{{- if not $values.agentComms.nats.userSecret.name }}
{{- $_ := set $env "NATS_USER" $values.agentComms.nats.user }}
{{- $_ := set $env "NATS_PASSWORD" $values.agentComms.nats.password }}
{{- end }}
{{- end }}
{{- /* What is empty is not set. */}}
{{- range $key, $value := deepCopy $env }}
{{- if eq $value "" }}
{{- $_ := unset $env $key }}
{{- end }}
{{- end }}
{{- end }}

{{/* Puts into `env` what the controllers need to make Jobs without agentRun. Takes what agents.chartEnv takes. */}}
{{- define "agents.runnerEnv" -}}
{{- $env := .env }}
{{- $controller := .root.Values.controller }}
{{- $workload := $controller.defaultWorkload }}
{{- $ttl := $controller.jobTtlSecondsAfterFinished }}
{{- if and (not .isControllers) (hasKey $controller "jobTtlSeconds") }}
{{- $ttl = $controller.jobTtlSeconds }}
{{- end }}
{{- $_ := set $env "AGENTS_AGENT_RUNNER_JOB_TTL_SECONDS" (include "agents.text" $ttl) }}
{{- $_ := set $env "AGENTS_AGENT_RUNNER_LOG_RETENTION_SECONDS" (include "agents.text" $controller.logRetentionSeconds) }}
{{- $_ := set $env "AGENTS_AGENT_RUNNER_SERVICE_ACCOUNT" (include "agents.defaultRunAccountName" .root) }}
{{- $_ := set $env "AGENTS_AGENT_RUNNER_PRIORITY_CLASS" $workload.priorityClassName }}
{{- $_ := set $env "AGENTS_AGENT_RUNNER_SCHEDULER_NAME" $workload.schedulerName }}
{{- $lists := dict
  "NODE_SELECTOR" $workload.nodeSelector
  "TOLERATIONS" $workload.tolerations
  "TOPOLOGY_SPREAD_CONSTRAINTS" $workload.topologySpreadConstraints
  "AFFINITY" $workload.affinity
  "POD_SECURITY_CONTEXT" $workload.podSecurityContext
  "RESOURCES" $workload.resources
  "IMAGE_PULL_SECRETS" ($workload.imagePullSecrets | default .root.Values.runner.image.pullSecrets)
}}
{{- range $key, $value := $lists }}
{{- if $value }}
{{- $_ := set $env (printf "AGENTS_AGENT_RUNNER_%s" $key) (toJson $value) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Puts into `env` what the controller of runs reads. Takes what agents.chartEnv takes. */}}
{{- define "agents.controllerEnv" -}}
{{- $env := .env }}
{{- $controller := .root.Values.controller }}
{{- $debris := $controller.runtimeDebrisCleanup }}
{{- $_ := set $env "AGENTS_CONTROLLER_ENABLED" "1" }}
{{- $_ := set $env "AGENTS_CONTROLLER_NAMESPACES" (include "agents.namespaces" (dict "root" .root "of" $controller)) }}
{{- $numbers := dict
  "CONTROLLER_CONCURRENCY_NAMESPACE" $controller.concurrency.perNamespace
  "CONTROLLER_CONCURRENCY_AGENT" $controller.concurrency.perAgent
  "CONTROLLER_CONCURRENCY_CLUSTER" $controller.concurrency.cluster
  "CONTROLLER_REPO_CONCURRENCY_ENABLED" $controller.repoConcurrency.enabled
  "CONTROLLER_REPO_CONCURRENCY_DEFAULT" $controller.repoConcurrency.default
  "CONTROLLER_QUEUE_NAMESPACE" $controller.queue.perNamespace
  "CONTROLLER_QUEUE_REPO" $controller.queue.perRepo
  "CONTROLLER_QUEUE_CLUSTER" $controller.queue.cluster
  "CONTROLLER_RATE_WINDOW_SECONDS" $controller.rate.windowSeconds
  "CONTROLLER_RATE_NAMESPACE" $controller.rate.perNamespace
  "CONTROLLER_RATE_REPO" $controller.rate.perRepo
  "CONTROLLER_RATE_CLUSTER" $controller.rate.cluster
  "CONTROLLER_AGENTRUN_RETENTION_SECONDS" $controller.agentRunRetentionSeconds
  "CONTROLLER_AGENTRUN_RETENTION_MAX_DELETES_PER_NAMESPACE" $controller.agentRunRetentionMaxDeletesPerNamespace
  "CONTROLLER_AGENTRUN_RETENTION_ZERO_TTL_MAX_SECONDS" $controller.agentRunRetentionZeroTtlMaxSeconds
  "CONTROLLER_RUNTIME_DEBRIS_CLEANUP_MODE" $debris.mode
  "CONTROLLER_ORPHAN_POD_RETENTION_SECONDS" $debris.orphanPodRetentionSeconds
  "CONTROLLER_RUNTIME_DEBRIS_MAX_DELETES_PER_NAMESPACE" $debris.maxDeletesPerNamespace
  "CONTROLLER_VCS_PROVIDERS_ENABLED" $controller.vcsProviders.enabled
  "IMPLEMENTATION_SOURCE_WEBHOOK_QUEUE_SIZE" $controller.webhook.queueSize
  "IMPLEMENTATION_SOURCE_WEBHOOK_RETRY_BASE_DELAY_SECONDS" $controller.webhook.retry.baseDelaySeconds
  "IMPLEMENTATION_SOURCE_WEBHOOK_RETRY_MAX_DELAY_SECONDS" $controller.webhook.retry.maxDelaySeconds
  "IMPLEMENTATION_SOURCE_WEBHOOK_RETRY_MAX_ATTEMPTS" $controller.webhook.retry.maxAttempts
}}
{{- range $key, $value := $numbers }}
{{- $_ := set $env (printf "AGENTS_%s" $key) (include "agents.text" $value) }}
{{- end }}
{{- $_ := set $env "AGENTS_CONTROLLER_REPO_CONCURRENCY_OVERRIDES" (toJson $controller.repoConcurrency.overrides) }}
{{- $policy := $controller.admissionPolicy }}
{{- $lists := dict
  "LABELS_REQUIRED" $policy.labels.required
  "LABELS_ALLOWED" $policy.labels.allowed
  "LABELS_DENIED" $policy.labels.denied
  "IMAGES_ALLOWED" $policy.images.allowed
  "IMAGES_DENIED" $policy.images.denied
  "BLOCKED_SECRETS" $policy.secrets.blocked
  "VCS_DEPRECATED_TOKEN_TYPES" $controller.vcsProviders.deprecatedTokenTypes
  "VCS_PR_RATE_LIMITS" $controller.vcsProviders.prRateLimits
}}
{{- range $key, $value := $lists }}
{{- if $value }}
{{- $_ := set $env (printf "AGENTS_CONTROLLER_%s" $key) (toJson $value) }}
{{- end }}
{{- end }}
{{- if $controller.authSecret.name }}
{{- $_ := set $env "AGENTS_CONTROLLER_AUTH_SECRET_NAME" $controller.authSecret.name }}
{{- $_ := set $env "AGENTS_CONTROLLER_AUTH_SECRET_KEY" ($controller.authSecret.key | default "auth.json") }}
{{- $_ := set $env "AGENTS_CONTROLLER_AUTH_SECRET_MOUNT_PATH" ($controller.authSecret.mountPath | default "/root/.codex") }}
{{- end }}
{{- end }}

{{/* Variables that come from elsewhere, as JSON: name to `valueFrom`. Takes what agents.chartEnv takes. */}}
{{- define "agents.referencedEnv" -}}
{{- $values := .root.Values }}
{{- $env := dict
  "AGENTS_POD_NAMESPACE" (dict "fieldRef" (dict "fieldPath" "metadata.namespace"))
  "AGENTS_POD_UID" (dict "fieldRef" (dict "fieldPath" "metadata.uid"))
}}
{{- if and (include "agents.databaseSecretName" .root) (or $values.database.createSecret.enabled (not $values.database.url)) }}
{{- $ref := dict "name" (include "agents.databaseSecretName" .root) "key" (include "agents.databaseSecretKey" .root) }}
{{- $_ := set $env "DATABASE_URL" (dict "secretKeyRef" $ref) }}
{{- end }}
{{- $runsControllers := or .isControllers (not $values.controllers.enabled) }}
{{- $user := $values.agentComms.nats.userSecret }}
{{- if and $runsControllers $values.agentComms.enabled $user.name }}
{{- $_ := set $env "NATS_USER" (dict "secretKeyRef" (dict "name" $user.name "key" ($user.usernameKey | default "username"))) }}
{{- $_ := set $env "NATS_PASSWORD" (dict "secretKeyRef" (dict "name" $user.name "key" ($user.passwordKey | default "password"))) }}
{{- end }}
{{- $otel := $values.agentRun.telemetry.otel }}
{{- if and $values.agentRun.telemetry.enabled $otel.enabled $otel.headersSecretRef.name }}
{{- $ref := dict "name" $otel.headersSecretRef.name "key" $otel.headersSecretRef.key "optional" true }}
{{- $_ := set $env "OTEL_EXPORTER_OTLP_HEADERS" (dict "secretKeyRef" $ref) }}
{{- end }}
{{- range $values.env.secrets }}
{{- $_ := set $env .name (dict "secretKeyRef" (dict "name" .secretName "key" (.key | default "value"))) }}
{{- end }}
{{- range $values.env.config }}
{{- $_ := set $env .name (dict "configMapKeyRef" (dict "name" .configMapName "key" (.key | default .name))) }}
{{- end }}
{{- toJson $env }}
{{- end }}

{{/*
The list of a component's variables, each once: first those from elsewhere, so that others can refer to them. A variable of
env.extra wins over env.secrets and env.config, these over env.vars, these over what the chart sets.
*/}}
{{- define "agents.env" -}}
{{- $plain := dict }}
{{- include "agents.chartEnv" (dict "root" .root "component" .component "image" .image "isControllers" .isControllers "env" $plain) }}
{{- $vars := include (ternary "agents.controllersVars" "agents.controlPlaneVars" .isControllers) .root | fromJson }}
{{- range $key, $value := $vars }}
{{- $_ := set $plain $key $value }}
{{- end }}
{{- if and (not .isControllers) .root.Values.grpc.manageEnvVar }}
{{- range $key, $value := include "agents.grpcEnv" .root | fromJson }}
{{- $_ := set $plain $key $value }}
{{- end }}
{{- end }}
{{- $referenced := include "agents.referencedEnv" . | fromJson }}
{{- range $key, $value := $vars }}
{{- $named := list }}
{{- range concat $.root.Values.env.secrets $.root.Values.env.config }}
{{- $named = append $named .name }}
{{- end }}
{{- if not (has $key $named) }}
{{- $_ := unset $referenced $key }}
{{- end }}
{{- end }}
{{- range .root.Values.env.extra }}
{{- $_ := set $plain .name .value }}
{{- $_ := unset $referenced .name }}
{{- end }}
{{- range $name, $source := $referenced }}
{{- $_ := unset $plain $name }}
- name: {{ $name | quote }}
  valueFrom:
    {{- /* pintle: allow(missing-reference) The Secrets and ConfigMaps are the user's. */}}
    {{- toYaml $source | nindent 4 }}
{{- end }}
{{- range $name, $value := $plain }}
- name: {{ $name | quote }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
