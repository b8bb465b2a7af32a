from datetime import date

from gateway.audit.check import check
from tests.audit.showing import TODAY, estate_of


def ids(written: str, today: date | None = TODAY) -> list[str]:
    manifest = f"""\
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  annotations:
    token-gateway.dev/ignore: {written}
"""
    return [f"{one.rule.id} {one.what}" for one in check(estate_of(manifest), today=today).findings]


def test_without_a_reason() -> None:
    assert ids("NGX-006") == ["IGN-001 what accepts NGX-006 gives no reason"]
    assert ids("'NGX-006 NGX-011: '") == ["IGN-001 what accepts NGX-006, NGX-011 gives no reason"]


def test_past_its_end() -> None:
    assert ids("'NGX-006: why; until=2027-01-14'") == ["IGN-002 what accepts NGX-006 ended with 2027-01-14"]
    assert ids("'NGX-006: why; until=2027-01-15'") == []
    assert ids("'NGX-006: why; until=2027-01-14'", today=None) == []


def test_not_to_be_read() -> None:
    assert ids("because") == ["IGN-003 what is to be accepted names no rule"]
    assert ids("'NGX-006: why; until=May'") == ["IGN-003 what accepts NGX-006 has an end that is no date"]


def test_one_that_is_right() -> None:
    assert ids("'NGX-006: why; until=2099-12-31'") == []
