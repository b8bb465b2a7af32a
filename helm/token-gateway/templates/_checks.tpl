{{/* What cannot work, said before anything is installed. */}}
{{- define "token-gateway.checks" -}}
{{- $v := .Values -}}
{{- if and (not $v.existingConfigMap) (not $v.config.issuers) -}}
{{- fail "config.issuers is missing: whose tokens are accepted? See config/gateway.yaml, or name existingConfigMap." -}}
{{- end -}}
{{- if and $v.existingConfigMap (or $v.config $v.policies $v.policyConfigMaps) -}}
{{- fail "existingConfigMap stands in place of config, policies and policyConfigMaps: leave these out." -}}
{{- end -}}
{{- if and (not $v.existingConfigMap) (not (or $v.policies $v.policyConfigMaps (dig "policies" nil $v.config))) -}}
{{- fail "policies is missing: which requests are allowed? Name a file of policies, or policyConfigMaps." -}}
{{- end -}}
{{- if and (eq $v.keys.store "memory") (or $v.autoscaling.enabled (gt (int $v.replicaCount) 1)) -}}
{{- fail "keys.store: memory gives each replica keys of its own, and backends see one: write replicaCount: 1." -}}
{{- end -}}
{{- if and $v.listeners.edge.enabled $v.networkPolicy.enabled (not $v.networkPolicy.egress.upstreamsTo) -}}
{{- fail "networkPolicy.egress.upstreamsTo is missing: which backends may the edge reach?" -}}
{{- end -}}
{{- if and $v.metrics.serviceMonitor.enabled (not $v.metrics.service.enabled) -}}
{{- fail "metrics.serviceMonitor reads the Service of the metrics: leave metrics.service.enabled, or take podMonitor." -}}
{{- end -}}
{{- if and $v.metrics.serviceMonitor.enabled $v.metrics.podMonitor.enabled -}}
{{- fail "metrics.serviceMonitor and metrics.podMonitor read the same pods: every count would be twice as high." -}}
{{- end -}}
{{- if le (int $v.terminationGracePeriodSeconds) (add $v.drain.sleepSeconds 20 | int) -}}
{{- fail "terminationGracePeriodSeconds must be more than drain.sleepSeconds and 20 for what was asked." -}}
{{- end -}}
{{- range $name := list "decision" "grpc" "edge" -}}
{{- with (index $v.listeners $name).tls -}}
{{- if and .clientCertificates (not .existingSecret) -}}
{{- fail (printf "listeners.%s.tls.clientCertificates needs existingSecret, which holds ca.crt." $name) -}}
{{- end -}}
{{- if and .existingSecret (not (dig "enabled" true .)) -}}
{{- fail (printf "listeners.%s.tls.existingSecret is not used where tls.enabled is false: leave one of them out." $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end }}
