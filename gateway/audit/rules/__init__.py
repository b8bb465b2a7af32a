"""Which rules are there? One module a family; the id's letters say which."""

from typing import Final

from gateway.audit.rule import Rule
from gateway.audit.rules import (
    accounts,
    caddy,
    coverage,
    envoy,
    f5_nic,
    gateway_api,
    haproxy,
    ignored,
    nginx,
    own,
    tls,
    traefik,
    traefik_ingress_nginx,
)

RULES: Final[tuple[Rule, ...]] = (
    *coverage.RULES,
    *nginx.RULES,
    *sorted((*traefik.RULES, *traefik_ingress_nginx.RULES), key=lambda one: one.id),
    *haproxy.RULES,
    *f5_nic.RULES,
    *caddy.RULES,
    *gateway_api.RULES,
    *envoy.RULES,
    *accounts.RULES,
    *tls.RULES,
    *own.RULES,
    *ignored.RULES,
)
"""In the order of the reference."""
