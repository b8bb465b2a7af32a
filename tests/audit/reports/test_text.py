import io
import re

import pytest
from rich.console import Console

from gateway.audit.judgement import Judgement
from gateway.audit.reports.text import render
from gateway.audit.rule import Severity
from tests.audit.judgements import finding, hostile, judged, judgement, mixed, rule


def printed(one: Judgement, width: int = 80, *, is_terminal: bool = False) -> str:
    file = io.StringIO()
    console = Console(
        file=file, width=width, force_terminal=is_terminal, color_system="auto", highlight=False
    )
    console.print(render(one))
    return file.getvalue()


def lines(one: Judgement, width: int = 80) -> list[str]:
    return [line.rstrip() for line in printed(one, width).splitlines()]


def test_an_object_its_finding_why_and_the_fix() -> None:
    assert lines(judgement(judged())) == [
        "Ingress/shop/orders  deploy/orders.yaml",
        "  high      NGX-006  The client's token reaches the backend",
        "            12:5    auth-response-headers lacks Authorization",
        "            why     It is in each backend's logs. Whoever reads one comes in.",
        "            fix     list Authorization in auth-response-headers.",
        "",
        "1 finding: 1 high",
        "3 objects and 1 proxy file read, 4 routes",
        "gateway audit rules NGX-006 shows a configuration that is right",
    ]


def test_why_is_told_once_for_a_rule() -> None:
    told = lines(judgement(*(judged(finding(owner=f"Ingress/shop/{name}")) for name in "abc")))
    assert sum("why  " in line for line in told) == 1
    assert sum("fix  " in line for line in told) == 3


def test_findings_of_one_object_stand_together() -> None:
    a, b = (f"Ingress/shop/{name}" for name in "ab")
    told = lines(judgement(*(judged(finding(owner=one, line=n)) for n, one in enumerate((a, b, a), start=1))))
    assert [line.split()[0] for line in told if line.startswith("Ingress")] == [a, b]


def test_what_a_rule_says_of_one_object_stands_together() -> None:
    told = lines(judgement(*(judged(finding(line=n, what=f"what {n}")) for n in (3, 7))))
    assert told[1:5] == [
        "  high      NGX-006  The client's token reaches the backend",
        "            3:5     what 3",
        "            7:5     what 7",
        "            why     It is in each backend's logs. Whoever reads one comes in.",
    ]
    assert sum("fix  " in line for line in told) == 1


def test_everything_else_is_said_below() -> None:
    told = "\n".join(lines(mixed()))
    assert "Could not be read\n  deploy/broken.yaml:3:7\n  is not YAML. Fix: close the quotation.\n" in told
    assert "baseline: NGX-001 of Ingress/shop/gone is not found any more" in told
    assert "it goes in May" not in told
    assert "Ingress/shop/open" not in told
    assert told.index("3 findings") > told.index("baseline: ")


def test_nothing_is_good_news() -> None:
    assert lines(judgement()) == ["nothing found", "3 objects and 1 proxy file read, 4 routes"]


def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost() -> None:
    long = judgement(judged(finding(owner="Ingress/shop/" + "o" * 70, what="x" * 90 + " y")))
    for width in (30, 40, 60, 120):
        told = lines(long, width)
        assert max(map(len, told)) <= width
        together = "".join("".join(told).split())
        assert together.count("o" * 70) == 1
        assert "x" * 90 in together


def test_a_terminal_gets_colours_and_nothing_else_does() -> None:
    assert "\x1b[" in printed(mixed(), is_terminal=True)
    assert "\x1b" not in printed(mixed())


def test_who_asks_for_no_colour_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = re.compile(r"\x1b\[(?:[0-9]+;)*3[0-9]")
    assert coloured.search(printed(mixed(), is_terminal=True))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured.search(printed(mixed(), is_terminal=True))


def test_the_severity_is_a_word() -> None:
    for severity in Severity:
        told = printed(judgement(judged(finding(rule(severity=severity)))))
        assert f"  {severity.value} " in told


def test_a_hostile_name_does_nothing() -> None:
    told = printed(hostile())
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert all(character.isprintable() or character == "\n" for character in told)
    assert "[red]x[/red]" in "".join(told.split())  # not taken for rich's own marks
