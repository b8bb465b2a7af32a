"""Whatever it is given, the audit ends with findings and problems, each of them with a place."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.audit.check import Checked, check
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather_text
from tests.audit.specimens import documents, specimens, written

NAMES = ("given.yaml", "given.json", "nginx.conf", "haproxy.cfg", "Caddyfile", "traefik.toml", "-")
QUICK = settings(deadline=None, derandomize=True, max_examples=100)
MANIFESTS = [path for path in specimens() if path.suffix == ".yaml"]
FILES = [path for path in specimens() if path.suffix != ".yaml"]

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=12), st.just("*")
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def audited(content: bytes, file: str) -> Checked:
    gathering = Gathering()
    gather_text(content, file, gathering)
    checked = check(gathering.finished(is_whole=len(content) % 2 == 0))
    for problem in checked.estate.unread:
        assert (problem.file, bool(problem.what), bool(problem.fix)) == (file, True, True)
        assert problem.line >= 0
    for finding in checked.findings:
        assert finding.what
        assert finding.place.file or finding.rule.id.startswith("SELF")
    return checked


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every value below."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for step, one in below for found in places(one, (*path, step)))]


def replaced(value: Any, path: tuple[str | int, ...], by: Any) -> Any:
    if not path:
        return by
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], by)
    return copy


@QUICK
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode), file=st.sampled_from(NAMES))
def test_octets(content: bytes, file: str) -> None:
    audited(content, file)


@QUICK
@given(whole=st.lists(values, max_size=3), file=st.sampled_from(NAMES[:2]))
def test_yaml(whole: list[Any], file: str) -> None:
    audited(written(whole).encode(), file)


@pytest.mark.long
@settings(QUICK, max_examples=250)
@given(data=st.data(), path=st.sampled_from(MANIFESTS), value=values)
def test_one_value_of_a_manifest_is_any_other(data: st.DataObject, path: Path, value: Any) -> None:
    whole = documents(path)
    where = data.draw(st.sampled_from(places(whole)[1:]))
    audited(written(replaced(whole, where, value)).encode(), path.name)


@pytest.mark.long
@settings(QUICK, max_examples=400)
@given(data=st.data(), path=st.sampled_from(specimens()), inserted=st.text(max_size=6))
def test_a_part_of_a_file_is_anything_else(data: st.DataObject, path: Path, inserted: str) -> None:
    text = path.read_text()
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 60)))
    audited(f"{text[:begin]}{inserted}{text[end:]}".encode(), path.name)
