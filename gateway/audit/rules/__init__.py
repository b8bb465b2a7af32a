"""Which rules are there? One module a family; the id's letters say which."""

from typing import Final

from gateway.audit.rule import Rule

RULES: Final[tuple[Rule, ...]] = ()
"""In the order of the reference."""
