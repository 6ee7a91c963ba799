{{- define "tollgate.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What differs between the services, by component. */}}
{{- define "tollgate.services" -}}
proxy: { values: proxy, port: 8080, portSetting: TOLLGATE_PROXY_PORT, redis: true }
admin: { values: admin, port: 8081, portSetting: TOLLGATE_ADMIN_PORT, databaseKey: adminDatabaseUrl }
billing: { values: billing, port: 8082, portSetting: TOLLGATE_BILLING_PORT, databaseKey: billingDatabaseUrl, redis: true }
channel-health: { values: channelHealth, port: 8083, portSetting: TOLLGATE_CHANNEL_HEALTH_PORT, databaseKey: channelHealthDatabaseUrl }
{{- end -}}

{{/* The context of one component: dict "root" $ "component" "billing". */}}
{{- define "tollgate.selectorLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "tollgate.labels" -}}
{{ include "tollgate.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{- define "tollgate.image" -}}
{{- $repository := required "image.repository is not set: it must be the registry and path that the images of the services are in." .root.Values.image.repository -}}
{{ $repository }}/{{ .component }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}

{{/* An environment variable from the Secret: dict "root" $ "name" "NATS_URL" "key" "natsUrl". */}}
{{- define "tollgate.secretVariable" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ required "secrets.existingSecret is not set: it must name the Secret with the master key and the addresses of NATS, Redis and Postgres." .root.Values.secrets.existingSecret }}
      key: {{ index .root.Values.secrets.keys .key }}
{{- end -}}

{{- define "tollgate.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "tollgate.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "tollgate.imagePullSecrets" -}}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Replicas on different nodes and zones where there are some. */}}
{{- define "tollgate.topologySpread" -}}
{{- $context := . -}}
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "tollgate.selectorLabels" $context | nindent 6 }}
{{- end }}
{{- end -}}

{{/* Name of the ConfigMap with the declarative file; empty without one. */}}
{{- define "tollgate.configMap" -}}
{{- if .Values.config.existingConfigMap -}}
{{- .Values.config.existingConfigMap -}}
{{- else if .Values.config.file -}}
{{- printf "%s-config" (include "tollgate.fullname" .) -}}
{{- end -}}
{{- end -}}
