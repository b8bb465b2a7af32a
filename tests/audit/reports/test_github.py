from gateway.audit.reports.github import render
from gateway.audit.rule import Severity
from tests.audit.judgements import finding, hostile, judged, judgement, mixed, rule


def test_one_line_for_each_that_counts() -> None:
    told = render(mixed()).splitlines()
    assert [line.partition(" ")[0] for line in told] == [
        "::error",
        "::error",
        "::warning",
        "::notice",
        "::notice",
    ]
    assert told[0] == (
        "::error file=deploy/broken.yaml,line=3,col=7,title=cannot be read"
        "::is not YAML. Fix: close the quotation."
    )
    assert told[1] == (
        "::error file=deploy/orders.yaml,line=12,col=5,"
        "title=NGX-006 The client's token reaches the backend (high)"
        "::Ingress/shop/orders: auth-response-headers lacks Authorization. "
        "It is in each backend's logs. Whoever reads one comes in. "
        "Fix: list Authorization in auth-response-headers."
    )
    assert told[3].startswith("::notice file=stdin,title=SAT-009 ")


def test_levels() -> None:
    told = [render(judgement(judged(finding(rule(severity=one))))).partition(" ")[0] for one in Severity]
    assert told == ["::error", "::error", "::warning", "::notice", "::notice"]


def test_nothing_is_no_line() -> None:
    assert render(judgement()) == ""


def test_a_hostile_name_ends_no_line_and_no_property() -> None:
    told = render(hostile())
    assert told.count("\n") == 3
    for line in told.splitlines()[:2]:
        _, _, rest = line.partition("::error ")
        properties, _, message = rest.partition("::")
        assert [one.partition("=")[0] for one in properties.split(",")] == ["file", "line", "col", "title"]
        assert r"\x1b[31mred\x07\x0d\x0a::error title=x::y%250A" in message


def test_percent_colon_and_comma_are_escaped_as_github_reads_them() -> None:
    told = render(judgement(judged(finding(file="a:b,c%0A.yaml", what="50% of a, b: c"))))
    assert "file=a%3Ab%2Cc%250A.yaml," in told
    assert "50%25 of a, b: c." in told
