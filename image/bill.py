"""What is in the image that Debian did not bring? A bill of materials (CycloneDX) of what is installed.

The same installation gives the same bytes: no time, no random number.
"""

import json
from collections.abc import Sequence
from importlib.metadata import Distribution
from typing import Final
from uuid import UUID, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from image.licences import licence_of

NAME: Final = canonicalize_name("token-gateway")
EXTRAS: Final = ("", "grpc", "leaks")
"""Of the gateway: what is installed because of them is needed."""
_SERIALS: Final = UUID("5f0f6c52-6f4e-4b0f-9d5a-0e7a3f3c6e0d")
"""The name space of our serial numbers: drawn once."""


def write_bill(distributions: Sequence[Distribution]) -> str:
    """Give the document, as JSON. Raises: LicenceRefused."""
    components = {canonicalize_name(one.name): _component(one) for one in distributions}
    bill = Bom(components=[one for name, one in components.items() if name != NAME])
    bill.metadata.component = components[NAME]
    bill.serial_number = uuid5(_SERIALS, " ".join(sorted(str(one.purl) for one in components.values())))
    for one in distributions:
        needed = [components[name] for name in _needs(one) if name in components]
        bill.register_dependency(components[canonicalize_name(one.name)], needed)
    text: str = make_outputter(bill, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    document = json.loads(text)
    del document["metadata"]["timestamp"]
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


# --- private ---


def _component(distribution: Distribution) -> Component:
    name = canonicalize_name(distribution.name)
    purl = PackageURL("pypi", name=name, version=distribution.version)
    return Component(
        type=ComponentType.APPLICATION if name == NAME else ComponentType.LIBRARY,
        name=name,
        version=distribution.version,
        bom_ref=str(purl),
        purl=purl,
        licenses=[LicenseFactory().make_from_string(licence_of(distribution))],
    )


def _needs(distribution: Distribution) -> set[NormalizedName]:
    """What it asks for, on the Python that runs this: the build runs it on the image's."""
    asked = map(Requirement, distribution.requires or ())
    return {
        canonicalize_name(one.name)
        for one in asked
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in EXTRAS)
    }
