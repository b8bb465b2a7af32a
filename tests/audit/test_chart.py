"""What our own chart installs is sound under our own audit, in every scenario but the one that weakens it."""

from pathlib import Path

import pytest

from gateway.audit.check import check
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather
from gateway.audit.rule import Severity

GOLDEN = sorted(Path("tests/helm/golden").glob("*.yaml"))


def found(path: Path) -> list[str]:
    gathering = Gathering()
    gather([path], gathering)
    assert not gathering.unread, gathering.unread
    findings = check(gathering.finished()).findings
    return [f"{one.rule.id} {one.place.owner}" for one in findings if one.severity is not Severity.INFO]


@pytest.mark.long
def test_what_the_chart_installs_is_sound() -> None:
    said = {path.stem: found(path) for path in GOLDEN}
    assert said.pop("weakened") == [
        "COV-007 Service/token-gateway/token-gateway",
        "COV-007 Service/token-gateway/token-gateway-grpc",
    ]
    assert len(said) > 5
    assert {name: these for name, these in said.items() if these} == {}
