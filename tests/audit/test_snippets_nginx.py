"""What `gateway snippet` prints for nginx and for the annotations of ingress-nginx is sound."""

from itertools import product
from typing import Final

import pytest

from gateway.audit.check import check
from gateway.audit.coverage import State, state_of
from gateway.audit.exposure import Reaches
from gateway.audit.rule import Severity
from gateway.core.policy import CertificateFrom, Policy
from gateway.dialects.snippets import SNIPPETS, Settings, SnippetImpossible
from tests.audit.nginx_texts import OPEN, documents, ingress
from tests.audit.showing import estate_of
from tests.dialects.snippets import policies as p

TARGETS: Final = ("nginx", "ingress-nginx", "ingress-nginx-global", "traefik-ingress-nginx")
DEFAULT: Final = Settings()
"""Of what stands in a cluster over TLS; nginx' own file asks on the same machine."""
OVER_TLS: Final = Settings(gateway="https://gate.security.svc:4180")
POLICIES: Final = {
    **p.ALL,
    **{f"{name}, by network": policy for name, policy in p.BY_NETWORK.items()},
    "query": p.QUERY,
    "everything": p.EVERYTHING,
    "certificate": p.TOLD[CertificateFrom.NGINX],
}


def printed(target: str, policy: Policy, settings: Settings) -> str | None:
    """Give the text, or None where this proxy cannot do it. What asks about all Ingresses gets one."""
    try:
        text = SNIPPETS[target](policy, settings)
    except SnippetImpossible:
        return None
    return documents(text, ingress(OPEN)) if target == "ingress-nginx-global" else text


@pytest.mark.long
def test_it_is_protected_and_gives_no_finding() -> None:
    for target in TARGETS:
        tried = 0
        for (name, policy), settings in product(POLICIES.items(), (DEFAULT, OVER_TLS)):
            text = printed(target, policy, settings)
            if text is None:
                continue
            tried += 1
            file = "nginx.conf" if target == "nginx" else "given.yaml"
            checked = check(estate_of(text, file=file), {policy.id: policy})
            worse = [(one.rule.id, one.what) for one in checked.findings if one.severity is not Severity.INFO]
            assert worse == [], (target, name)
            doors = [one for one in checked.exposures if one.backends]
            assert doors, (target, name)
            assert {state_of(one)[0] for one in doors} == {State.PROTECTED}, (target, name)
            assert {one.token.reaches for one in doors} == {Reaches.NO}, (target, name)
            assert {one.auth.policy for one in doors if one.auth} == {policy.id}, (target, name)
        assert tried > 3, target


def test_whoever_asks_in_clear_across_the_cluster_is_told() -> None:
    """The operator chooses with --gateway: what is printed says http where http was asked for."""
    in_clear = Settings(gateway="http://token-gateway.token-gateway.svc:4180")
    for target in TARGETS:
        text = printed(target, p.BY_NETWORK["plain"], in_clear)
        assert text is not None
        file = "nginx.conf" if target == "nginx" else "given.yaml"
        assert [one.rule.id for one in check(estate_of(text, file=file)).findings] == ["NGX-003"], target
