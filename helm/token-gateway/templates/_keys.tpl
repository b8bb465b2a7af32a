{{/* Does the chart keep the keys: with its own Job, and a CronJob? */}}
{{- define "token-gateway.makesKeys" -}}
{{- if and (eq .Values.keys.store "shared") (not .Values.keys.existingSecret) }}true{{ end -}}
{{- end }}
{{- define "token-gateway.rotatesKeys" -}}
{{- if and (eq .Values.keys.store "shared") .Values.keys.rotation.enabled }}true{{ end -}}
{{- end }}

{{/*
The pod that works on the Secret, and the only one with a token of the API server. Takes (list ROOT VERB).
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
    - name: keys
      image: {{ include "token-gateway.image" $root | quote }}
      imagePullPolicy: {{ $v.image.pullPolicy }}
      args:
        - keys
        - {{ index . 1 }}
        - --secret
        - {{ include "token-gateway.namespace" $root }}/{{ include "token-gateway.keysSecret" $root }}
        - --algorithm
        - {{ $v.keys.algorithm }}
        {{- if eq (index . 1) "rotate" }}
        - --every
        - {{ $v.keys.rotation.every }}
        {{- end }}
      resources:
        requests: {cpu: 10m, memory: 64Mi}
        limits: {memory: 128Mi}
      securityContext:
        {{- toYaml $v.securityContext | nindent 8 }}
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
