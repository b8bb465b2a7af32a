{{/* What do the values weaken? One line each, for the notes; no default brings one of them. */}}
{{- define "token-gateway.warnings" -}}
{{- $v := .Values -}}
{{- $said := list -}}
{{- if not $v.networkPolicy.enabled -}}
{{- $said = append $said "networkPolicy.enabled: false - every pod of the cluster reaches every port." -}}
{{- end -}}
{{- range $name, $one := include "token-gateway.listeners" . | fromYaml -}}
{{- if and $one.service.enabled (ne $name "edge") (ne $one.service.type "ClusterIP") -}}
{{- $said = append $said (printf "listeners.%s.service.type: %s - whoever is outside of the cluster reaches it." $name $one.service.type) -}}
{{- end -}}
{{- end -}}
{{- range $name := list "decision" "grpc" -}}
{{- $at := index $v.listeners $name -}}
{{- if and (dig "enabled" true $at) (not $at.tls.enabled) -}}
{{- $said = append $said (printf "listeners.%s.tls.enabled: false - clients' tokens cross the cluster in the clear, unless a mesh encrypts." $name) -}}
{{- end -}}
{{- end -}}
{{- if and $v.listeners.edge.enabled (not $v.listeners.edge.tls.existingSecret) (not $v.listeners.edge.config.tls) -}}
{{- $said = append $said "listeners.edge.tls.existingSecret is empty - clients' tokens come in the clear, unless somebody before ends TLS." -}}
{{- end -}}
{{- if ne (toString $v.podSecurityContext.runAsNonRoot) "true" -}}
{{- $said = append $said "podSecurityContext.runAsNonRoot - the gateway may run as root." -}}
{{- end -}}
{{- if eq (toString $v.podSecurityContext.runAsUser) "0" -}}
{{- $said = append $said "podSecurityContext.runAsUser: 0 - the gateway runs as root." -}}
{{- end -}}
{{- if not (has (dig "seccompProfile" "type" "" ($v.podSecurityContext | default dict)) (list "RuntimeDefault" "Localhost")) -}}
{{- $said = append $said "podSecurityContext.seccompProfile - every system call is allowed." -}}
{{- end -}}
{{- if ne (toString $v.securityContext.readOnlyRootFilesystem) "true" -}}
{{- $said = append $said "securityContext.readOnlyRootFilesystem - the container can be changed while it runs." -}}
{{- end -}}
{{- if ne (toString $v.securityContext.allowPrivilegeEscalation) "false" -}}
{{- $said = append $said "securityContext.allowPrivilegeEscalation - a process can gain more rights than it began with." -}}
{{- end -}}
{{- if $v.securityContext.privileged -}}
{{- $said = append $said "securityContext.privileged - the container is as good as its node." -}}
{{- end -}}
{{- if or (ne (dig "capabilities" "drop" list ($v.securityContext | default dict) | toJson) `["ALL"]`) (dig "capabilities" "add" nil ($v.securityContext | default dict)) -}}
{{- $said = append $said "securityContext.capabilities - the gateway needs none." -}}
{{- end -}}
{{- if eq $v.keys.store "memory" -}}
{{- $said = append $said "keys.store: memory - new keys at each start: backends refuse tokens until they fetch them." -}}
{{- else if not $v.keys.rotation.enabled -}}
{{- $said = append $said "keys.rotation.enabled: false - nobody but you changes the keys; one that leaks is good until then." -}}
{{- end -}}
{{- if eq $v.image.tag "latest" -}}
{{- $said = append $said "image.tag: latest - it is another image tomorrow; name image.digest." -}}
{{- end -}}
{{- range $file, $policies := $v.policies -}}
{{- range $id, $policy := $policies -}}
{{- if dig "callers" "network_alone" false $policy -}}
{{- $said = append $said (printf "policies.%s.%s.callers.network_alone - whoever has an address of its peers may ask." $file $id) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $said -}}
{{- end }}

{{/*
Can what `gateway snippet` prints for this policy be said without it? Where the policy is plain, the only things in it
that are the policy's own are its id and its host (files/snippets, made by the same code: python -m tests.helm.renew).
*/}}
{{- define "token-gateway.isPlain" -}}
{{- $rest := omit . "hosts" "peers" "callers" "credentials" "routes" -}}
{{- $plain := and (not $rest) (eq (len .hosts) 1) (not (hasPrefix "*" (first .hosts))) (eq (.credentials | toJson) `[{"type":"bearer"}]`) -}}
{{- range .routes -}}{{- if .websocket -}}{{- $plain = false -}}{{- end -}}{{- end -}}
{{- if $plain }}true{{ end -}}
{{- end }}
