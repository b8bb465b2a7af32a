import json
from pathlib import Path

import pytest

from gateway.audit.baseline import BaselineUnusable, Known, known_of, read, written
from tests.audit.judgements import HOSTILE, finding, rule

A = known_of(finding(), "aa")
NUMBERS = json.dumps(dict.fromkeys(Known._fields, 1)).encode()
B = known_of(finding(rule("COV-001"), owner="Ingress/shop/b", about="x"), "bb")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    for known in ((), (A,), (B, A)):
        file.write_text(written(known))
        assert read(file) == known
    hostile = Known(*(HOSTILE,) * 5)
    file.write_text(written((hostile,)))
    assert read(file) == (hostile,)


def test_it_is_sorted_a_finding_a_line_and_none_twice() -> None:
    assert written((A, B, A)) == written((B, A))
    lines = written((A, B)).splitlines()
    assert json.loads(lines[3].rstrip(","))["rule"] == "COV-001"
    assert json.loads(lines[4]) == {
        "rule": "NGX-006",
        "object": "Ingress/shop/orders",
        "pointer": "metadata.annotations.nginx.ingress.kubernetes.io/auth-url",
        "about": "",
        "fingerprint": "aa",
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", ":1:1 is not JSON"),
        (b'{\n "version": ', ":2:13 is not JSON"),
        (b"[]", " is no baseline"),
        (b"{}", " is no baseline"),
        (b'{"version": 2, "findings": []}', " is no baseline"),
        (b'{"version": 1, "findings": [1]}', " is no baseline"),
        (b'{"version": 1, "findings": [{"rule": "A"}]}', " is no baseline"),
        (b'{"version": 1, "findings": null}', " is no baseline"),
        (
            json.dumps({"version": 1, "findings": [dict.fromkeys(Known._fields, 1)]}).encode(),
            " is no baseline",
        ),
        (b"\xff\xfe\x00", " is no baseline"),
        (b"[" * 100_000, " is no baseline"),
    ],
)
def test_what_is_none_is_refused_with_its_place(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_bytes(content)
    with pytest.raises(BaselineUnusable) as refused:
        read(file)
    assert str(refused.value).startswith(f"{file}{said}")
    assert "--write-baseline" in str(refused.value)


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BaselineUnusable, match="cannot be read: no such file or directory"):
        read(tmp_path / "nowhere")
