{{/* How is everything called? */}}

{{- define "token-gateway.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* 49: what is appended to it must leave 63. */}}
{{- define "token-gateway.fullname" -}}
{{- $name := include "token-gateway.name" . -}}
{{- $joined := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- .Values.fullnameOverride | default $joined | trunc 49 | trimSuffix "-" -}}
{{- end }}

{{- define "token-gateway.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end }}

{{- define "token-gateway.serviceAccount" -}}
{{- $made := .Values.serviceAccount.create | ternary (include "token-gateway.fullname" .) "default" -}}
{{- .Values.serviceAccount.name | default $made -}}
{{- end }}

{{- define "token-gateway.keysSecret" -}}
{{- .Values.keys.existingSecret | default (printf "%s-keys" (include "token-gateway.fullname" .)) -}}
{{- end }}

{{- define "token-gateway.certificateSecret" -}}
{{- include "token-gateway.fullname" . }}-certificate
{{- end }}

{{- define "token-gateway.image" -}}
{{- with .Values.image -}}
{{- $name := empty .registry | ternary .repository (printf "%s/%s" .registry .repository) -}}
{{- empty .digest | ternary (printf "%s:%s" $name (.tag | default $.Chart.AppVersion)) (printf "%s@%s" $name .digest) -}}
{{- end -}}
{{- end }}

{{/* Of every object. Takes (list ROOT COMPONENT), `server` or `keys`: the two kinds of pods, which share nothing. */}}
{{- define "token-gateway.labels" -}}
{{- $root := index . 0 -}}
{{ include "token-gateway.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* By which pods are found: never changes. */}}
{{- define "token-gateway.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "token-gateway.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* Takes (list ROOT COMPONENT SUFFIX): the name is the full name and the suffix. */}}
{{- define "token-gateway.metadata" -}}
{{- $root := index . 0 -}}
name: {{ include "token-gateway.fullname" $root }}{{ index . 2 }}
namespace: {{ include "token-gateway.namespace" $root }}
labels:
  {{- include "token-gateway.labels" (list $root (index . 1)) | nindent 2 }}
{{- end }}
