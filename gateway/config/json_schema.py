"""What is the file format, for editors and for other tools?

Run as `python -m gateway.config.json_schema > config/gateway.schema.json`.
"""

import json
import sys
from functools import cache
from typing import Any

from gateway.config.outline import Outline
from gateway.config.schema import GatewayFile, PolicyFile
from gateway.config.schema_revocations import RevocationsFile
from gateway.config.schema_types import Section


def main_schema() -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of the main file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_schema(GatewayFile)}


@cache
def main_outline() -> Outline:
    """The outline of the main file."""
    return Outline(_schema(GatewayFile))


@cache
def policy_outline() -> Outline:
    """The outline of an included file."""
    return Outline(_schema(PolicyFile))


@cache
def revocations_outline() -> Outline:
    """The outline of a deny list."""
    return Outline(_schema(RevocationsFile))


def render() -> str:
    """Give the text of config/gateway.schema.json."""
    return json.dumps(main_schema(), indent=2, sort_keys=True) + "\n"


# --- private ---


def _schema(kind: type[Section]) -> dict[str, Any]:
    plain = _without_null(kind.model_json_schema())
    assert isinstance(plain, dict)  # noqa: S101 - what was a dict stays one; for the type checker
    return plain


def _without_null(value: Any) -> Any:
    """Take out `null`, which pydantic writes for "may be left out" and which a file may not say."""
    if isinstance(value, list):
        return [_without_null(one) for one in value if one != {"type": "null"}]
    if not isinstance(value, dict):
        return value
    kept = {
        key: _without_null(one)
        for key, one in value.items()
        if one is not None and not (key == "title" and isinstance(one, str))
    }
    if "patternProperties" in kept:
        kept["additionalProperties"] = False
    alternatives = kept.get("anyOf", ())
    if len(alternatives) == 1:
        del kept["anyOf"]
        return {**alternatives[0], **kept}
    return kept


if __name__ == "__main__":
    sys.stdout.write(render())
