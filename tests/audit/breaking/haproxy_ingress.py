"""Annotations of the Ingress and of the asked Service, and what the ConfigMap allows."""

RELEVANT = (
    r"Ingress: metadata\.annotations\.(haproxy-ingress\.github|ingress\.kubernetes)\.io/auth-url",
    r"Ingress: metadata\.annotations\.(haproxy-ingress\.github|ingress\.kubernetes)\.io/auth-headers-succeed",
    r"Ingress: metadata\.annotations\.(haproxy-ingress\.github|ingress\.kubernetes)\.io/headers",
    r"ConfigMap: data\.cross-namespace-services",
)
