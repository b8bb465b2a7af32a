import json

from gateway.leaks.finding import Finding
from gateway.leaks.show import FORMATS, AsJson, AsLines, AsSarif, AsText, Shown

ONE = Finding(
    type="jwt", file="a.log", line=2, column=5, start=9, end=99, fingerprint="tfp1_abcdefghijklmnop"
)


def written(shown: Shown, out: list[str]) -> tuple[str, str]:
    """What it writes at once, and at the end."""
    shown.finding(ONE)
    before = "".join(out)
    shown.end(["b cannot be read"])
    return before, "".join(out)[len(before) :]


def test_text_comes_at_once() -> None:
    out: list[str] = []
    assert written(AsText(out.append), out) == (f"{ONE}\n", "")


def test_lines_of_json_come_at_once() -> None:
    out: list[str] = []
    line, rest = written(AsLines(out.append), out)
    assert (json.loads(line), line[-1], rest) == (ONE.as_members(), "\n", "")


def test_one_document_comes_at_the_end() -> None:
    out: list[str] = []
    before, rest = written(AsJson(out.append), out)
    assert (before, json.loads(rest)) == (
        "",
        {"findings": [ONE.as_members()], "unread": ["b cannot be read"]},
    )
    out.clear()
    before, rest = written(AsSarif(out.append, "1"), out)
    assert (before, json.loads(rest)["version"]) == ("", "2.1.0")
    assert set(FORMATS) == {"text", "json", "sarif"}
