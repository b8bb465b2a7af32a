"""What is written is the same with libyaml and without, and is read back by both of PyYAML's readers."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets import SNIPPETS, yaml_text
from gateway.dialects.snippets.settings import Settings, SnippetImpossible
from gateway.dialects.snippets.yaml_text import as_yaml
from tests.dialects.snippets import policies as p

ONE = {"name": "x"}
POLICIES = (*p.ALL.values(), *p.BY_NETWORK.values(), *p.TOLD.values(), p.CERTIFICATE)


VALUES: list[tuple[dict[str, Any], str]] = [
    ({"b": 1, "a": [True, None, 1.5]}, "b: 1\na:\n- true\n- null\n- 1.5\n"),
    ({"lua": "a = 1\nb = 2\n"}, "lua: |\n  a = 1\n  b = 2\n"),
    ({"first": ONE, "again": ONE}, "first:\n  name: x\nagain:\n  name: x\n"),
    (
        {"text": ["on", "1", "", "* c", "a: b", "'"]},
        "text:\n- 'on'\n- '1'\n- ''\n- '* c'\n- 'a: b'\n- ''''\n",
    ),
    ({"long": "word " * 30}, f"long: '{('word ' * 21).rstrip()}\n  {'word ' * 9}'\n"),
]


@pytest.mark.parametrize(("value", "text"), VALUES)
def test_what_is_written(value: dict[str, Any], text: str) -> None:
    assert as_yaml(value) == text
    assert yaml.safe_load(text) == yaml.load(text, yaml.CSafeLoader) == value


@pytest.mark.parametrize("target", SNIPPETS)
def test_no_snippet_depends_on_libyaml(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert issubclass(yaml_text._DUMPER, yaml.CSafeDumper)
    with_it = [_written(target, policy) for policy in POLICIES]
    monkeypatch.setattr(yaml_text, "_DUMPER", yaml_text._dumper(yaml.SafeDumper))
    assert [_written(target, policy) for policy in POLICIES] == with_it


# --- private ---


def _written(target: str, policy: Policy) -> str:
    try:
        return SNIPPETS[target](policy, Settings(gateway="https://tg.edge.svc:4181"))
    except SnippetImpossible as why:
        return str(why)
