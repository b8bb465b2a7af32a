"""What can be wrong with ingress-nginx, and with nginx itself? NGX, in order of their numbers."""

from typing import Final

from gateway.audit.rule import Rule
from gateway.audit.rules.nginx import (
    asked,
    cached,
    clients,
    copies,
    openings,
    paths,
    retired,
    snippets,
    sub_request,
    token,
    transport,
    without_effect,
)

RULES: Final[tuple[Rule, ...]] = tuple(
    sorted(
        (
            *retired.RULES,
            *asked.RULES,
            *token.RULES,
            *cached.RULES,
            *snippets.RULES,
            *openings.RULES,
            *copies.RULES,
            *paths.RULES,
            *clients.RULES,
            *transport.RULES,
            *without_effect.RULES,
            *sub_request.RULES,
        ),
        key=lambda one: one.id,
    )
)
