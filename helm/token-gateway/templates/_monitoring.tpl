{{/* What do ServiceMonitor and PodMonitor read, and how? Takes (list ROOT VALUES). */}}
{{- define "token-gateway.endpoint" -}}
{{- with index . 1 -}}
- port: admin
  path: /metrics
  interval: {{ .interval }}
  {{- with .relabelings }}
  relabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .metricRelabelings }}
  metricRelabelings:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end }}

{{/* The series of this release: by namespace and job, as either of the two names it. */}}
{{- define "token-gateway.series" -}}
{{- $full := include "token-gateway.fullname" . -}}
{{- $namespace := include "token-gateway.namespace" . -}}
namespace="{{ $namespace }}",job=~"{{ $full }}-metrics|{{ $namespace }}/{{ $full }}"
{{- end }}

{{/* How long a key is to sign, in seconds; nothing where the chart does not rotate the keys. */}}
{{- define "token-gateway.rotationSeconds" -}}
{{- if include "token-gateway.rotatesKeys" . -}}
{{- $every := .Values.keys.rotation.every -}}
{{- $unit := get (dict "s" 1 "m" 60 "h" 3600 "d" 86400) (trimAll "0123456789" $every) -}}
{{- mul (trimAll "smhd" $every) $unit -}}
{{- end -}}
{{- end }}
