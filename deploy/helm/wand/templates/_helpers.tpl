{{- define "wand.name" -}}
{{- if contains "wand" .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-wand" .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "wand.selector" -}}
app.kubernetes.io/name: wand
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "wand.labels" -}}
{{ include "wand.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end -}}

{{- define "wand.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Longer than everything that happens between the signal to end and the end. */}}
{{- define "wand.terminationGraceSec" -}}
{{- with .Values.shutdown -}}{{- add (ceil .preStopSec) (ceil .graceSec) (ceil .slackSec) -}}{{- end -}}
{{- end -}}

{{- define "wand.usesRedis" -}}
{{- if and (eq .Values.mode "fleet") (eq .Values.queue.backend "redis") -}}true{{- end -}}
{{- end -}}

{{- define "wand.env" -}}
- { name: ENVIRONMENT, value: production }
- { name: HOST, value: 0.0.0.0 }
- { name: PORT, value: '8000' }
- { name: MONITORING__METRICS_PORT, value: '9090' }
- { name: SHUTDOWN_GRACE_SEC, value: {{ .Values.shutdown.graceSec | quote }} }
- { name: SECURITY__API_KEY_FILE, value: /run/secrets/wand/api-key }
{{- if eq .Values.mode "single" }}
- { name: DATABASE__URL, value: 'sqlite:////data/wand.db' }
{{- else }}
- { name: DATABASE__URL_FILE, value: /run/secrets/wand/database-url }
{{- if .Values.migration.enabled }}
- { name: DATABASE__MIGRATE, value: check }
{{- end }}
- { name: EXECUTION__ENGINE, value: bullmq }
- { name: QUEUE__BACKEND, value: {{ .Values.queue.backend }} }
{{- if include "wand.usesRedis" . }}
- { name: QUEUE__URL_FILE, value: /run/secrets/wand/queue-url }
- { name: CACHE__REDIS_URL_FILE, value: /run/secrets/wand/queue-url }
- { name: SECURITY__RATE_LIMIT_STORE, value: redis }
{{- end }}
{{- end }}
{{- range $key, $value := .Values.config }}
- { name: {{ $key }}, value: {{ if kindIs "string" $value }}{{ $value | quote }}{{ else }}{{ $value | toJson | quote }}{{ end }} }
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The template of a pod: root, labels, args, resources, and what is its own: placement, probes, data. */}}
{{- define "wand.pod" -}}
{{- $root := .root -}}
metadata:
  labels:
    {{- .labels | nindent 4 }}
    app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
spec:
  {{- if .serviceAccount }}
  serviceAccountName: {{ include "wand.name" $root }}
  {{- end }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ include "wand.terminationGraceSec" $root }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- with .placement }}
  {{- with .nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- if .spread }}
  topologySpreadConstraints:
    {{- range $topology := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ $topology }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- $.labels | nindent 10 }}
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  {{- end }}
  containers:
    - name: wand
      image: {{ include "wand.image" $root | quote }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: {{ toJson .args }}
      env:
        {{- include "wand.env" $root | nindent 8 }}
      {{- if .serves }}
      ports:
        - { name: http, containerPort: 8000, protocol: TCP }
        - { name: metrics, containerPort: 9090, protocol: TCP }
      startupProbe:
        httpGet: { path: /health/startup, port: http }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 120
      livenessProbe:
        httpGet: { path: /health/live, port: http }
        periodSeconds: 15
        timeoutSeconds: 5
        failureThreshold: 4
      readinessProbe:
        httpGet: { path: /health/ready, port: http }
        periodSeconds: 5
        timeoutSeconds: 6
        failureThreshold: 2
      {{- if gt (int $root.Values.shutdown.preStopSec) 0 }}
      lifecycle:
        preStop:
          sleep: { seconds: {{ int $root.Values.shutdown.preStopSec }} }
      {{- end }}
      {{- end }}
      securityContext:
        allowPrivilegeEscalation: false
        privileged: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      resources:
        {{- toYaml .resources | nindent 8 }}
      volumeMounts:
        - { name: secrets, mountPath: /run/secrets/wand, readOnly: true }
        - { name: tmp, mountPath: /tmp }
        {{- if .data }}
        - { name: data, mountPath: /data }
        {{- end }}
        {{- with $root.Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: secrets
      secret:
        secretName: {{ $root.Values.secret.name }}
        defaultMode: 288
        items:
          - { key: {{ $root.Values.secret.keys.apiKey }}, path: api-key }
          {{- if eq $root.Values.mode "fleet" }}
          - { key: {{ $root.Values.secret.keys.databaseUrl }}, path: database-url }
          {{- end }}
          {{- if include "wand.usesRedis" $root }}
          - { key: {{ $root.Values.secret.keys.queueUrl }}, path: queue-url }
          {{- end }}
    - name: tmp
      emptyDir: { sizeLimit: 256Mi }
    {{- with $root.Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}
