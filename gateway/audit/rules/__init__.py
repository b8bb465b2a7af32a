"""Which rules are there? One module a family; the id's letters say which."""

from typing import Final

from gateway.audit.rule import Rule
from gateway.audit.rules import ignored

RULES: Final[tuple[Rule, ...]] = (*ignored.RULES,)
"""In the order of the reference."""
