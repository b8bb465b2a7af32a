{{/* Does the chart keep the keys: with its own Job, and a CronJob? */}}
{{- define "token-gateway.makesKeys" -}}
{{- if and (eq .Values.keys.store "shared") (not .Values.keys.existingSecret) }}true{{ end -}}
{{- end }}
{{- define "token-gateway.rotatesKeys" -}}
{{- if and (eq .Values.keys.store "shared") .Values.keys.rotation.enabled }}true{{ end -}}
{{- end }}

{{/* Which Secrets may the Job and the CronJob read and replace? As a YAML list. */}}
{{- define "token-gateway.keptSecrets" -}}
{{- $kept := list -}}
{{- if or (include "token-gateway.makesKeys" .) (include "token-gateway.rotatesKeys" .) -}}
{{- $kept = append $kept (include "token-gateway.keysSecret" .) -}}
{{- end -}}
{{- if include "token-gateway.makesCertificate" . -}}
{{- $secret := include "token-gateway.certificateSecret" . -}}
{{- $kept = concat $kept (list $secret (printf "%s-ca" $secret)) -}}
{{- end -}}
{{- toYaml $kept -}}
{{- end }}

{{/* What is run, container by container? As YAML: arguments by name. Takes (list ROOT TIME), `first` or `again`. */}}
{{- define "token-gateway.keeping" -}}
{{- $root := index . 0 -}}
{{- $first := eq (index . 1) "first" -}}
{{- $v := $root.Values -}}
{{- $namespace := include "token-gateway.namespace" $root -}}
{{- $run := dict -}}
{{- if include ($first | ternary "token-gateway.makesKeys" "token-gateway.rotatesKeys") $root -}}
{{- $secret := printf "%s/%s" $namespace (include "token-gateway.keysSecret" $root) -}}
{{- $words := list "keys" ($first | ternary "init" "rotate") "--secret" $secret "--algorithm" $v.keys.algorithm -}}
{{- $_ := set $run "keys" ($first | ternary $words (concat $words (list "--every" $v.keys.rotation.every))) -}}
{{- end -}}
{{- if include "token-gateway.makesCertificate" $root -}}
{{- $secret := printf "%s/%s" $namespace (include "token-gateway.certificateSecret" $root) -}}
{{- $words := list "certificates" ($first | ternary "init" "renew") "--secret" $secret "--days" (toString $v.certificates.days) -}}
{{- range include "token-gateway.certificateNames" $root | fromYamlArray -}}
{{- $words = concat $words (list "--name" .) -}}
{{- end -}}
{{- $_ := set $run "certificates" $words -}}
{{- end -}}
{{- toYaml $run -}}
{{- end }}

{{/*
The pod that works on the Secrets, and the only one with a token of the API server. Takes (list ROOT TIME), `first` or
`again`.
*/}}
{{- define "token-gateway.keysPod" -}}
{{- $root := index . 0 -}}
{{- $v := $root.Values -}}
metadata:
  labels:
    {{- include "token-gateway.labels" (list $root "keys") | nindent 4 }}
spec:
  restartPolicy: OnFailure
  serviceAccountName: {{ include "token-gateway.fullname" $root }}-keys
  automountServiceAccountToken: true
  enableServiceLinks: false
  securityContext:
    {{- toYaml $v.podSecurityContext | nindent 4 }}
  {{- with $v.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    {{- range $name, $words := include "token-gateway.keeping" . | fromYaml }}
    - name: {{ $name }}
      image: {{ include "token-gateway.image" $root | quote }}
      imagePullPolicy: {{ $v.image.pullPolicy }}
      args:
        {{- toYaml $words | nindent 8 }}
      resources:
        requests: {cpu: 10m, memory: 64Mi}
        limits: {memory: 128Mi}
      securityContext:
        {{- toYaml $v.securityContext | nindent 8 }}
    {{- end }}
  {{- $where := dict }}
  {{- range $field := list "nodeSelector" "tolerations" "runtimeClassName" }}
  {{- with index $v $field }}
  {{- $_ := set $where $field . }}
  {{- end }}
  {{- end }}
  {{- with $where }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
