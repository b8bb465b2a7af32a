"""As many connections as the operating system allows, and never so many that nothing else can be opened."""

import resource
from collections.abc import Iterator

import pytest

from gateway.server.descriptors import LEAST, RESERVED, connections_within, raise_limit
from gateway.server.http1.limits import PAGES


@pytest.fixture
def limits() -> Iterator[tuple[int, int]]:
    """The limits of this process, put back afterwards. The soft one can be lowered and raised again."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_the_soft_limit_is_raised_as_far_as_is_wanted_and_allowed(limits: tuple[int, int]) -> None:
    _, hard = limits
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    assert raise_limit(300) == 300
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (300, hard)
    if hard != resource.RLIM_INFINITY:
        assert raise_limit(hard + 1) == hard


def test_it_is_never_lowered(limits: tuple[int, int]) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (300, limits[1]))
    assert raise_limit(10) == 300
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == 300


def test_a_system_that_refuses_is_taken_at_its_word(
    limits: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("c4n4ry")

    resource.setrlimit(resource.RLIMIT_NOFILE, (300, limits[1]))
    with monkeypatch.context() as patched:
        patched.setattr(resource, "setrlimit", refuse)
        assert raise_limit(400) == 300


def test_no_limit_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, "getrlimit", lambda _: endless)
    assert raise_limit(10_640) == 10_640


@pytest.mark.parametrize(
    ("files", "fitting"),
    [(1024, 1024 - RESERVED), (RESERVED + 10_000, 10_000), (10**9, 10_000), (100, LEAST), (0, LEAST)],
)
def test_the_others_get_theirs_first(files: int, fitting: int) -> None:
    assert connections_within(files, 10_000) == fitting


def test_what_is_reserved_is_enough_for_both_other_listeners() -> None:
    assert 2 * PAGES.max_connections < RESERVED
