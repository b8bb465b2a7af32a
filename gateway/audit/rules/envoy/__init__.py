"""What is wrong where a proxy of Envoy's kind asks: Envoy itself, Envoy Gateway, Istio, Contour, kgateway?"""

from typing import Final

from gateway.audit.rule import Rule
from gateway.audit.rules.envoy.asking import (
    FAILS_OPEN,
    NOT_SHOWN,
    OWN_DIALECT,
    REPLACED,
    SURVIVES,
    SWITCHED_OFF,
    WAITS_LONG,
)
from gateway.audit.rules.envoy.contour import REFUSED
from gateway.audit.rules.envoy.edge import ADMIN, CERTIFICATES, CHANGED, IN_CLEAR, LOGGED, LOOK_ALIKES
from gateway.audit.rules.envoy.istio import ASKS_NOBODY, NOT_DEMANDED, PLAIN_MESH
from gateway.audit.rules.envoy.servers import ASKED_BY_NOBODY, NOT_THERE, UNVERIFIED

RULES: Final[tuple[Rule, ...]] = (
    FAILS_OPEN,
    SURVIVES,
    NOT_SHOWN,
    WAITS_LONG,
    REPLACED,
    SWITCHED_OFF,
    LOGGED,
    CERTIFICATES,
    NOT_DEMANDED,
    IN_CLEAR,
    NOT_THERE,
    UNVERIFIED,
    ADMIN,
    CHANGED,
    PLAIN_MESH,
    ASKS_NOBODY,
    OWN_DIALECT,
    ASKED_BY_NOBODY,
    LOOK_ALIKES,
    REFUSED,
)
