{{/* What a schema cannot say. Each guard takes `root` and the list `errors` within it, and adds to that list. */}}

{{/* Adds an error. Takes a list of what the guard takes, and the sentence. */}}
{{- define "agents.refuse" -}}
{{- $state := index . 0 }}
{{- $_ := set $state "errors" (append $state.errors (index . 1)) }}
{{- end }}

{{/* Variables that are gone, and variables given twice. */}}
{{- define "agents.guardVars" -}}
{{- $values := .root.Values }}
{{- $scopes := dict "env.vars" $values.env.vars "controlPlane.env.vars" $values.controlPlane.env.vars "controllers.env.vars" $values.controllers.env.vars }}
{{- range $scope, $vars := $scopes }}
{{- range $name, $_ := $vars }}
{{- if eq $name "AGENTS_AGENT_IMAGE" }}
{{- include "agents.refuse" (list $ (printf "%s.%s is not supported; set runner.image or %s.AGENTS_AGENT_RUNNER_IMAGE instead." $scope $name $scope)) }}
{{- else if hasPrefix "JANGAR_" $name }}
{{- include "agents.refuse" (list $ (printf "%s.%s is not supported; the names begin with AGENTS_." $scope $name)) }}
{{- end }}
{{- end }}
{{- end }}
{{- $seen := dict }}
{{- range $field := list "secrets" "config" "extra" }}
{{- range index $values.env $field }}
{{- if hasKey $seen .name }}
{{- include "agents.refuse" (list $ (printf "env.%s: %s is set by env.%s already." $field .name (get $seen .name))) }}
{{- end }}
{{- $_ := set $seen .name $field }}
{{- end }}
{{- end }}
{{- end }}

