"""Does every invariant hold for the whole corpus, and for a bounded number of inputs made from it?"""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import run
from tests.fuzz.targets import CHECKS, CORPORA, MODULES, seeds

INPUTS = [
    pytest.param(target, seed, id=f"{target}-{number}")
    for target in CHECKS
    for number, seed in enumerate(seeds(target))
]


@pytest.mark.parametrize(("target", "seed"), INPUTS)
def test_every_input_of_the_corpus(target: str, seed: bytes) -> None:
    CHECKS[target](seed)


def mutations(corpus: list[bytes]) -> st.SearchStrategy[bytes]:
    """Seeds cut, joined, and with octets put in, left out and replaced."""
    seed = st.sampled_from(corpus)
    octets = st.one_of(
        st.binary(max_size=4), st.sampled_from((b"\r\n", b"%2f", b"%25", b"..", b'"', b"\\", b";"))
    )
    place = st.integers(0, 400)

    def replaced(text: bytes, at: int, left_out: int, put_in: bytes) -> bytes:
        return text[:at] + put_in + text[at + left_out :]

    once = st.builds(replaced, seed, place, st.integers(0, 9), octets)
    twice = st.builds(replaced, once, place, st.integers(0, 9), octets)
    spliced = st.builds(lambda a, i, b, j: a[:i] + b[j:], seed, place, seed, place)
    return st.one_of(once, twice, spliced, st.binary(max_size=80))


@pytest.mark.parametrize("target", CHECKS)
def test_inputs_made_from_the_corpus(target: str) -> None:
    check: Callable[[bytes], None] = CHECKS[target]

    @settings(max_examples=max(100, settings().max_examples // 2))
    @given(mutations(seeds(target)))
    def holds(octets: bytes) -> None:
        check(octets)

    holds()


def test_each_corpus_has_a_target_and_each_target_an_invariant() -> None:
    assert {folder.name for folder in CORPORA.iterdir()} == set(CHECKS) == set(run.TARGETS)
    for module in MODULES:
        assert (module.__doc__ or "").startswith("Any ")


def test_seeds_are_small() -> None:
    assert [file for file in CORPORA.glob("*/*") if file.stat().st_size > 2048] == []


def test_an_unknown_target_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(["no-such"])
    assert ended.value.code == 2
    assert "no-such" in capsys.readouterr().err
