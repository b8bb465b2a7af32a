{{/*
What does the gateway see below /etc/token-gateway, and from where? One table, as YAML: name, mountPath, and the
source of the volume. Each is a directory of its own, without subPath: so that a change arrives.
*/}}
{{- define "token-gateway.mounts" -}}
- name: config
  path: config
  source: {configMap: {name: {{ .Values.existingConfigMap | default (include "token-gateway.fullname" .) }}}}
{{- range include "token-gateway.policyMaps" . | fromYamlArray }}
- name: {{ printf "policies-%s" (sha256sum . | trunc 8) }}
  path: policies/{{ . }}
  source: {configMap: {name: {{ . }}}}
{{- end }}
{{- if eq .Values.keys.store "shared" }}
{{- $secret := include "token-gateway.keysSecret" . }}
- name: keys
  path: keys
  {{- /* The first source keeps pods from starting before there is a key: a missing item is waited for. */}}
  source:
    projected:
      defaultMode: 0440
      sources:
        - secret: {name: {{ $secret }}, items: [{key: keys.json, path: keys.json}]}
        - secret: {name: {{ $secret }}}
{{- end }}
{{- range $name, $secret := .Values.secrets }}
- name: secret-{{ $name }}
  path: secrets/{{ $name }}
  source: {secret: {secretName: {{ $secret }}, defaultMode: 0440}}
{{- end }}
{{- range $name := list "decision" "grpc" "edge" }}
{{- $listener := index $.Values.listeners $name }}
{{- $secret := include "token-gateway.tlsSecret" (list $ $name) }}
{{- if and $secret (dig "enabled" true $listener) }}
- name: tls-{{ $name }}
  path: tls/{{ $name }}
  {{- if $listener.tls.existingSecret }}
  source: {secret: {secretName: {{ $secret }}, defaultMode: 0440}}
  {{- else }}
  {{- /* By name, for what is missing is waited for: no pod starts before the Job has made the certificate. */}}
  source:
    secret:
      secretName: {{ $secret }}
      defaultMode: 0440
      items:
        {{- range list "tls.crt" "tls.key" "ca.crt" }}
        - {key: {{ . }}, path: {{ . }}}
        {{- end }}
  {{- end }}
{{- end }}
{{- end }}
{{- with .Values.audit.existingFingerprintSecret }}
- name: fingerprint
  path: fingerprint
  source: {secret: {secretName: {{ . }}, defaultMode: 0440}}
{{- end }}
{{- with .Values.revocations.existingConfigMap }}
- name: revocations
  path: revocations
  source: {configMap: {name: {{ . }}}}
{{- end }}
{{- end }}
