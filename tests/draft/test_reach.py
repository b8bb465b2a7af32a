"""Whether two paths have a request in common: never no where there is one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.draft.reach import EVERYTHING, Reach, meets, prefers, same


@pytest.mark.parametrize(
    ("path", "template", "expected"),
    [
        ("/a", "/a", True),
        ("/a", "/A", True),
        ("/a", "/b", False),
        ("/a", "/a/**", True),
        ("/a/**", "/a", True),
        ("/a/**", "/b/**", False),
        ("/**", "/", True),
        ("/", "/a", False),
        ("/{x}/b", "/a/{y}", True),
        ("/{x}/b", "/a/c", False),
        ("/a/b", "/a", False),
    ],
)
def test_templates(path: str, template: str, *, expected: bool) -> None:
    assert meets(path, Reach(template)) is expected
    assert meets(template, Reach(path)) is expected


@pytest.mark.parametrize(
    ("path", "stem", "expected"),
    [
        ("/a", "/", True),
        ("/abc/d", "/ab", True),
        ("/ABC", "/ab", True),
        ("/abc", "/abcd", False),
        ("/a/**", "/a/b/c", True),
        ("/a", "/a/", True),
        ("/a", "/a/b", False),
        ("/{x}/b", "/a/b", True),
        ("/{x}/b", "/a/c", False),
        ("/", "/", True),
        ("/", "/a", False),
        ("/**", "/anything", True),
    ],
)
def test_stems(path: str, stem: str, *, expected: bool) -> None:
    assert meets(path, Reach(None, stem)) is expected


def test_everything_meets_everything() -> None:
    assert meets("/a/b/c", EVERYTHING)


SEGMENTS = st.lists(st.sampled_from(["a", "ab", "b", "A"]), max_size=3)


@given(SEGMENTS, SEGMENTS, st.booleans())
def test_a_request_below_a_stem_is_never_missed(prefix: list[str], segments: list[str], rest: bool) -> None:  # noqa: FBT001
    stem = "/" + "/".join(prefix)
    path = "/" + "/".join(segments)
    if f"{path}/x/y".lower().startswith(stem.lower()):
        assert meets(f"{path if segments else ''}/**", Reach(None, stem))
    if path.lower().startswith(stem.lower()):
        assert meets(path, Reach(None, stem))


def test_the_policys_order() -> None:
    order = ["/a/b", "/a/{x}", "/a/**", "/{x}/b", "/{x}/**", "/**"]
    assert all(prefers(one, other) for one, other in pairwise(order))
    assert prefers("/a", "/a/**")
    assert not prefers("/a/**", "/a")


def test_what_differs_in_names_and_case_alone_is_the_same() -> None:
    assert same("/a/{x}/B", "/A/{y}/b")
    assert not same("/a", "/a/**")
