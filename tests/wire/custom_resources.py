"""Would an API server take this manifest? Asked of the definitions that each project publishes."""

from functools import cache
from typing import Any

import yaml
from jsonschema import Draft4Validator

from tests.wire.components import REPOSITORY, ComponentMissing

_DEFINITIONS = REPOSITORY / ".cache" / "definitions"

Schema = dict[str, Any]
_OF_EVERY_OBJECT: Schema = {name: {} for name in ("apiVersion", "kind", "metadata")}


def faults(manifest: dict[str, Any]) -> list[str]:
    """What is wrong with a custom resource: kinds of values, and names that no field has.

    Rules in CEL are not evaluated. Raises: KeyError for a kind that no definition has.
    """
    schema = _schemas(manifest["kind"])[manifest["apiVersion"], manifest["kind"]]
    return [f"{one.json_path}: {one.message}" for one in Draft4Validator(schema).iter_errors(manifest)]


@cache
def _schemas(kind: str) -> dict[tuple[str, str], Schema]:
    """The definitions of the files that have this kind: to read one of them takes seconds."""
    files = sorted(_DEFINITIONS.glob("*.yaml"))
    if not files:
        raise ComponentMissing("the definitions of custom resources are not installed. Install: make tools")
    found: dict[tuple[str, str], Schema] = {}
    for text in (file.read_text() for file in files):
        if f"kind: {kind}\n" not in text:
            continue
        for document in yaml.load_all(text, Loader=yaml.CSafeLoader):
            if document is None or document["kind"] != "CustomResourceDefinition":
                continue
            spec = document["spec"]
            for version in spec["versions"]:
                name = f"{spec['group']}/{version['name']}", spec["names"]["kind"]
                schema = version["schema"]["openAPIV3Schema"]
                schema["properties"] = {**_OF_EVERY_OBJECT, **schema["properties"]}
                found[name] = _strict(schema)
    return found


def _strict(schema: Any) -> Any:
    """The same, but a name that is not listed is an error: the API server would drop it without a word."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _strict(value) for key, value in schema.items() if key != "format"}
    fields = schema.get("properties")
    if isinstance(fields, dict) and "type" in schema and set(fields) - {"metadata"}:
        made["properties"] = {name: _strict(value) for name, value in fields.items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            made.setdefault("additionalProperties", False)
    if schema.get("x-kubernetes-int-or-string"):
        made.pop("type", None)
    return made
