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

{{/* Which Secret has the certificate of a listener? Takes (list ROOT NAME); nothing where it is plain HTTP. */}}
{{- define "token-gateway.tlsSecret" -}}
{{- $tls := (index (index . 0).Values.listeners (index . 1)).tls -}}
{{- if eq (index . 1) "edge" -}}
{{- $tls.existingSecret -}}
{{- else if $tls.enabled -}}
{{- $tls.existingSecret | default (include "token-gateway.certificateSecret" (index . 0)) -}}
{{- end -}}
{{- end }}

{{/* Does the chart make a certificate, with its own Job and CronJob? */}}
{{- define "token-gateway.makesCertificate" -}}
{{- $made := list -}}
{{- range $name := list "decision" "grpc" -}}
{{- with index $.Values.listeners $name -}}
{{- if and (dig "enabled" true .) .tls.enabled (not .tls.existingSecret) -}}{{- $made = append $made $name -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if $made }}true{{ end -}}
{{- end }}

{{/* By which names is it asked? As a YAML list: each Service's, as short and as long as a proxy may say it. */}}
{{- define "token-gateway.certificateNames" -}}
{{- $names := .Values.certificates.names -}}
{{- range $suffix := list "" "-grpc" -}}
{{- $name := printf "%s%s" (include "token-gateway.fullname" $) $suffix -}}
{{- $here := printf "%s.%s" $name (include "token-gateway.namespace" $) -}}
{{- $names = concat $names (list $name $here (printf "%s.svc" $here) (printf "%s.svc.%s" $here $.Values.certificates.clusterDomain)) -}}
{{- end -}}
{{- toYaml ($names | uniq) -}}
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
{{- if and (hasKey $made $name) (include "token-gateway.tlsSecret" (list $ $name)) -}}
{{- $at := printf "file:/etc/token-gateway/tls/%s" $name -}}
{{- $tls := dict "certificate" (printf "%s/tls.crt" $at) "key" (printf "%s/tls.key" $at) -}}
{{- if (index $.Values.listeners $name).tls.clientCertificates -}}{{- $_ := set $tls "client_ca" (printf "%s/ca.crt" $at) -}}{{- end -}}
{{- $_ := set (index $made $name) "tls" (merge $tls ((index $made $name).tls | default dict)) -}}
{{- end -}}
{{- end -}}
{{- toYaml $made -}}
{{- end }}
