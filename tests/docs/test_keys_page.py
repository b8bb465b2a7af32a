"""Are the times that the page on keys tells those by which they are rotated?"""

import re

from gateway.core.mint import MAX_LIFE_S
from gateway.keys.schedule import (
    JWKS_MAX_AGE_S,
    LOOK_EVERY_S,
    MIN_ROTATE_EVERY_S,
    MOUNTED_WITHIN_S,
    PENDING_S,
    RETIRING_S,
    SEEN_WITHIN_S,
    SKEW_S,
)
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "keys.md").read_text()


def row(begins: str) -> list[str]:
    (line,) = (line for line in PAGE.splitlines() if line.startswith(f"| {begins}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_states() -> None:
    assert row("pending")[1] == f"{PENDING_S} s"
    assert row("retiring")[1] == f"{RETIRING_S} s"


def test_the_facts() -> None:
    assert row("a backend may keep")[1] == str(JWKS_MAX_AGE_S)
    assert row("the longest life")[1] == str(MAX_LIFE_S)
    assert row("until every process")[1] == str(SEEN_WITHIN_S)
    assert f"every {LOOK_EVERY_S} s" in row("until every process")[0]
    assert row("how far two clocks")[1] == str(SKEW_S)


def test_the_sums() -> None:
    text = re.sub(r"\s+", " ", PAGE)
    assert f"pending for {SEEN_WITHIN_S} + {JWKS_MAX_AGE_S} + {SKEW_S} s" in text
    assert f"retiring for {SEEN_WITHIN_S} + {MAX_LIFE_S} + 2 \N{MULTIPLICATION SIGN} {SKEW_S} s" in text
    assert f"{MIN_ROTATE_EVERY_S // 60} minutes at least" in text
    assert f"it signs {PENDING_S} s later" in text


def test_the_sums_of_a_secret() -> None:
    text = re.sub(r"\s+", " ", PAGE)
    shortest_s = MIN_ROTATE_EVERY_S + 2 * MOUNTED_WITHIN_S
    assert f"{MOUNTED_WITHIN_S} s longer than in a directory" in text
    assert f"pending {PENDING_S + MOUNTED_WITHIN_S} s, retiring {RETIRING_S + MOUNTED_WITHIN_S} s" in text
    assert f"`--every` at least {shortest_s // 60} minutes" in text
