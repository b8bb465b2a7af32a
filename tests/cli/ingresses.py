"""What do the tests of `gateway audit` audit?"""

from pathlib import Path

PROTECTED = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: orders
  namespace: shop
  annotations:
    nginx.ingress.kubernetes.io/auth-url: https://gateway.shop.svc:8443/auth/nginx/orders
    nginx.ingress.kubernetes.io/auth-response-headers: Authorization,X-Auth-Subject
spec:
  ingressClassName: nginx
  tls: [{hosts: [api.example.com], secretName: api-tls}]
  rules:
  - host: api.example.com
    http:
      paths:
      - {path: /v1, pathType: Prefix, backend: {service: {name: orders, port: {number: 80}}}}
"""
OPEN = "\n".join(line for line in PROTECTED.splitlines() if "/auth-" not in line) + "\n"
HALF = PROTECTED.replace("Authorization,", "")
"""The client's token survives."""


def written(folder: Path, text: str, name: str = "ingress.yaml") -> Path:
    file = folder / name
    file.write_text(text)
    return file
