"""The smallest objects of each kind, as text and as drafts."""

from typing import Any

import yaml

from gateway.draft.begin import Draft, draft

Json = dict[str, Any]


def ingress(*paths: tuple[str, str, str], host: str = "api.example.com", **annotations: str) -> Json:
    """Paths as (type, path, service); the keywords are annotations of ingress-nginx."""
    backend = [
        {"path": path, "pathType": kind, "backend": {"service": {"name": name, "port": {"number": 80}}}}
        for kind, path, name in paths
    ]
    prefix = "nginx.ingress.kubernetes.io"
    notes = {f"{prefix}/{name.replace('_', '-')}": text for name, text in annotations.items()}
    rule: Json = {"http": {"paths": backend}}
    if host:
        rule["host"] = host
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "orders", "namespace": "shop", "annotations": notes},
        "spec": {"ingressClassName": "nginx", "rules": [rule], "tls": [{"hosts": [host]}]},
    }


def http_route(*matches: Json, service: str = "orders", host: str = "api.example.com") -> Json:
    rule: Json = {"matches": list(matches), "backendRefs": [{"name": service, "port": 80}]}
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": service, "namespace": "shop"},
        "spec": {"hostnames": [host], "rules": [rule]},
    }


def ingress_route(*matches: str, service: str = "orders", **fields: Any) -> Json:
    routes = [
        {"kind": "Rule", "match": match, "services": [{"name": service, "port": 80}], **fields}
        for match in matches
    ]
    return {
        "apiVersion": "traefik.io/v1alpha1",
        "kind": "IngressRoute",
        "metadata": {"name": "orders", "namespace": "shop"},
        "spec": {"routes": routes},
    }


def stream(*objects: Json) -> bytes:
    return yaml.dump_all(objects, Dumper=yaml.CSafeDumper, sort_keys=False).encode()


def drafted(*objects: Json, host: str | None = None, controller: str | None = None) -> Draft:
    return draft(stream(*objects), "shop.yaml", host=host, controller=controller)


def opened(made: Draft) -> dict[str, set[str]]:
    """What each host's policy names: `METHOD,METHOD path -> service`."""
    return {
        host: {
            f"{','.join(route.methods)} {path} -> {route.service}"
            for route in one.routes
            for path in route.paths
        }
        for one in made.policies
        for host in one.hosts
    }


def only(made: Draft) -> set[str]:
    """The same, of the one host there is."""
    (rows,) = opened(made).values()
    return rows
