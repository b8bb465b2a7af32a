"""Which values does the chart take? values.schema.json, made from values.yaml and the gateway's own format.

`config`, `policies` and `listeners.edge.config` are parts of the gateway's file: their schema is its own,
without what the chart fills in.
"""

import json
from typing import Any, Final

from gateway.config.json_schema import main_schema
from tests.helm.values_page import Value, values

Schema = dict[str, Any]
_FILLED_IN: Final = {
    "GatewayFile": {"listeners", "include"},
    "DownstreamSection": {"keys", "algorithm"},
    "EdgeListener": {"host", "port"},
}
_MAY_BE_LEFT_OUT: Final = {"GatewayFile", "DownstreamSection"}
_TYPES: Final = {bool: "boolean", int: "integer", str: "string", list: "array", dict: "object"}


def render() -> str:
    """Give the text of values.schema.json."""
    return json.dumps(schema(), indent=2, sort_keys=True) + "\n"


def schema() -> Schema:
    """Give the JSON Schema of the values."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_section(values()),
        "$defs": _definitions(),
    }


# --- private ---


def _section(parts: tuple[Value, ...]) -> Schema:
    # `global` is Helm's own: a chart above this one may have it, and it reaches every chart below.
    more = {} if parts[0].path[1:] else {"global": {"type": "object"}}
    properties = {part.path[-1]: _value(part) for part in parts}
    return {"type": "object", "additionalProperties": False, "properties": {**properties, **more}}


def _value(value: Value) -> Schema:
    said = {"description": value.text} if value.text else {}
    if value.parts:
        return {**said, **_section(value.parts)}
    kind = {} if "$ref" in (value.schema or {}) else {"type": _TYPES[type(value.default)]}
    return {**said, "default": value.default, **kind, **(value.schema or {})}


def _definitions() -> Schema:
    whole = main_schema()
    parts: Schema = whole.pop("$defs")
    parts["GatewayFile"] = {key: value for key, value in whole.items() if key != "$schema"}
    for name, filled in _FILLED_IN.items():
        definition = parts[name]
        definition["properties"] = {
            key: value for key, value in definition["properties"].items() if key not in filled
        }
        needed = [] if name in _MAY_BE_LEFT_OUT else definition.get("required", [])
        definition["required"] = [key for key in needed if key not in filled]
    return parts
