"""Who else gets in? Rules across objects: they look at the normal form, whoever serves a route."""

from typing import Final

from gateway.audit.rule import Rule
from gateway.audit.rules.coverage.classes import FOREIGN_ANNOTATIONS, NO_CLASS
from gateway.audit.rules.coverage.clear import IN_CLEAR
from gateway.audit.rules.coverage.gaps import LOST_BETWEEN_APIS, OPEN_METHODS, OPEN_PATH, SHADOWED
from gateway.audit.rules.coverage.hosts import CATCH_ALL, CLAIMED_TWICE, OPEN_WILDCARD
from gateway.audit.rules.coverage.network import BACKENDS, ON_THE_NODE, OUR_PORT
from gateway.audit.rules.coverage.paths import FOR_OPERATORS
from gateway.audit.rules.coverage.services import ELSEWHERE, MISSING, NO_SELECTOR, REACHED_PAST, SIDE_DOOR

RULES: Final[tuple[Rule, ...]] = (
    OPEN_PATH,
    CLAIMED_TWICE,
    LOST_BETWEEN_APIS,
    SIDE_DOOR,
    REACHED_PAST,
    BACKENDS,
    OUR_PORT,
    ON_THE_NODE,
    ELSEWHERE,
    CATCH_ALL,
    OPEN_WILDCARD,
    NO_SELECTOR,
    MISSING,
    NO_CLASS,
    FOREIGN_ANNOTATIONS,
    OPEN_METHODS,
    FOR_OPERATORS,
    SHADOWED,
    IN_CLEAR,
)