{{/* Images without a digest, where imagePolicy asks for one. */}}
{{- define "agents.guardDigests" -}}
{{- $root := .root }}
{{- $values := .root.Values }}
{{- if $values.imagePolicy.requireDigest }}
{{- $images := dict "image.digest or controlPlane.image.digest" (include "agents.componentImage" (list $root $values.controlPlane) | fromJson) }}
{{- $vars := dict "env.vars or controlPlane.env.vars" (include "agents.controlPlaneVars" $root | fromJson) }}
{{- if $values.controllers.enabled }}
{{- $_ := set $images "image.digest or controllers.image.digest" (include "agents.componentImage" (list $root $values.controllers) | fromJson) }}
{{- $_ := set $vars "env.vars or controllers.env.vars" (include "agents.controllersVars" $root | fromJson) }}
{{- end }}
{{- $usesRunner := false }}
{{- range $scope, $given := $vars }}
{{- $image := get $given "AGENTS_AGENT_RUNNER_IMAGE" }}
{{- if not $image }}
{{- $usesRunner = true }}
{{- else if not (regexMatch "@sha256:[a-fA-F0-9]{64}$" $image) }}
{{- include "agents.refuse" (list $ (printf "imagePolicy.requireDigest is set, and AGENTS_AGENT_RUNNER_IMAGE of %s has no digest." $scope)) }}
{{- end }}
{{- end }}
{{- if and $usesRunner $values.runner.image.repository }}
{{- $_ := set $images "runner.image.digest" $values.runner.image }}
{{- end }}
{{- if $values.linearMcpGateway.enabled }}
{{- $_ := set $images "linearMcpGateway.image.digest, controllers.image.digest or image.digest" (include "agents.gatewayImage" $root | fromJson) }}
{{- end }}
{{- if $values.agentsShell.enabled }}
{{- $_ := set $images "agentsShell.image.digest" $values.agentsShell.image }}
{{- end }}
{{- if $values.argocdHooks.enabled }}
{{- $_ := set $images "argocdHooks.image.digest" $values.argocdHooks.image }}
{{- end }}
{{- if $values.tests.enabled }}
{{- $_ := set $images "tests.image.digest" $values.tests.image }}
{{- end }}
{{- range $field, $image := $images }}
{{- if not (regexMatch "^sha256:[a-fA-F0-9]{64}$" $image.digest) }}
{{- include "agents.refuse" (list $ (printf "imagePolicy.requireDigest is set, and %s is not a sha256 digest." $field)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Namespaces that the controllers may not watch together. */}}
{{- define "agents.guardNamespaces" -}}
{{- $own := include "agents.namespace" .root }}
{{- $clusterScoped := .root.Values.rbac.clusterScoped }}
{{- range $controller := list "controller" "orchestrationController" "supportingController" }}
{{- $field := printf "%s.namespaces" $controller }}
{{- $namespaces := (index $.root.Values $controller).namespaces | default list }}
{{- $different := uniq $namespaces }}
{{- if ne (len $different) (len $namespaces) }}
{{- include "agents.refuse" (list $ (printf "%s names a namespace twice: %s." $field (join ", " $namespaces))) }}
{{- end }}
{{- if and (has "*" $different) (gt (len $different) 1) }}
{{- include "agents.refuse" (list $ (printf "%s has '*' beside names: %s; use ['*'] alone, with rbac.clusterScoped=true." $field (join ", " $namespaces))) }}
{{- else if not $clusterScoped }}
{{- if has "*" $different }}
{{- include "agents.refuse" (list $ (printf "%s is %s, which needs rbac.clusterScoped=true." $field (first $different))) }}
{{- else if gt (len $different) 1 }}
{{- include "agents.refuse" (list $ (printf "%s has %d entries, which needs rbac.clusterScoped=true." $field (len $different))) }}
{{- else if and $different (ne (first $different) $own) }}
{{- include "agents.refuse" (list $ (printf "%s is %q, but without rbac.clusterScoped=true only %q can be watched." $field (first $different) $own)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Variables of gRPC that say something else than grpc does. */}}
{{- define "agents.guardGrpc" -}}
{{- $values := .root.Values }}
{{- if $values.grpc.manageEnvVar }}
{{- $expected := include "agents.grpcEnv" .root | fromJson }}
{{- range $name, $value := $expected }}
{{- range $scope, $vars := dict "env.vars" $values.env.vars "controlPlane.env.vars" $values.controlPlane.env.vars }}
{{- if and (hasKey $vars $name) (ne (get $vars $name) $value) }}
{{- include "agents.refuse" (list $ (printf "%s.%s is %q, but grpc gives %q; leave it out, or set grpc.manageEnvVar=false." $scope $name (get $vars $name) $value)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if $values.controllers.enabled }}
{{- $listens := lower (trim (get $values.controllers.env.vars "AGENTS_GRPC_ENABLED")) }}
{{- if and (has $listens (list "1" "true" "yes" "on")) (not $values.controllers.service.enabled) }}
{{- include "agents.refuse" (list $ (printf "controllers.env.vars.AGENTS_GRPC_ENABLED is %s, which needs controllers.service.enabled=true." $listens)) }}
{{- end }}
{{- end }}
{{- end }}

{{/* References of envFrom with variables that the chart sets, or that two of them set. */}}
{{- define "agents.guardEnvFrom" -}}
{{- $values := .root.Values }}
{{- if $values.validation.reservedEnvKeysEnforced }}
{{- $reserved := include "agents.controllersOwnKeys" .root | fromJsonArray }}
{{- $given := include "agents.controlPlaneVars" .root | fromJson }}
{{- if $values.grpc.manageEnvVar }}
{{- $given = merge $given (include "agents.grpcEnv" .root | fromJson) }}
{{- end }}
{{- $owners := dict }}
{{- range $field := list "envFromSecretRefs" "envFromConfigMapRefs" }}
{{- range $reference := index $values $field }}
{{- if kindIs "map" $reference }}
{{- $keys := $reference.keys | default list }}
{{- if kindIs "string" $keys }}
{{- $keys = list $keys }}
{{- end }}
{{- range $key := $keys }}
{{- if has $key $reserved }}
{{- $_ := set $owners $key (append (get $owners $key | default list) (printf "%s/%s" $field $reference.name)) }}
{{- if not (hasKey $given $key) }}
{{- include "agents.refuse" (list $ (printf "%s: %s sets %s, which the chart sets too; name it in env.vars or controlPlane.env.vars as well, or set validation.reservedEnvKeysEnforced=false." $field $reference.name $key)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- range $key, $names := $owners }}
{{- if gt (len $names) 1 }}
{{- include "agents.refuse" (list $ (printf "%s is set by more than one reference of envFrom: %s." $key (join ", " $names))) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* What pods read of other owners, as JSON: the lists `secrets` and `configMaps` of names. */}}
{{- define "agents.externalSources" -}}
{{- $values := .Values }}
{{- $secrets := list $values.database.caSecret.name }}
{{- $configMaps := list }}
{{- if not (or $values.database.createSecret.enabled $values.database.url) }}
{{- $secrets = append $secrets $values.database.secretRef.name }}
{{- end }}
{{- if $values.agentComms.enabled }}
{{- $secrets = append $secrets $values.agentComms.nats.userSecret.name }}
{{- end }}
{{- range $values.env.secrets }}
{{- $secrets = append $secrets .secretName }}
{{- end }}
{{- range $values.env.config }}
{{- $configMaps = append $configMaps .configMapName }}
{{- end }}
{{- range $values.envFromSecretRefs }}
{{- $secrets = append $secrets (kindIs "string" . | ternary . (get (kindIs "map" . | ternary . dict) "name")) }}
{{- end }}
{{- range $values.envFromConfigMapRefs }}
{{- $configMaps = append $configMaps (kindIs "string" . | ternary . (get (kindIs "map" . | ternary . dict) "name")) }}
{{- end }}
{{- range $values.extraVolumes }}
{{- $volume := .volume }}
{{- $secrets = append $secrets (dig "secret" "secretName" "" $volume) }}
{{- $configMaps = append $configMaps (dig "configMap" "name" "" $volume) }}
{{- range dig "projected" "sources" list $volume }}
{{- $secrets = append $secrets (dig "secret" "name" "" .) }}
{{- $configMaps = append $configMaps (dig "configMap" "name" "" .) }}
{{- end }}
{{- end }}
{{- dict "secrets" (compact $secrets | uniq) "configMaps" (compact $configMaps | uniq) | toJson }}
{{- end }}

{{/* Checksums that are missing, given twice, or not the user's to give. */}}
{{- define "agents.guardChecksums" -}}
{{- $values := .root.Values }}
{{- $own := include "agents.namespace" .root }}
{{- if $values.rolloutChecksums.enabled }}
{{- range $field, $names := include "agents.externalSources" .root | fromJson }}
{{- $given := dict }}
{{- range index $values.rolloutChecksums $field }}
{{- $reference := printf "%s/%s" (.namespace | default $own) .name }}
{{- if hasKey $given $reference }}
{{- include "agents.refuse" (list $ (printf "rolloutChecksums.%s has %s twice." $field $reference)) }}
{{- end }}
{{- $_ := set $given $reference true }}
{{- end }}
{{- range $names }}
{{- if not (hasKey $given (printf "%s/%s" $own .)) }}
{{- include "agents.refuse" (list $ (printf "rolloutChecksums.%s has no entry for %s/%s, which the pods read." $field $own .)) }}
{{- end }}
{{- end }}
{{- if and (eq $field "secrets") $values.database.createSecret.enabled }}
{{- $made := printf "%s/%s" $own (include "agents.databaseSecretName" $.root) }}
{{- if hasKey $given $made }}
{{- include "agents.refuse" (list $ (printf "rolloutChecksums.secrets has %s, which database.createSecret makes." $made)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- if and $values.database.createSecret.enabled (not $values.database.url) }}
{{- include "agents.refuse" (list $ (printf "database.createSecret.enabled is %t, which needs database.url." $values.database.createSecret.enabled)) }}
{{- end }}
{{- end }}

{{/* Settings of runs that contradict each other. */}}
{{- define "agents.guardAgentRun" -}}
{{- $run := .root.Values.agentRun }}
{{- range $name, $profile := $run.profiles }}
{{- $image := include "agents.over" (list $run.defaults.image (($profile | default dict).image | default dict)) | fromJson }}
{{- if not (or $image.tag $image.digest) }}
{{- include "agents.refuse" (list $ (printf "agentRun.profiles.%s.image has neither tag nor digest." $name)) }}
{{- end }}
{{- if not $image.repository }}
{{- include "agents.refuse" (list $ (printf "agentRun.profiles.%s.image has no repository." $name)) }}
{{- end }}
{{- end }}
{{- $perNamespace := $run.serviceAccountPerNamespace }}
{{- if $perNamespace.enabled }}
{{- $account := include "agents.runAccountName" .root }}
{{- if or (gt (len $account) 63) (not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" $account)) }}
{{- include "agents.refuse" (list $ (printf "agentRun.serviceAccountPerNamespace.nameTemplate gives %q, which is not a DNS label of at most 63 characters." $account)) }}
{{- end }}
{{- if has "*" (.root.Values.controller.namespaces | default list) }}
{{- include "agents.refuse" (list $ (printf "agentRun.serviceAccountPerNamespace needs names in controller.namespaces, and that is %s." (first $.root.Values.controller.namespaces))) }}
{{- end }}
{{- end }}
{{- if and $run.serviceAccount.rbac.create (not $perNamespace.enabled) (not $run.serviceAccount.enabled) }}
{{- include "agents.refuse" (list $ (printf "agentRun.serviceAccount.rbac.create is %t, but there is no account: agentRun.serviceAccount.enabled is %t." $run.serviceAccount.rbac.create $run.serviceAccount.enabled)) }}
{{- end }}
{{- $policy := $run.networkPolicy }}
{{- if and $policy.cilium.enabled $policy.egress }}
{{- include "agents.refuse" (list $ (printf "agentRun.networkPolicy.egress is not read where cilium.enabled is %t; write cilium.egress." $policy.cilium.enabled)) }}
{{- end }}
{{- if and $policy.cilium.egress (not $policy.cilium.enabled) }}
{{- include "agents.refuse" (list $ (printf "agentRun.networkPolicy.cilium.egress is not read where cilium.enabled is %t." $policy.cilium.enabled)) }}
{{- end }}
{{- if and (or $policy.egress $policy.cilium.egress) (not (has "Egress" $policy.policyTypes)) }}
{{- include "agents.refuse" (list $ (printf "agentRun.networkPolicy has egress rules, but policyTypes is %s." (join ", " $policy.policyTypes))) }}
{{- end }}
{{- $given := .root.Values.podSecurityAdmission.labels }}
{{- range $key, $level := include "agents.podSecurityLabels" .root | fromYaml }}
{{- if ne (get $given $key | default $level) $level }}
{{- include "agents.refuse" (list $ (printf "podSecurityAdmission.labels has %s=%s, and agentRun.podSecurity has %s." $key (get $given $key) $level)) }}
{{- end }}
{{- end }}
{{- $otel := $run.telemetry.otel }}
{{- if regexMatch "(?i)(authorization|api[-_]?key|token|secret|password|cookie)\\s*=" ($otel.headers | default "") }}
{{- include "agents.refuse" (list $ "agentRun.telemetry.otel.headers has what looks like a secret; put the headers into a Secret and name it in headersSecretRef.") }}
{{- end }}
{{- if and $otel.headers $otel.headersSecretRef.name }}
{{- include "agents.refuse" (list $ (printf "agentRun.telemetry.otel.headers and headersSecretRef.name %s exclude each other." $otel.headersSecretRef.name)) }}
{{- end }}
{{- $prometheus := $run.telemetry.prometheus }}
{{- if and $run.telemetry.enabled $prometheus.enabled $prometheus.serviceMonitor.enabled }}
{{- if .root.Values.metrics.serviceMonitor.enabled }}
{{- include "agents.refuse" (list $ (printf "agentRun.telemetry.prometheus.serviceMonitor.enabled is %t, and metrics.serviceMonitor.enabled is %t: both would read the same pods, enable one." $prometheus.serviceMonitor.enabled $.root.Values.metrics.serviceMonitor.enabled)) }}
{{- end }}
{{- if not (and .root.Values.metrics.enabled .root.Values.metrics.service.enabled) }}
{{- include "agents.refuse" (list $ (printf "agentRun.telemetry.prometheus.serviceMonitor needs metrics.enabled, which is %t, and metrics.service.enabled, which is %t." $.root.Values.metrics.enabled $.root.Values.metrics.service.enabled)) }}
{{- end }}
{{- end }}
{{- range $field, $monitor := dict "agentRun.telemetry.prometheus.serviceMonitor" $prometheus.serviceMonitor "metrics.serviceMonitor" .root.Values.metrics.serviceMonitor }}
{{- if gt (include "agents.milliseconds" $monitor.scrapeTimeout | int64) (include "agents.milliseconds" $monitor.interval | int64) }}
{{- include "agents.refuse" (list $ (printf "%s: scrapeTimeout %s is longer than interval %s." $field $monitor.scrapeTimeout $monitor.interval)) }}
{{- end }}
{{- end }}
{{- end }}

{{/* A shell without a workspace or an address, and a gateway that does not fit the release. */}}
{{- define "agents.guardParts" -}}
{{- $shell := .root.Values.agentsShell }}
{{- if $shell.enabled }}
{{- $workspace := $shell.workspace }}
{{- if and (eq $workspace.volumeMode "persistentVolumeClaim") (not $workspace.enabled) (not $workspace.existingClaim) }}
{{- include "agents.refuse" (list $ (printf "agentsShell.workspace.volumeMode is %s, which needs workspace.existingClaim or workspace.enabled, and that is %t." $workspace.volumeMode $workspace.enabled)) }}
{{- end }}
{{- if and $workspace.bootstrap.enabled (not $workspace.bootstrap.repository) }}
{{- include "agents.refuse" (list $ (printf "agentsShell.workspace.bootstrap.enabled is %t, which needs bootstrap.repository." $workspace.bootstrap.enabled)) }}
{{- end }}
{{- if $shell.ingressRoute.enabled }}
{{- if not (and $shell.ingressRoute.host $shell.service.enabled) }}
{{- include "agents.refuse" (list $ (printf "agentsShell.ingressRoute.enabled is %t, which needs ingressRoute.host and service.enabled." $shell.ingressRoute.enabled)) }}
{{- end }}
{{- end }}
{{- end }}
{{- $gateway := .root.Values.linearMcpGateway }}
{{- if $gateway.enabled }}
{{- if not $gateway.databaseSecret.name }}
{{- include "agents.refuse" (list $ (printf "linearMcpGateway.enabled is %t, which needs linearMcpGateway.databaseSecret.name." $gateway.enabled)) }}
{{- end }}
{{- $own := include "agents.namespace" .root }}
{{- if ne ($gateway.config.namespace | default $own) $own }}
{{- include "agents.refuse" (list $ (printf "linearMcpGateway.config.namespace is %q, and the release's is %q; leave it out." $gateway.config.namespace $own)) }}
{{- end }}
{{- $account := $gateway.runnerServiceAccount.name }}
{{- if ne ($gateway.config.runnerServiceAccount | default $account) $account }}
{{- include "agents.refuse" (list $ (printf "linearMcpGateway.config.runnerServiceAccount is %q, and runnerServiceAccount.name is %q; leave it out." $gateway.config.runnerServiceAccount $account)) }}
{{- end }}
{{- end }}
{{- end }}
