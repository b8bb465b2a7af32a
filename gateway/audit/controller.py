"""Who serves this route?"""

from enum import StrEnum, unique


@unique
class Controller(StrEnum):
    """What reads a configuration and answers at the door."""

    INGRESS_NGINX = "ingress-nginx"
    TRAEFIK_INGRESS_NGINX = "traefik-ingress-nginx"
    """Traefik, where it reads the annotations of ingress-nginx (`providers.kubernetesIngressNGINX`)."""
    TRAEFIK = "traefik"
    """Its own objects, its own annotations, and its files."""
    HAPROXY_INGRESS = "haproxy-ingress"
    """https://haproxy-ingress.github.io"""
    HAPROXYTECH = "haproxytech"
    """https://github.com/haproxytech/kubernetes-ingress"""
    F5_NIC = "f5-nic"
    CONTOUR = "contour"
    ISTIO = "istio"
    ENVOY_GATEWAY = "envoy-gateway"
    NGINX_GATEWAY_FABRIC = "nginx-gateway-fabric"
    KGATEWAY = "kgateway"
    CILIUM = "cilium"
    GATEWAY_API = "gateway-api"
    """An implementation that nothing tells."""
    NGINX = "nginx"
    """A server with a file of its own, as the four below."""
    HAPROXY = "haproxy"
    CADDY = "caddy"
    ENVOY = "envoy"
    UNKNOWN = "unknown"
