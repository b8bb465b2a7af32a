"""Literal paths as templates; nothing in them becomes a placeholder."""

import pytest

from gateway.config.problem import Unfit
from gateway.draft.templates import MAX_PATH, below, exactly


def test_one_path_and_all_below_it() -> None:
    assert (exactly("/a/b"), exactly("/a/"), exactly("/")) == ("/a/b", "/a", "/")
    assert (below("/a/b"), below("/a/"), below("/")) == ("/a/b/**", "/a/**", "/**")


@pytest.mark.parametrize(
    "path", ["", "a", "/{a}", "/a*", "/**", "//", "/a//", "/.", "/a;b", "/%2e", "/" + "a" * MAX_PATH]
)
def test_what_no_template_can_say(path: str) -> None:
    with pytest.raises(Unfit):
        exactly(path)
    with pytest.raises(Unfit):
        below(path)
