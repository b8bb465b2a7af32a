{{/*
Where do the pods of each controller run that ask, and over which listener? As YAML. Namespace and labels are those
of the controller's own chart; where there is no namespace, its pods run beside the Gateway object, wherever that is.
*/}}
{{- define "token-gateway.controllers" -}}
traefik:
  listener: decision
  namespace: traefik
  podLabels: {app.kubernetes.io/name: traefik}
traefik-ingress-nginx:
  listener: decision
  namespace: traefik
  podLabels: {app.kubernetes.io/name: traefik}
ingress-nginx:
  listener: decision
  namespace: ingress-nginx
  podLabels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}
f5-nic:
  listener: decision
  namespace: nginx-ingress
  podLabels: {app.kubernetes.io/name: nginx-ingress}
nginx-gateway-fabric:
  listener: decision
  namespace: ""
  gatewayPods: true
envoy-gateway:
  listener: grpc
  namespace: envoy-gateway-system
  podLabels: {app.kubernetes.io/name: envoy, app.kubernetes.io/managed-by: envoy-gateway, app.kubernetes.io/component: proxy}
istio:
  listener: grpc
  namespace: istio-system
  podLabels: {istio: ingressgateway}
contour:
  listener: grpc
  namespace: projectcontour
  podLabels: {app: envoy}
kgateway:
  listener: grpc
  namespace: ""
  gatewayPods: true
gateway-api:
  listener: grpc
  namespace: ""
  gatewayPods: true
other:
  listener: decision
  namespace: ""
{{- end }}

{{/* Who may ask, as `from` of a NetworkPolicy; nothing where no controller is chosen. */}}
{{- define "token-gateway.controllerPeers" -}}
{{- $own := .Values.networkPolicy.controller -}}
{{- with index (include "token-gateway.controllers" . | fromYaml) .Values.controller -}}
{{- $namespace := $own.namespace | default .namespace -}}
{{- if not (or $namespace $own.cidrs) -}}
{{- fail (printf "networkPolicy.controller.namespace is missing: where do the pods of %s run?" $.Values.controller) -}}
{{- end -}}
{{- $labels := $own.podLabels | default .podLabels -}}
{{- if not (or $labels .gatewayPods $own.cidrs) -}}
{{- fail "networkPolicy.controller.podLabels is missing: which pods of that namespace may ask?" -}}
{{- end -}}
{{- if $namespace }}
- namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: {{ $namespace }}}}
  podSelector:
    {{- if $labels }}
    matchLabels:
      {{- toYaml $labels | nindent 6 }}
    {{- else }}
    {{- /* The label that the Gateway API gives to what is made for a Gateway (GEP-1762). */}}
    matchExpressions: [{key: gateway.networking.k8s.io/gateway-name, operator: Exists}]
    {{- end }}
{{- end }}
{{- range $own.cidrs }}
- ipBlock: {cidr: {{ . | quote }}}
{{- end }}
{{- end -}}
{{- end }}
