"""What is wrong with Traefik: its middlewares, its routers, its entry points, its logs?"""

from typing import Final

from gateway.audit.rule import Rule
from gateway.audit.rules.traefik.answers import (
    ASKS_TOO_LITTLE,
    IDENTITY_SURVIVES,
    LOOSE_EXPRESSION,
    PASSWORD_SURVIVES,
    TOKEN_SURVIVES,
)
from gateway.audit.rules.traefik.asking import (
    CLEAR_TEXT,
    FORWARDED_HEADERS,
    NOT_ASKED,
    OTHER_DIALECT,
    UNBOUNDED,
    UNVERIFIED,
)
from gateway.audit.rules.traefik.chains import ERROR_PAGE, LATE, MISSING_MIDDLEWARE, OPEN_CORS
from gateway.audit.rules.traefik.control import DASHBOARD, TENANTS, VERSION
from gateway.audit.rules.traefik.entry import ALIASES, ENCODED, TRUSTS_EVERYBODY
from gateway.audit.rules.traefik.routing import CERTIFICATE, IN_CLEAR, MIRRORED
from gateway.audit.rules.traefik.shadowing import SHADOWING
from gateway.audit.rules.traefik.watching import LOGGED, TRACED

RULES: Final[tuple[Rule, ...]] = (
    CLEAR_TEXT,
    FORWARDED_HEADERS,
    TOKEN_SURVIVES,
    LOOSE_EXPRESSION,
    ALIASES,
    VERSION,
    UNVERIFIED,
    LATE,
    UNBOUNDED,
    TENANTS,
    DASHBOARD,
    ENCODED,
    LOGGED,
    TRACED,
    ERROR_PAGE,
    MIRRORED,
    CERTIFICATE,
    SHADOWING,
    MISSING_MIDDLEWARE,
    PASSWORD_SURVIVES,
    IDENTITY_SURVIVES,
    OTHER_DIALECT,
    NOT_ASKED,
    TRUSTS_EVERYBODY,
    ASKS_TOO_LITTLE,
    OPEN_CORS,
    IN_CLEAR,
)
