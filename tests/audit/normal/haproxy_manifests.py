"""An Ingress of HAProxy, with these annotations."""

from collections.abc import Mapping

URL = "svc://token-gateway/token-gateway:4180/auth/haproxy/orders"
HEADERS = "X-Forwarded-Uri: %[pathq]\nX-Forwarded-Method: %[method]\nX-Forwarded-Host: %[req.hdr(host)]\n"
ASKING = {"auth-url": URL, "auth-headers-succeed": "authorization,x-auth-*", "headers": HEADERS}


def ingress(
    annotations: Mapping[str, str],
    *,
    prefix: str = "haproxy-ingress.github.io/",
    path: str = "{path: /, pathType: Prefix}",
    tls: str = "tls: [{hosts: [api.example.com]}]",
    service: str = "orders",
    port: str = "80",
) -> str:
    given = "".join(
        f"    {prefix}{name}: {value!r}\n".replace("\\n", "\\n") for name, value in annotations.items()
    )
    given = given.replace("'", '"')
    place = (
        path.removesuffix("}") + f", backend: {{service: {{name: {service}, port: {{number: {port}}}}}}}}}"
    )
    return f"""apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: orders
  namespace: shop
  annotations:
    example.com/none: ""
{given}spec:
  ingressClassName: haproxy
  {tls}
  rules: [{{host: api.example.com, http: {{paths: [{place}]}}}}]
"""


def config(name: str, **values: str) -> str:
    given = "".join(f'  {key.replace("_", "-")}: "{value}"\n' for key, value in values.items())
    head = "---\napiVersion: v1\nkind: ConfigMap\n"
    return f"{head}metadata: {{name: {name}, namespace: ingress}}\ndata:\n{given}"


def service(name: str, namespace: str, **annotations: str) -> str:
    given = "".join(
        f'    haproxy-ingress.github.io/{key.replace("_", "-")}: "{value}"\n'
        for key, value in annotations.items()
    )
    head = f"---\napiVersion: v1\nkind: Service\nmetadata:\n  name: {name}\n  namespace: {namespace}\n"
    return head + (f"  annotations:\n{given}" if given else "") + "spec: {}\n"
