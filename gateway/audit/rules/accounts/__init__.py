"""Whose tokens are there, what may they do, and where do they lie about?"""

from typing import Final

from gateway.audit.rule import Rule
from gateway.audit.rules.accounts.literals import LEGACY_TOKENS, LITERALS
from gateway.audit.rules.accounts.pods import DEFAULT_ACCOUNT, EXTENDED, MOUNTED, NOT_RENEWED, PROJECTED
from gateway.audit.rules.accounts.rights import (
    DANGEROUS,
    EDITORS,
    EVERYBODY_HAS_IT,
    KEY_READERS,
    MAKES_TOKENS,
)

RULES: Final[tuple[Rule, ...]] = (
    LEGACY_TOKENS,
    MOUNTED,
    DEFAULT_ACCOUNT,
    DANGEROUS,
    MAKES_TOKENS,
    EDITORS,
    EVERYBODY_HAS_IT,
    PROJECTED,
    EXTENDED,
    LITERALS,
    KEY_READERS,
    NOT_RENEWED,
)
