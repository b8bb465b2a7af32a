"""Take one authentication-relevant field of a sound configuration away, or break it: the audit says so.

`breaking/<controller>.py` names those fields, as regular expressions: of YAML on `Kind: path.of.the.field`
(without `Kind: ` in a proxy's file), of other files on single lines.

Some fields do harm where they are there: `BREAKS_WHEN_SET` has the pattern of a field, and what is set beside
it; of other files the pattern of a part of a line, and what takes its place.
"""

import importlib.util
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from gateway.audit.check import check
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather_text
from gateway.audit.rule import Severity
from tests.audit.test_corpus import SOUND

TABLES = sorted(Path("tests/audit/breaking").glob("*.py"))
Steps = tuple[str | int, ...]
BROKEN: dict[type, tuple[object, ...]] = {
    str: ("", "broken-by-a-test"),
    bool: (),  # turned over
    int: ("broken-by-a-test",),
    list: ([],),
    dict: ({},),
}


@pytest.mark.long
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_whatever_is_taken_away_or_broken_is_found(table: Path) -> None:
    relevant = [re.compile(one) for one in relevant_of(table)]
    every = [(path, *one) for path in sound_of(table) for one in mutants(path, relevant)]
    assert silent(every) == []
    assert every
    unused = [one.pattern for one in relevant if one.pattern not in {which for _, which, _, _ in every}]
    assert unused == [], "no sound configuration has such a field"


@pytest.mark.long
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.stem)
def test_whatever_does_harm_when_it_is_set_is_found(table: Path) -> None:
    harmful = harmful_of(table)
    every = [(path, *one) for path in sound_of(table) for one in with_harm(path, harmful)]
    assert silent(every) == []
    assert every
    tried = {which for _, which, _, _ in every}
    unused = [pattern for pattern, _ in harmful if pattern not in tried]
    assert unused == [], "no sound configuration has a place for it"


def sound_of(table: Path) -> list[Path]:
    files = [path for path in SOUND if path.name.startswith(f"{table.stem.replace('_', '-')}-")]
    assert files, f"no sound configuration of {table.stem}"
    return files


def silent(every: list[tuple[Path, str, str, str]]) -> list[str]:
    """What was done without a word."""
    return [f"{path.name}: {what}" for path, _, what, broken in every if not is_found(broken, path)]


def relevant_of(table: Path) -> tuple[str, ...]:
    found: tuple[str, ...] = module_of(table).RELEVANT
    return found


def harmful_of(table: Path) -> tuple[tuple[str, Any], ...]:
    found: tuple[tuple[str, Any], ...] = module_of(table).BREAKS_WHEN_SET
    return found


def module_of(table: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(table.stem, table)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def is_found(text: str, path: Path) -> bool:
    """Whether there is a finding above INFO, or the file cannot be read any more, which is said."""
    gathering = Gathering()
    gather_text(text.encode(), path.name, gathering)
    if gathering.unread:
        return True
    return any(one.severity is not Severity.INFO for one in check(gathering.finished()).findings)


def mutants(path: Path, relevant: list[re.Pattern[str]]) -> Iterator[tuple[str, str, str]]:
    """Which pattern, what was done, and the whole file after that."""
    text = path.read_text()
    if path.suffix in {".yaml", ".yml", ".json"}:
        yield from in_trees([one for one in yaml.load_all(text, yaml.CSafeLoader) if one], relevant)
    else:
        lines = text.splitlines(keepends=True)
        for number, line in enumerate(lines):
            for one in relevant:
                if one.search(line):
                    without = "".join((*lines[:number], *lines[number + 1 :]))
                    yield one.pattern, f"line {number + 1} taken away: {line.strip()}", without


def in_trees(documents: list[Any], relevant: list[re.Pattern[str]]) -> Iterator[tuple[str, str, str]]:
    written = [yaml.dump(one, Dumper=yaml.CSafeDumper, sort_keys=False) for one in documents]
    for index, document in enumerate(documents):
        kind = f"{document['kind']}: " if "kind" in document and "apiVersion" in document else ""
        for steps, value in fields(document, ()):
            pointer = kind + ".".join(map(str, steps))
            for one in relevant:
                if one.fullmatch(pointer):
                    for what, changed in changes(value):
                        broken = deepcopy(document)
                        apply(broken, steps, changed)
                        anew = (
                            *written[:index],
                            yaml.dump(broken, Dumper=yaml.CSafeDumper, sort_keys=False),
                            *written[index + 1 :],
                        )
                        yield one.pattern, f"{pointer} {what}", "---\n".join(anew)


def with_harm(path: Path, harmful: tuple[tuple[str, Any], ...]) -> Iterator[tuple[str, str, str]]:
    """Which pattern, what was set, and the whole file after that."""
    text = path.read_text()
    for pattern, harm in harmful:
        if path.suffix in {".yaml", ".yml", ".json"}:
            documents = [one for one in yaml.load_all(text, yaml.CSafeLoader) if one]
            for what, anew in beside(documents, re.compile(pattern), harm):
                yield pattern, what, anew
        elif isinstance(harm, str):
            yield from in_place(text, pattern, harm)


def beside(documents: list[Any], pattern: re.Pattern[str], harm: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for index, document in enumerate(documents):
        kind = f"{document['kind']}: " if "kind" in document and "apiVersion" in document else ""
        for steps, _ in fields(document, ()):
            if pattern.fullmatch(kind + ".".join(map(str, steps))):
                broken = deepcopy(document)
                for name, value in harm.items():
                    apply(broken, (*steps[:-1], name), value)
                assert broken != document, f"{harm} is there already"
                anew = [*documents[:index], broken, *documents[index + 1 :]]
                text = "---\n".join(yaml.dump(one, Dumper=yaml.CSafeDumper, sort_keys=False) for one in anew)
                yield f"{kind}{'.'.join(map(str, steps))} has {harm} beside it", text


def in_place(text: str, pattern: str, replacement: str) -> Iterator[tuple[str, str, str]]:
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        changed, times = re.subn(pattern, replacement, line)
        if times:
            anew = "".join((*lines[:number], changed, *lines[number + 1 :]))
            yield pattern, f"line {number + 1} became {changed.strip()}", anew


def fields(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for step, one in members:
        yield (*steps, step), one
        yield from fields(one, (*steps, step))


GONE = object()


def changes(value: Any) -> Iterator[tuple[str, object]]:
    yield "taken away", GONE
    if isinstance(value, bool):
        yield "turned over", not value
    for broken in BROKEN.get(type(value), ()):
        if broken != value:
            yield f"set to {broken!r}", broken


def apply(document: Any, steps: Steps, changed: object) -> None:
    for step in steps[:-1]:
        document = document[step]
    if changed is GONE:
        del document[steps[-1]]
    else:
        document[steps[-1]] = changed
