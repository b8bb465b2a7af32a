import importlib
import re

from hypothesis import given
from hypothesis import strategies as st

from gateway.redact.allowlist import Allowlist
from gateway.redact.extra_rule import ExtraRule
from gateway.redact.find import Finder
from gateway.redact.matching import compiled
from gateway.redact.settle import find
from tests.leaks.made import Maker
from tests.redact.test_replace import redacted

RE2 = importlib.import_module("re2")  # a dependency of the tests: pip install -e '.[leaks]'


def search(expression: str) -> object:
    return compiled(RE2, f"(?m){expression}", within_lines=True).search


def rule(expression: str, **more: object) -> ExtraRule:
    return ExtraRule(id="own", search=search(expression), **more)  # type: ignore[arg-type]


def found(text: bytes, *rules: ExtraRule) -> list[tuple[str, bytes]]:
    return [(one.type, text[one.start : one.end]) for one in find(Finder(extras=rules), text).spans]


def test_the_first_group_is_the_secret_or_all_of_it() -> None:
    assert found(b"x own-123 y", rule("own-[0-9]+")) == [("own", b"own-123")]
    assert found(b"x own-123 y", rule("own-([0-9]+)")) == [("own", b"123")]
    assert found(b"own-123-ab", rule("own-([0-9]+)-([a-z]+)", group=2)) == [("own", b"ab")]
    assert found(b"own:ab", rule("own-([0-9]+)|own:([a-z]+)")) == [("own", b"ab")]


def test_within_lines() -> None:
    assert found(b"own\n123", rule(r"own\s123")) == []
    assert found(b"a\nown\nb", rule("^own$")) == [("own", b"own")]


def test_keywords_and_entropy_and_allowlists() -> None:
    assert found(b"own-123", rule("own-[0-9]+", keywords=(b"other",))) == []
    assert found(b"OWN-123", rule("(?i)own-[0-9]+", keywords=(b"own",))) == [("own", b"OWN-123")]
    assert found(b"own-111 own-123", rule("own-([0-9]+)", entropy=1.0)) == [("own", b"123")]

    line = Allowlist(regexes=re.compile(b"^a own-1 b$").search, target="line")
    assert found(b"x\na own-1 b\nown-1", rule("own-([0-9])", allowlists=(line,))) == [("own", b"1")]


def test_what_our_rules_find_stays_ours_and_rules_before_win() -> None:
    token = Maker(81).jwt()
    assert found(token, rule("eyJ[a-zA-Z0-9]+")) == [("jwt", token)]
    first, second = rule("a[0-9]+"), ExtraRule(id="second", search=search("[0-9]+"))  # type: ignore[arg-type]
    assert found(b"a12 34", first, second) == [("own", b"a12"), ("second", b"34")]


def test_every_place_is_found_and_an_empty_match_is_none() -> None:
    assert [one for _, one in found(b"a1 a2 a3", rule("a[0-9]"))] == [b"a1", b"a2", b"a3"]
    assert found(b"abc", rule("x*")) == []


RULES = (rule("own[0-9]{1,9}"), rule("^[a-z]{2}:[^\\[]{3}"), rule("(?i)[0-9]{2}key"))


@given(
    st.lists(
        st.sampled_from(
            [
                b"own1",
                b"own",
                b"12",
                b"Key",
                b"token=",
                b"abcdef12345678",
                b"ab:",
                b"\n",
                b" ",
                b"[REDACTED:x]",
            ]
        )
        | st.builds(lambda: Maker(82).jwt()),
        max_size=14,
    ).map(b"".join),
    st.integers(1, 40),
)
def test_with_them_too_twice_is_as_once_however_it_is_cut(text: bytes, step: int) -> None:
    finder = Finder(extras=RULES)
    once = redacted(text, finder=finder)
    assert redacted(once, finder=finder) == once
    assert redacted(text, range(step, len(text), step), finder=finder) == once
