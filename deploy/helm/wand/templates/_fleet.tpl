{{/* A Deployment of a fleet and the budget of its disruptions: root, name, component, args, settings, scaled. */}}
{{- define "wand.deployment" -}}
{{- $root := .root -}}
{{- $labels := printf "%s\napp.kubernetes.io/component: %s" (include "wand.selector" $root) .component -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "wand.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  {{- if not .settings.autoscaling.enabled }}
  replicas: {{ .settings.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  selector:
    matchLabels:
      {{- $labels | nindent 6 }}
  template:
    {{- include "wand.pod" (dict "root" $root "labels" $labels "args" .args "resources" .settings.resources "placement" .settings "serviceAccount" true "serves" true "spread" true) | nindent 4 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "wand.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- $labels | nindent 6 }}
{{- end -}}
