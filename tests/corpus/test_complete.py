"""No row of the research is forgotten: each is a case, or has its tests elsewhere, or is impossible yet."""

import ast
import re
from collections import Counter
from functools import cache

import pytest

from tests.architecture.source import ROOT, tree
from tests.conformance.scenario import PERMIT
from tests.conformance.scenarios import SCENARIOS
from tests.corpus import heads
from tests.corpus.beside import BESIDE
from tests.corpus.clients import CLIENTS
from tests.corpus.groups import GROUPS
from tests.corpus.issuers import ISSUERS
from tests.corpus.leaks import LEAKS
from tests.corpus.row import Row

RESEARCH = {
    "J": """
        01 02 04 05 06 08 09 10 12 13 14 16 17 18 20 21 22 24 25 26 28 29 30 32 33 34 36 37 38 40 41 42
        44 45 46 48 49 50 52 53 54 56 57 58 60 61 62 64 65 66 68 69 70 72 73 74 76 77 78 80 81 82 84 85
        86 88 89 90 92 93 94 96 97 98 100 101 102 104 105 106 108 109 110 112 113 114 116 117 118 120
        121 122 124 125 126 128 129 130 132 133 134 136 137 138 140 141 142
    """,
    "P": " ".join(f"{number:02}" for number in range(1, 85)) + " 85 86 88 89 90 92 93 94 96 97 98 100",
    "H": """
        01 02 04 05 06 08 09 10 12 13 14 16 17 18 20 21 22 24 25 26 28 29 30 32 33 34 36 37 38 40 41 42
        44 45 46 48 49 50 52 53 54 56 57 58 60 61 62
    """,
    "F": "01 02 04 05 06 08 09 10 12 13 14 16 17 18 20 21 22 24 25 26 28 29 30 32 33 34 36 37 38 40 41 42",
    "V": "01 02 04 05 06 08 09 10 12 13 14 16 17 18 20 21 22 24 25 26 28 29 30 32 33 34 36",
    "K": "01 02 04 05 06 08 09 10 12 13 14 16 17 18 20 21 22 24 25 26 28 29 30 32 33 34",
}
"""The rows that groups a, b, c, e, f and g have. Group d is about sign-in, of which there is none."""

SPECIFIED = {
    "J28": "no kid and two keys that fit",
    "J54": "a member twice",
    "H01": "two Authorization headers",
    "H08": "another scheme is no credential",
    "H16": "a client names itself on a public route",
    "H21": "a caller that says no secret",
    "H22": "no peers listed trust nobody",
    "H24": "another method in the query",
    "H34": "an upgrade to HTTP/2 in clear",
    "H46": "a token in the query, unasked",
    "P89": "a method in small letters",
    "P93": "a carrier is absent",
    "P98": "an upgrade on a route without",
}
"""Rows that the specification has as a scenario already: the same runs, the same levels."""

ROWS = {**ISSUERS, **CLIENTS, **LEAKS, **BESIDE}


def identifiers(name: str) -> set[str]:
    return set(re.findall(r"\b[JPHFVK]\d{2,3}\b", name))


def tried() -> set[str]:
    """The rows that are cases."""
    names = [one.name for group in GROUPS for one in group.cases]
    return set().union(*map(identifiers, (*names, *heads.UNREAD, *heads.READ)))


@cache
def functions(file: str) -> frozenset[str]:
    nodes = ast.walk(tree(ROOT / file))
    return frozenset(n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("letter", RESEARCH)
def test_every_row_of_the_research_is_somewhere(letter: str) -> None:
    rows = {letter + number for number in RESEARCH[letter].split()}
    known = tried() | set(ROWS) | set(SPECIFIED)
    assert sorted(rows - known) == []
    assert {one for one in known if one[0] == letter} <= rows | GENERALISED


GENERALISED = {"H43"}
"""Rows that the research speaks of without giving them a line."""


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_each_row_names_tests_that_exist_or_says_why_there_are_none(row: Row) -> None:
    assert bool(row.tests) != bool(row.not_yet)
    missing = [
        test for test in row.tests if test.partition("::")[2] not in functions(test.partition("::")[0])
    ]
    assert missing == []


def test_each_identifier_is_of_its_group_and_in_order() -> None:
    assert {name[0] for name in ISSUERS} == {"F"}
    assert {name[0] for name in CLIENTS} == {"V"}
    assert {name[0] for name in LEAKS} == {"K"}
    assert {name[0] for name in BESIDE} == {"J", "P", "H"}
    for table in (ISSUERS, CLIENTS, LEAKS):
        assert list(table) == sorted(table)


def test_what_the_specification_has_is_there_by_its_name() -> None:
    assert set(SPECIFIED.values()) <= {scenario.name for scenario in SCENARIOS}


def test_no_name_stands_twice_and_every_group_has_its_control() -> None:
    names = Counter(one.name for group in GROUPS for one in (group.control, *group.cases))
    names += Counter(scenario.name for scenario in SCENARIOS)
    assert [name for name, count in names.items() if count > 1] == []
    for group in GROUPS:
        assert group.control.expected == PERMIT
        assert {one.name[0] for one in (group.control,)} == {group.letter}
        assert len({one.expected for one in group.cases}) > 5
