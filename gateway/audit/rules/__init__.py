"""Which rules are there? One module a family; the id's letters say which."""

from typing import Final

from gateway.audit.rule import Rule
from gateway.audit.rules import ignored, traefik

RULES: Final[tuple[Rule, ...]] = (*traefik.RULES, *ignored.RULES)
"""In the order of the reference."""
