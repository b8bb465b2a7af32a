"""What `gateway snippet` prints for Traefik is clean under the audit."""

import pytest

from gateway.audit.check import check
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather_text
from gateway.audit.exposure import Reaches
from gateway.audit.rule import Severity
from gateway.core.policy import CertificateFrom, Policy
from gateway.dialects.snippets import traefik, traefik_middleware
from gateway.dialects.snippets.settings import Settings
from tests.dialects.snippets import policies as p

POLICIES = {**p.ALL, "certificate": p.CERTIFICATE, "told": p.TOLD[CertificateFrom.TRAEFIK]}
OVER_TLS = Settings(gateway="https://gate.security.svc:4180")
BESIDE = Settings()
"""The gateway on the same machine, which is the default of a file."""


HERE = Settings(listen="127.0.0.1:8000")
"""With something before it that ends TLS."""


def above_info(snippet: str, policy: Policy) -> list[str]:
    gathering = Gathering()
    gather_text(snippet.encode(), "snippet.yaml", gathering)
    assert not gathering.unread, gathering.unread
    checked = check(gathering.finished(), {policy.id: policy})
    assert checked.exposures, "it opens no route at all"
    for one in checked.exposures:
        assert one.auth is not None
        assert (one.auth.dialect, one.auth.policy) == ("traefik", policy.id)
        assert one.token.reaches is Reaches.NO
    return [f"{one.rule.id} {one.what}" for one in checked.findings if one.severity is not Severity.INFO]


@pytest.mark.long
def test_the_files() -> None:
    for name, policy in POLICIES.items():
        for settings in (OVER_TLS, BESIDE, HERE):
            assert above_info(traefik.snippet(policy, settings), policy) == [], name


def test_the_objects_of_a_cluster() -> None:
    for name, policy in POLICIES.items():
        for settings in (Settings(), OVER_TLS):
            assert above_info(traefik_middleware.snippet(policy, settings), policy) == [], name


def test_asked_over_http_in_a_cluster_they_say_so_and_so_does_the_audit() -> None:
    in_clear = Settings(gateway="http://token-gateway.token-gateway.svc:4180")
    snippet = traefik_middleware.snippet(p.PLAIN, in_clear)
    (found,) = above_info(snippet, p.PLAIN)
    assert found.startswith("TRF-001 ")
    assert "is asked in the clear" in snippet
    assert "is asked in the clear" not in traefik_middleware.snippet(p.PLAIN, Settings())
