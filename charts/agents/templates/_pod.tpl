{{/* The Deployments of both components. */}}

{{/* A component's image, as JSON: its own fields, where they are empty those of both. Takes a list of the root and the component. */}}
{{- define "agents.componentImage" -}}
{{- $shared := (index . 0).Values.image }}
{{- $image := dict }}
{{- range list "repository" "tag" "digest" "pullPolicy" "pullSecrets" }}
{{- $_ := set $image . (index (index $ 1).image . | default (index $shared .)) }}
{{- end }}
{{- toJson $image }}
{{- end }}

{{/* A probe, or nothing. Takes a list of its name, the settings for both, and those of the component. */}}
{{- define "agents.probe" -}}
{{- $probe := include "agents.over" (list (index . 1) (index . 2)) | fromJson }}
{{- if $probe.enabled -}}
{{ index . 0 }}:
  httpGet:
    path: {{ $probe.path | quote }}
    port: http
  {{- range list "initialDelaySeconds" "periodSeconds" "timeoutSeconds" "failureThreshold" }}
  {{ . }}: {{ index $probe . | int64 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Annotations of pods, or nothing: the user's, and checksums of what the pods read. */}}
{{- define "agents.podAnnotations" -}}
{{- $annotations := dict }}
{{- if .Values.rolloutChecksums.enabled }}
{{- $own := include "agents.namespace" . }}
{{- $settings := omit .Values.agentRun "artifacts" }}
{{- $_ := set $annotations "agents.proompteng.ai/checksum-agentrun" (toJson $settings | sha256sum) }}
{{- range .Values.rolloutChecksums.secrets }}
{{- $_ := set $annotations (include "agents.checksumKey" (list "secret" (.namespace | default $own) .name)) .checksum }}
{{- end }}
{{- range .Values.rolloutChecksums.configMaps }}
{{- $_ := set $annotations (include "agents.checksumKey" (list "configmap" (.namespace | default $own) .name)) .checksum }}
{{- end }}
{{- if and .Values.database.createSecret.enabled .Values.database.url }}
{{- $_ := set $annotations (include "agents.checksumKey" (list "secret" $own (include "agents.databaseSecretName" .))) (sha256sum .Values.database.url) }}
{{- end }}
{{- end }}
{{- $annotations = include "agents.over" (list $annotations .Values.podAnnotations) | fromJson }}
{{- if $annotations }}
{{- toYaml $annotations }}
{{- end }}
{{- end }}

{{/* The key of a checksum: kind, and a hash of namespace and name. Takes a list of the three. */}}
{{- define "agents.checksumKey" -}}
{{- printf "agents.proompteng.ai/checksum-%s-%s" (index . 0) (printf "%s:%s/%s" (index . 0) (index . 1) (index . 2) | sha256sum | trunc 24) }}
{{- end }}

{{/* One entry of envFrom, of an object that is the user's. Takes a list of its field and the reference: a name, or {name, optional}. */}}
{{- define "agents.envFrom" -}}
{{- $reference := index . 1 -}}
- {{ index . 0 }}:
    {{- if kindIs "string" $reference }}
    name: {{ $reference | quote }} {{- /* pintle: allow(missing-reference) */}}
    {{- else }}
    name: {{ $reference.name | quote }} {{- /* pintle: allow(missing-reference) */}}
    {{- if hasKey $reference "optional" }}
    optional: {{ $reference.optional }}
    {{- end }}
    {{- end }}
{{- end }}

{{/* What the pods read of agentRun: files, none of which must exist. */}}
{{- define "agents.agentRunVolume" -}}
- name: agentrun
  projected:
    sources:
      - configMap:
          name: {{ include "agents.suffixed" (list . "agentrun-defaults") | quote }}
          optional: true
      - configMap:
          name: {{ include "agents.suffixed" (list . "agentrun") | quote }}
          optional: true
{{- end }}

{{/*
A Deployment. Takes `root`, `component` (its values), `isControllers`, `name`, `container`, `selector` (labels as text),
`replicas`, `autoscaling`.
*/}}
{{- define "agents.deployment" -}}
{{- $values := .root.Values }}
{{- $component := .component }}
{{- $image := include "agents.componentImage" (list .root $component) | fromJson }}
{{- $lifecycle := include "agents.over" (list $values.deploymentLifecycle $component.deploymentLifecycle) | fromJson }}
{{- $strategy := $component.deploymentStrategy | default $values.deploymentStrategy }}
{{- $grace := $values.terminationGracePeriodSeconds }}
{{- if hasKey $component "terminationGracePeriodSeconds" }}
{{- $grace = $component.terminationGracePeriodSeconds }}
{{- end -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "agents.metadata" (dict "root" .root "name" .name) | nindent 2 }}
spec:
  {{- if not .autoscaling.enabled }}
  replicas: {{ .replicas | int64 }}
  {{- end }}
  {{- with $strategy }}
  strategy:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- range list "minReadySeconds" "progressDeadlineSeconds" "revisionHistoryLimit" }}
  {{- if hasKey $lifecycle . }}
  {{ . }}: {{ index $lifecycle . | int64 }}
  {{- end }}
  {{- end }}
  selector:
    matchLabels:
      {{- .selector | nindent 6 }}
  template:
    metadata:
      labels:
        {{- .selector | nindent 8 }}
        {{- $selector := fromYaml .selector }}
        {{- range $key, $value := $values.podLabels }}
        {{- if not (hasKey $selector $key) }}
        {{ $key | quote }}: {{ $value | quote }}
        {{- end }}
        {{- end }}
      {{- with include "agents.podAnnotations" .root }}
      annotations:
        {{- . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "agents.serviceAccountName" .root | quote }}
      {{- with $image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . | quote }} {{- /* pintle: allow(missing-reference) */}}
        {{- end }}
      {{- end }}
      {{- range $key := list "nodeSelector" "affinity" "tolerations" "securityContext" }}
      {{- with index $values $key }}
      {{ $key }}:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- end }}
      {{- if not (kindIs "invalid" $grace) }}
      terminationGracePeriodSeconds: {{ $grace | int64 }}
      {{- end }}
      containers:
        - name: {{ .container | quote }}
          image: {{ include "agents.image" $image | quote }}
          imagePullPolicy: {{ $image.pullPolicy | quote }}
          {{- with $values.containerSecurityContext }}
          securityContext:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          env:
            {{- $context := dict "root" .root "component" $component "image" $image "isControllers" .isControllers }}
            {{- include "agents.env" $context | trim | nindent 12 }}
          envFrom:
            {{- if include "agents.hasTelemetry" .root }}
            - configMapRef:
                name: {{ include "agents.suffixed" (list .root "agentrun-telemetry") | quote }}
                optional: true
            {{- end }}
            - configMapRef:
                name: {{ include "agents.suffixed" (list .root "agentrun-retention") | quote }}
                optional: true
            {{- range $values.envFromSecretRefs }}
            {{- include "agents.envFrom" (list "secretRef" .) | nindent 12 }}
            {{- end }}
            {{- range $values.envFromConfigMapRefs }}
            {{- include "agents.envFrom" (list "configMapRef" .) | nindent 12 }}
            {{- end }}
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
            {{- if and $values.grpc.enabled (not .isControllers) }}
            - name: grpc
              containerPort: {{ $values.grpc.port | int64 }}
              protocol: TCP
            {{- end }}
          {{- with $component.lifecycle | default $values.lifecycle }}
          lifecycle:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- range list "startupProbe" "livenessProbe" "readinessProbe" }}
          {{- with include "agents.probe" (list . (index $values .) (index $component .)) }}
          {{- . | nindent 10 }}
          {{- end }}
          {{- end }}
          resources:
            {{- $component.resources | default $values.resources | toYaml | nindent 12 }}
          volumeMounts:
            - name: agentrun
              mountPath: /etc/agents/agentrun
              readOnly: true
            {{- if $values.database.caSecret.name }}
            - name: db-ca-cert
              mountPath: /etc/agents/ca
              readOnly: true
            {{- end }}
            {{- with $values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        {{- include "agents.agentRunVolume" .root | nindent 8 }}
        {{- with $values.database.caSecret }}
        {{- if .name }}
        - name: db-ca-cert
          secret:
            secretName: {{ .name | quote }} {{- /* pintle: allow(missing-reference) */}}
            items:
              - key: {{ .key | default "ca.crt" | quote }}
                path: {{ .key | default "ca.crt" | quote }}
        {{- end }}
        {{- end }}
        {{- range $values.extraVolumes }}
        - name: {{ .name | quote }}
          {{- /* pintle: allow(missing-reference) */}}
          {{- toYaml .volume | nindent 10 }}
        {{- end }}
{{- end }}
