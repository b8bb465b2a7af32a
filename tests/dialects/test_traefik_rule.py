"""Rules as alternatives of matchers."""

import pytest

from gateway.dialects.traefik_rule import Matcher, RuleUnread, parse_rule

A, B, C = (Matcher("Path", (name,)) for name in "abc")
NOT_A = A._replace(negated=True)


@pytest.mark.parametrize(
    ("rule", "alternatives"),
    [
        ("Path(`a`)", ((A,),)),
        ('Path("a")', ((A,),)),
        (" Path( `a` ) && Path(`b`) ", ((A, B),)),
        ("Path(`a`) || Path(`b`) && Path(`c`)", ((A,), (B, C))),
        ("(Path(`a`) || Path(`b`)) && Path(`c`)", ((A, C), (B, C))),
        ("!Path(`a`)", ((NOT_A,),)),
        ("!!Path(`a`)", ((A,),)),
        ("!Path(`a`) && Path(`b`)", ((NOT_A, B),)),
        ("!(Path(`a`) || Path(`b`))", ((NOT_A, B._replace(negated=True)),)),
        ("!(Path(`a`) && Path(`b`))", ((NOT_A,), (B._replace(negated=True),))),
        ("Host(`a`, `b`)", ((Matcher("Host", ("a", "b")),),)),
        (r'Path("\"a\\.b")', ((Matcher("Path", (r'"a\.b',)),),)),
        ("Path(`a && b`)", ((Matcher("Path", ("a && b",)),),)),
    ],
)
def test_alternatives(rule: str, alternatives: tuple[tuple[Matcher, ...], ...]) -> None:
    assert parse_rule(rule) == alternatives


@pytest.mark.parametrize(
    "rule",
    [
        *(
            "",
            "Path",
            "Path(",
            "Path()",
            "Path(a)",
            "Path(`a`",
            "Path(`a`))",
            "(Path(`a`)",
            "Path(`a`) Path(`b`)",
        ),
        *("&& Path(`a`)", "Path(`a`) ||", "!", "Path(`a`) & Path(`b`)", r'Path("a\")', "Path(`a`, )"),
        *("!" * 100 + "Path(`a`)", " && ".join(["(Path(`a`) || Path(`b`))"] * 10), "Path(`a`)" + " " * 5000),
    ],
)
def test_what_is_no_rule_or_too_much(rule: str) -> None:
    with pytest.raises(RuleUnread):
        parse_rule(rule)
