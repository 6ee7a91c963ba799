{{/* The pod of one service: dict "root" $ "component" "billing" "service" (its line of tollgate.services) "values" .Values.billing. */}}
{{- define "tollgate.podTemplate" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- $configMap := include "tollgate.configMap" $root -}}
{{- $isAdmin := eq .component "admin" -}}
{{- $isProxy := eq .component "proxy" -}}
{{- $preStopSeconds := 5 -}}
metadata:
  labels:
    {{- include "tollgate.labels" . | nindent 4 }}
  {{- $annotations := $values.podAnnotations }}
  {{- if and $isAdmin $root.Values.config.file }}
  {{- $annotations = merge (dict "tollgate/config-checksum" (toYaml $root.Values.config.file | sha256sum)) $annotations }}
  {{- end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  automountServiceAccountToken: false
  # Kubernetes' variables of other services would look like our settings.
  enableServiceLinks: false
  {{- include "tollgate.imagePullSecrets" . | nindent 2 }}
  # The pause before the end, what the service takes, and some air.
  terminationGracePeriodSeconds: {{ add $preStopSeconds (int $values.shutdownTimeoutSeconds) 10 }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  securityContext:
    {{- include "tollgate.podSecurityContext" . | nindent 4 }}
  topologySpreadConstraints:
    {{- include "tollgate.topologySpread" . | trim | nindent 4 }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "tollgate.image" . }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      ports:
        - { name: http, containerPort: {{ .service.port }} }
      env:
        - { name: {{ .service.portSetting }}, value: {{ .service.port | quote }} }
        - { name: TOLLGATE_HOST, value: 0.0.0.0 }
        - { name: LOG_LEVEL, value: {{ $root.Values.settings.logLevel | quote }} }
        - { name: TOLLGATE_SHUTDOWN_TIMEOUT_MS, value: {{ mul (int $values.shutdownTimeoutSeconds) 1000 | quote }} }
        - { name: TOLLGATE_NATS_NAMESPACE, value: {{ $root.Values.settings.natsNamespace | quote }} }
        {{- with $root.Values.settings.otlpEndpoint }}
        - { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }} }
        {{- end }}
        {{- include "tollgate.secretVariable" (dict "root" $root "name" "TOLLGATE_MASTER_KEY" "key" "masterKey") | nindent 8 }}
        {{- include "tollgate.secretVariable" (dict "root" $root "name" "NATS_URL" "key" "natsUrl") | nindent 8 }}
        {{- if .service.redis }}
        - { name: TOLLGATE_REDIS_KEY_PREFIX, value: {{ $root.Values.settings.redisKeyPrefix | quote }} }
        {{- include "tollgate.secretVariable" (dict "root" $root "name" "REDIS_URL" "key" "redisUrl") | nindent 8 }}
        {{- end }}
        {{- with .service.databaseKey }}
        {{- include "tollgate.secretVariable" (dict "root" $root "name" "DATABASE_URL" "key" .) | nindent 8 }}
        {{- end }}
        {{- if $isProxy }}
        - { name: TOLLGATE_DATA_DIR, value: /var/lib/tollgate }
        - { name: TOLLGATE_WORKERS, value: {{ $values.workers | quote }} }
        - { name: TOLLGATE_UPSTREAM_PRIVATE, value: {{ $values.upstreamPrivate }} }
        {{- end }}
        {{- if $isAdmin }}
        {{- include "tollgate.secretVariable" (dict "root" $root "name" "TOLLGATE_ADMIN_PASSWORD" "key" "adminPassword") | nindent 8 }}
        {{- if $configMap }}
        - { name: TOLLGATE_CONFIG, value: /etc/tollgate/config.yaml }
        {{- end }}
        {{- end }}
        {{- range $name, $value := $values.environment }}
        - { name: {{ $name }}, value: {{ $value | quote }} }
        {{- end }}
      {{- with $values.environmentSecrets }}
      envFrom:
        {{- range . }}
        - secretRef: { name: {{ . }} }
        {{- end }}
      {{- end }}
      # Migrations may run before a service of the control plane listens.
      startupProbe:
        httpGet: { path: /healthz, port: http }
        periodSeconds: 2
        failureThreshold: {{ ternary 30 150 $isProxy }}
      livenessProbe:
        httpGet: { path: /healthz, port: http }
        periodSeconds: 10
        timeoutSeconds: 3
        failureThreshold: 3
      readinessProbe:
        httpGet: { path: /readyz, port: http }
        periodSeconds: 5
        timeoutSeconds: 3
        failureThreshold: 2
      lifecycle:
        preStop:
          # Until everybody knows that the pod takes no more connections.
          sleep: { seconds: {{ $preStopSeconds }} }
      resources:
        {{- toYaml $values.resources | nindent 8 }}
      securityContext:
        {{- include "tollgate.containerSecurityContext" . | nindent 8 }}
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
        {{- if $isProxy }}
        - { name: journal, mountPath: /var/lib/tollgate }
        {{- end }}
        {{- if and $isAdmin $configMap }}
        - { name: config, mountPath: /etc/tollgate, readOnly: true }
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: 64Mi }
    {{- if and $isAdmin $configMap }}
    - name: config
      configMap: { name: {{ $configMap }} }
    {{- end }}
{{- end -}}
