"""No pattern of ours depends on what Python before 3.11.5 gets wrong: possessive groups (CPython 106052)."""

import importlib
import pkgutil
import re
import re._constants as codes  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from collections.abc import Iterator
from typing import Any

import pytest

import gateway

SINGLE = {codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY}


def patterns() -> Iterator[tuple[str, re.Pattern[Any]]]:
    """Every compiled pattern that a module of ours holds, also within its tuples and mappings."""
    for found in pkgutil.walk_packages(gateway.__path__, "gateway."):
        if found.name != "gateway.__main__" and not found.name.endswith("_pb2"):  # generated
            for name, value in vars(importlib.import_module(found.name)).items():
                yield from ((f"{found.name}.{name}", one) for one in held(value))


def held(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from held(one)
    elif isinstance(value, dict):
        yield from held((*value.keys(), *value.values()))


def possessive_groups(pattern: Any) -> Iterator[Any]:
    """Every possessive repeat of more than one character, and every atomic group, at any depth."""
    for code, argument in pattern:
        if code is codes.ATOMIC_GROUP:
            yield argument
        if code is codes.POSSESSIVE_REPEAT and (len(argument[2]) != 1 or argument[2][0][0] not in SINGLE):
            yield argument
        for part in argument if isinstance(argument, tuple | list) else ():
            for inner in part if isinstance(part, list) else (part,):
                if isinstance(inner, parser.SubPattern):
                    yield from possessive_groups(inner)


def test_no_group_is_possessive() -> None:
    compiled = list(patterns())
    assert len(compiled) > 20
    found = [place for place, one in compiled if any(possessive_groups(parser.parse(one.pattern)))]
    assert found == []


@pytest.mark.parametrize("text", [r"(?:ab)*+", r"x(?:ab|c)++y", r"(?>a)", r"(x(?:[ab]c)?+)", r"a|b(?:cd)*+"])
def test_one_would_be_found(text: str) -> None:
    assert any(possessive_groups(parser.parse(text)))


@pytest.mark.parametrize("text", [r"[ab]*+", r"a++b", r"(?:[ab]{3,}+c)*", r".*+"])
def test_single_characters_may_be(text: str) -> None:
    assert not any(possessive_groups(parser.parse(text)))
