"""A template of an expression names only what the expression matches; its reach names all of it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.problem import Unfit
from gateway.core.policy import Access, Route
from gateway.core.reason import Refusal
from gateway.core.route import RouteTable
from gateway.core.target import parse_target
from gateway.draft.reach import Reach, meets
from gateway.draft.regex_path import PathRegex

PIECES = (
    "/",
    "a",
    "b",
    r"\.",
    ".",
    "[^/]+",
    "([^/]+)",
    "/(.*)",
    "/.*",
    "(/|$)(.*)",
    "$",
    "|",
    "?",
    "+",
    "(a)",
)
EXPRESSIONS = st.lists(st.sampled_from(PIECES), max_size=5).map(lambda parts: "/" + "".join(parts))
PATHS = st.lists(st.sampled_from(["a", "b", "ab", ".a", "x"]), max_size=3).map(
    lambda parts: "/" + "/".join(parts)
)


def test_an_empty_segment_is_no_template() -> None:
    with pytest.raises(Unfit):
        PathRegex(pattern="//(.*)", whole=False).template()


def _allows(template: str, path: str) -> bool:
    route = Route(
        id="r",
        access=Access.PUBLIC,
        methods=frozenset({"GET"}),
        paths=(template,),
        issuers=frozenset(),
        requirements=(),
        downstream=None,
    )
    try:
        RouteTable.build([route]).match(parse_target(path.encode()), "GET")
    except Refusal:
        return False
    return True


@given(EXPRESSIONS, PATHS, st.booleans())
def test_what_the_template_names_the_expression_matches(pattern: str, path: str, whole: bool) -> None:  # noqa: FBT001
    regex = PathRegex(pattern=pattern, whole=whole)
    try:
        template = regex.template()
    except Unfit:
        return
    judge = re.fullmatch if whole else re.match
    if _allows(template, path):
        assert judge(pattern, path) or judge(pattern, f"{path.rstrip('/')}/")


@given(EXPRESSIONS, PATHS)
def test_what_the_expression_matches_is_within_its_reach(pattern: str, path: str) -> None:
    try:
        matched = re.match(pattern, path)
    except re.error:
        return
    if matched:
        assert meets(path, PathRegex(pattern=pattern, whole=False).reach())


@pytest.mark.parametrize(
    ("pattern", "reach"),
    [
        ("/v1(/|$)(.*)", Reach("/v1/**")),
        ("/v1", Reach(None, "/v1")),
        ("/v1$", Reach("/v1")),
        ("/v1.0", Reach(None, "/v1")),
        ("/v1x?", Reach(None, "/v1")),
        ("/a|/b", Reach(None, "")),
        ("(?i)/a", Reach(None, "")),
    ],
)
def test_the_reach_of_some(pattern: str, reach: Reach) -> None:
    assert PathRegex(pattern=pattern, whole=False).reach() == reach
