{{/* What does gateway.yaml say? The operator's own words, and where the chart has put things. */}}
{{- define "token-gateway.config" -}}
{{- $full := include "token-gateway.fullname" . -}}
{{- $host := printf "%s.%s.svc" $full (include "token-gateway.namespace" .) -}}
{{- $uri := printf "http://%s-keys.%s.svc:%v/.well-known/jwks.json" $full (include "token-gateway.namespace" .) .Values.listeners.keys.port -}}
{{- $keys := dict "store" "memory" -}}
{{- if eq .Values.keys.store "shared" -}}
{{- $keys = dict "store" "shared" "path" "/etc/token-gateway/keys" -}}
{{- end -}}
{{- $made := dict "downstream" (dict "issuer" (printf "https://%s" $host) "jwks_uri" $uri) -}}
{{- $made = mergeOverwrite $made (deepCopy .Values.config) -}}
{{- $_ := set $made.downstream "keys" $keys -}}
{{- $_ := set $made.downstream "algorithm" .Values.keys.algorithm -}}
{{- $_ := set $made "listeners" (include "token-gateway.listenersConfig" . | fromYaml) -}}
{{- with include "token-gateway.policyFolders" . | fromYamlArray -}}
{{- $_ := set $made "include" . -}}
{{- end -}}
{{- if .Values.audit.existingFingerprintSecret -}}
{{- $reference := dict "fingerprint_key" "file:/etc/token-gateway/fingerprint/fingerprint" -}}
{{- $_ := set $made "audit" (mergeOverwrite ($made.audit | default dict) $reference) -}}
{{- end -}}
{{- if .Values.revocations.existingConfigMap -}}
{{- $_ := set $made "revocations" (dict "file" "/etc/token-gateway/revocations/revoked.yaml") -}}
{{- end -}}
{{- toYaml $made -}}
{{- end }}

{{/* The ConfigMaps that hold policies, as a YAML list. */}}
{{- define "token-gateway.policyMaps" -}}
{{- $maps := .Values.policyConfigMaps -}}
{{- if .Values.policies -}}
{{- $maps = prepend $maps (printf "%s-policies" (include "token-gateway.fullname" .)) -}}
{{- end -}}
{{- toYaml $maps -}}
{{- end }}

{{/* Where they are mounted: a folder each, so that none can hide a file of another. */}}
{{- define "token-gateway.policyFolders" -}}
{{- $folders := list -}}
{{- range include "token-gateway.policyMaps" . | fromYamlArray -}}
{{- $folders = append $folders (printf "/etc/token-gateway/policies/%s/" .) -}}
{{- end -}}
{{- toYaml $folders -}}
{{- end }}

{{/*
What cannot change while the gateway runs (docs/operations.md), so that pods are replaced: all else is read in
place. Of the edge these three are.
*/}}
{{- define "token-gateway.restartsFor" -}}
{{- $config := include "token-gateway.config" . | fromYaml -}}
{{- $at := $config.listeners -}}
{{- if $at.edge -}}{{- $_ := set $at "edge" (omit $at.edge "hsts" "max_body" "requests_per_client") -}}{{- end -}}
{{- list $at $config.downstream.keys $config.downstream.algorithm | toJson | sha256sum -}}
{{- end }}
