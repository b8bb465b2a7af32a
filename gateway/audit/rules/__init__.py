"""Which rules are there? One module a family; the id's letters say which."""

from typing import Final

from gateway.audit.rule import Rule
from gateway.audit.rules import caddy, f5_nic, haproxy, ignored, nginx, traefik, traefik_ingress_nginx

RULES: Final[tuple[Rule, ...]] = (
    *nginx.RULES,
    *sorted((*traefik.RULES, *traefik_ingress_nginx.RULES), key=lambda one: one.id),
    *haproxy.RULES,
    *f5_nic.RULES,
    *caddy.RULES,
    *ignored.RULES,
)
"""In the order of the reference."""
