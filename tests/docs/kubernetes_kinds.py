"""Would an API server take this manifest of one of Kubernetes' own kinds? Asked of the published schemas."""

from importlib import import_module
from typing import Any

from tests.wire.components import ComponentMissing


def fault(manifest: dict[str, Any], version: str) -> str | None:
    """What is wrong with it, a name that no field has among it; None if nothing is.

    Raises: ComponentMissing. The package is 100 MB of schemas, and of the wire tests alone.
    """
    try:
        package = import_module("kubernetes_validate")
    except ModuleNotFoundError:
        raise ComponentMissing("the schemas of Kubernetes are not installed. Install: make tools") from None
    try:
        package.validate(manifest, version, strict=True)
    except package.ValidationError as invalid:
        return f"{invalid.json_path}: {invalid.message}"
    return None
