{{/* Which listeners are there? As YAML, by name: port, servicePort, service, suffix of the Service's name. */}}
{{- define "token-gateway.listeners" -}}
{{- $at := .Values.listeners -}}
{{- $all := dict
  "decision" (dict "port" $at.decision.port "service" $at.decision.service "suffix" "")
  "keys" (dict "port" $at.keys.port "service" $at.keys.service "suffix" "-keys")
  "admin" (dict "port" $at.admin.port "service" (merge (dict "type" "ClusterIP" "spec" dict) .Values.metrics.service) "suffix" "-metrics")
-}}
{{- if $at.grpc.enabled -}}
{{- $_ := set $all "grpc" (dict "port" $at.grpc.port "service" $at.grpc.service "suffix" "-grpc") -}}
{{- end -}}
{{- if $at.edge.enabled -}}
{{- $_ := set $all "edge" (dict "port" $at.edge.port "service" $at.edge.service "suffix" "-edge") -}}
{{- end -}}
{{- toYaml $all -}}
{{- end }}

{{/* The section `listeners` of the gateway's file. */}}
{{- define "token-gateway.listenersConfig" -}}
{{- $made := dict -}}
{{- range $name, $one := include "token-gateway.listeners" . | fromYaml -}}
{{- $_ := set $made $name (dict "host" $.Values.listeners.host "port" $one.port) -}}
{{- end -}}
{{- if hasKey $made "edge" -}}
{{- $_ := set $made "edge" (merge $made.edge (deepCopy .Values.listeners.edge.config)) -}}
{{- end -}}
{{- range $name := list "decision" "grpc" "edge" -}}
{{- with (index $.Values.listeners $name).tls -}}
{{- if and .existingSecret (hasKey $made $name) -}}
{{- $at := printf "file:/etc/token-gateway/tls/%s" $name -}}
{{- $tls := dict "certificate" (printf "%s/tls.crt" $at) "key" (printf "%s/tls.key" $at) -}}
{{- if .clientCertificates -}}{{- $_ := set $tls "client_ca" (printf "%s/ca.crt" $at) -}}{{- end -}}
{{- $_ := set (index $made $name) "tls" (merge $tls ((index $made $name).tls | default dict)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $made -}}
{{- end }}
