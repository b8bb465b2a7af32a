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
