"""What is wrong with routes, grants and listeners of the Gateway API?"""

from typing import Final

from gateway.audit.rule import Rule
from gateway.audit.rules.gateway_api.attachment import ATTACHED_TO_NOTHING, UNUSED_GRANT
from gateway.audit.rules.gateway_api.cors import ANY_ORIGIN
from gateway.audit.rules.gateway_api.filters import (
    ALL_HEADERS,
    INCOMPLETE,
    MIRRORED,
    NOT_FIRST,
    NOT_IN_FORCE,
    UNASKED,
)
from gateway.audit.rules.gateway_api.listeners import ANYBODYS_ROUTES, IN_CLEAR
from gateway.audit.rules.gateway_api.nginx import OF_NGINX
from gateway.audit.rules.gateway_api.references import NO_GRANT, UNVERIFIED, VERIFIES_NOTHING, WIDE_GRANT

RULES: Final[tuple[Rule, ...]] = (
    UNASKED,
    NOT_IN_FORCE,
    ALL_HEADERS,
    NOT_FIRST,
    UNVERIFIED,
    WIDE_GRANT,
    ANYBODYS_ROUTES,
    IN_CLEAR,
    ANY_ORIGIN,
    ATTACHED_TO_NOTHING,
    NO_GRANT,
    UNUSED_GRANT,
    INCOMPLETE,
    MIRRORED,
    VERIFIES_NOTHING,
    OF_NGINX,
)
