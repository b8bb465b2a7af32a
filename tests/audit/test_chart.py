"""What our own chart installs is sound under our own audit, with what its notes print for each controller.

In every scenario but the one that weakens it; and where the gateway is asked in the clear, it is said.
"""

from pathlib import Path

import pytest

from gateway.audit.check import check
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather, gather_text
from gateway.audit.rule import Severity
from tests.helm.snippets import ASKED, FOLDER, PROOFS, printed, render, suffix

GOLDEN = sorted(Path("tests/helm/golden").glob("*.yaml"))
RELEASE = Path("tests/helm/golden/gateway-api.yaml")
"""With both listeners that controllers ask."""
WORDS = {
    "policy-id-here": "orders",
    "host.here.example": "api.example.com",
    "service-here": "token-gateway",
    "namespace-here": "token-gateway",
}
"""What the notes put into the texts of files/snippets."""
IN_CLEAR = {
    "traefik-middleware": ["TRF-001"],
    "traefik-ingress-nginx": ["NGX-003"],
    "ingress-nginx": ["NGX-003"],
    "envoy-gateway": ["GWA-005"],
    "kgateway": ["GWA-005"],
    "gateway-api": ["GWA-005"],
}
"""What is found beside the chart's Services; of the others no rule tells a mesh from the clear."""


def found(gathering: Gathering) -> list[str]:
    assert not gathering.unread, gathering.unread
    findings = check(gathering.finished()).findings
    return [f"{one.rule.id} {one.place.owner}" for one in findings if one.severity is not Severity.INFO]


def installed(path: Path) -> Gathering:
    gathering = Gathering()
    gather([path], gathering)
    return gathering


def beside(text: str) -> list[str]:
    """What is found in the release and what the notes print for it."""
    for stands, word in WORDS.items():
        text = text.replace(stands, word)
    gathering = installed(RELEASE)
    gather_text(text.encode(), "notes.yaml", gathering)
    return found(gathering)


@pytest.mark.long
def test_what_the_chart_installs_is_sound() -> None:
    said = {path.stem: found(installed(path)) for path in GOLDEN}
    assert said.pop("weakened") == [
        "COV-007 Service/token-gateway/token-gateway",
        "COV-007 Service/token-gateway/token-gateway-grpc",
    ]
    assert len(said) > 5
    assert {name: these for name, these in said.items() if these} == {}


@pytest.mark.long
def test_what_its_notes_print_is_sound_beside_it() -> None:
    said, tried = {}, set()
    for name in render():
        text = (FOLDER / name).read_text()
        if not text.startswith("policy "):  # why there is none
            said[name] = beside(text)
            tried.add(name.partition(".")[0])
    assert {name: these for name, these in said.items() if these} == {}
    assert tried == set(ASKED)


@pytest.mark.long
def test_asked_in_the_clear_it_says_exactly_that() -> None:
    for target, port in ASKED.items():
        asked = f"http://service-here{suffix(port)}.namespace-here.svc:{port}"
        rules = [one.partition(" ")[0] for one in beside(printed(target, PROOFS["network"], asked))]
        assert rules == IN_CLEAR.get(target, []), target
