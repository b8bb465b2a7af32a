"""It asks for passwords alone by annotations; what stands behind our edge has no field that asks."""

RELEVANT = (
    r"Ingress: metadata\.annotations\.haproxy\.org/auth-type",
    r"Ingress: metadata\.annotations\.haproxy\.org/request-set-header",
)
