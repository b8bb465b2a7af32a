"""What we tell people to write for proxies of these kinds is sound by our own rules."""

import pytest

from gateway.audit.check import check
from gateway.audit.coverage import State, state_of
from gateway.audit.exposure import Reaches
from gateway.audit.rule import Severity
from gateway.core.policy import Policy
from gateway.dialects.snippets import SNIPPETS, Settings, SnippetImpossible
from tests.audit.showing import estate_of
from tests.dialects.snippets import policies as p

TARGETS = (
    "envoy",
    "envoy-grpc",
    "envoy-gateway",
    "gateway-api",
    "istio",
    "contour",
    "kgateway",
    "nginx-gateway-fabric",
)
WITHOUT_ROUTES = {"istio"}
"""It writes what asks, and leaves the VirtualService to the reader."""
DEFAULT = Settings()
OVER_TLS = Settings(gateway="https://token-gateway.token-gateway.svc:4181")


def written(target: str, policy: Policy, settings: Settings) -> str | None:
    try:
        return SNIPPETS[target](policy, settings)
    except SnippetImpossible:
        return None


@pytest.mark.long
def test_they_give_nothing_above_info_and_every_route_is_asked_about() -> None:
    wrong, tried = [], set()
    for target in TARGETS:
        for name, policy in (*p.BY_NETWORK.items(), ("secret", p.SECRET)):
            for settings in (DEFAULT, OVER_TLS):
                text = written(target, policy, settings)
                if text is None:
                    continue
                tried.add(target)
                checked = check(estate_of(text))
                found = [one for one in checked.findings if one.severity is not Severity.INFO]
                wrong += [f"{target} {name}: {one.rule.id} {one.what}" for one in found]
                wrong += [
                    f"{target} {name}: {one.path} {one.token.why}"
                    for one in checked.exposures
                    if state_of(one)[0] is not State.PROTECTED or one.token.reaches is not Reaches.NO
                ]
                if not checked.exposures and target not in WITHOUT_ROUTES:
                    wrong.append(f"{target} {name}: no route was read")
    assert wrong == []
    assert tried == set(TARGETS)
