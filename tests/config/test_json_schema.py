import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.config.json_schema import main_outline, main_schema, policy_outline, render

REPOSITORY = Path(__file__).parents[2]
SCHEMA = REPOSITORY / "config" / "gateway.schema.json"


def objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [found for one in value for found in objects(one)]
    if isinstance(value, dict):
        return [value, *(found for one in value.values() for found in objects(one))]
    return []


def test_the_published_schema_is_the_generated_one() -> None:
    assert SCHEMA.read_text() == render(), "python -m gateway.config.json_schema > config/gateway.schema.json"


@pytest.mark.long
def test_the_command_prints_it() -> None:
    command = [sys.executable, "-m", "gateway.config.json_schema"]
    printed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True, text=True, timeout=30)
    assert printed.stdout == SCHEMA.read_text()


def test_nothing_unknown_and_nothing_empty_is_allowed() -> None:
    found = objects(main_schema())
    mappings = [one for one in found if one.get("type") == "object"]
    assert len(mappings) > 20
    assert all("additionalProperties" in one for one in mappings)
    lists = [one for one in found if one.get("type") == "array"]
    assert len(lists) > 20
    assert all(one["minItems"] >= 1 for one in lists)
    assert not [one for one in found if one.get("type") == "null"]


def test_every_required_key_has_an_example() -> None:
    for outline in (main_outline(), policy_outline()):
        for one in objects(outline.root):
            for key in one.get("required", ()):
                field = one["properties"][key]
                assert field.get("examples") or "const" in field, key


def test_every_key_is_described() -> None:
    for one in objects(main_schema()):
        for key, field in one.get("properties", {}).items():
            assert field.get("description") or "$ref" in field, key
