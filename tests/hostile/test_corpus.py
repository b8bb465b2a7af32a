"""The table of hostile behaviour is true: every test that it names exists, and each row has an answer."""

import ast
from functools import cache

import pytest

from tests.architecture.source import ROOT, tree
from tests.hostile.corpus import CLIENTS, ISSUERS, Row

ROWS = {**ISSUERS, **CLIENTS}


@cache
def functions(file: str) -> frozenset[str]:
    nodes = ast.walk(tree(ROOT / file))
    return frozenset(n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_each_row_names_tests_that_exist_or_says_why_there_are_none(row: Row) -> None:
    assert bool(row.tests) != bool(row.not_yet)
    missing = [
        test for test in row.tests if test.partition("::")[2] not in functions(test.partition("::")[0])
    ]
    assert missing == []


def test_each_identifier_is_of_its_group() -> None:
    assert {name[0] for name in ISSUERS} == {"F"}
    assert {name[0] for name in CLIENTS} == {"V"}
    assert list(ISSUERS) == sorted(ISSUERS)
    assert list(CLIENTS) == sorted(CLIENTS)
