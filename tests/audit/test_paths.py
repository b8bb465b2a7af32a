from gateway.audit.paths import Paths, span_of
from tests.audit.exposing import path


def within(outer: str, *inner: str) -> list[str]:
    return sorted(Paths((path(one), one) for one in inner).within(path(outer)))


def test_what_lies_within() -> None:
    every = ["/", "/a", "=/a", "/a/b", "/ab", "=/ab", "/a*", "~^/a/[0-9]+", "~.*", "~^/a|/b"]
    cases = {
        "/": [*every[:6], "/a*", "~^/a/[0-9]+"],
        "/a": ["/a", "/a/b", "=/a", "~^/a/[0-9]+"],
        "=/a": ["=/a"],
        "/a*": ["/a", "/a*", "/a/b", "/ab", "=/a", "=/ab", "~^/a/[0-9]+"],
        "~^/a/.*": ["/a", "/a/b", "=/a", "~^/a/[0-9]+"],
        "~.*": every,
        "/x": [],
    }
    assert {outer: within(outer, *every) for outer in cases} == {
        outer: sorted(these) for outer, these in cases.items()
    }


def test_a_regular_expression_is_taken_for_more_than_it_is() -> None:
    starts = {
        "^/a/b": "/a/b",
        "/ab?": "/a",
        "/ab*": "/a",
        "/ab{0,2}": "/a",
        "/ab+": "/ab",
        r"/a\.b": "/a",
        "(?i)/a": "",
        "/a|/b": "",
    }
    assert {one: span_of(path(f"~{one}")).start for one in starts} == starts


def test_only_so_many_are_looked_at() -> None:
    assert len(list(Paths((path(f"/{one}"), one) for one in range(500)).within(path("/"), most=7))) == 7
