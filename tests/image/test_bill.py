"""Does the bill of materials name what is installed, readable for others, and is all of it allowed?"""

import json
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from gateway import __version__
from image.bill import write_bill
from image.finish import BILL, PACKAGES
from image.licences import ALLOWED, LicenceRefused, licence_of

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def installed(layer: Path) -> list[Distribution]:
    return list(distributions(path=[str(layer / PACKAGES)]))


@pytest.fixture(scope="module")
def bill(layer: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((layer / BILL).read_text())
    return document


def test_it_names_every_distribution(bill: dict[str, Any], installed: list[Distribution]) -> None:
    root = bill["metadata"]["component"]
    assert (root["name"], root["version"], root["type"]) == ("token-gateway", __version__, "application")
    named = {one["purl"] for one in [root, *bill["components"]]}
    assert named == {f"pkg:pypi/{canonicalize_name(one.name)}@{one.version}" for one in installed}


def test_it_keeps_to_its_schema(layer: Path) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str((layer / BILL).read_text()) is None


def test_it_says_what_needs_what(bill: dict[str, Any]) -> None:
    needs = {one["ref"].partition("@")[0]: one.get("dependsOn", []) for one in bill["dependencies"]}
    wanted = {reference.partition("@")[0] for reference in needs["pkg:pypi/token-gateway"]}
    assert {"pkg:pypi/aiohttp", "pkg:pypi/pyjwt", "pkg:pypi/h2", "pkg:pypi/protobuf"} <= wanted
    reached = {reference.partition("@")[0] for all_of_one in needs.values() for reference in all_of_one}
    assert reached == set(needs) - {"pkg:pypi/token-gateway"}


def test_the_same_installation_has_the_same_bill(installed: list[Distribution]) -> None:
    assert write_bill(installed) == write_bill(installed[::-1])


def test_every_licence_is_known_and_allowed(bill: dict[str, Any], installed: list[Distribution]) -> None:
    assert all(licence_of(one) for one in installed)
    assert all(one["licenses"] for one in bill["components"])


def test_no_licence_with_a_duty_to_publish_is_allowed() -> None:
    assert [one for one in ALLOWED if one.startswith(("GPL", "AGPL", "LGPL", "SSPL", "BUSL"))] == []


@pytest.mark.parametrize(
    "metadata",
    [
        "License-Expression: GPL-3.0-only",
        "License-Expression: MIT AND AGPL-3.0-or-later",
        "License: whatever you like",
        "License: Apache-2.0 WITH LLVM-exception",
        "Summary: says nothing",
        "Classifier: License :: OSI Approved :: BSD License",
        "Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: Public Domain",
        "License: GPL-3.0-only\nClassifier: License :: OSI Approved :: MIT License",
    ],
)
def test_what_is_not_allowed_or_not_said_stops_the_build(metadata: str, tmp_path: Path) -> None:
    folder = tmp_path / "one-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.4\nName: one\nVersion: 1\n{metadata}\n")
    with pytest.raises(LicenceRefused, match="one"):
        licence_of(Distribution.at(folder))


def test_where_no_field_says_it_the_classifier_does(tmp_path: Path) -> None:
    folder = tmp_path / "one-1.dist-info"
    folder.mkdir()
    classifiers = "Classifier: Typing :: Typed\nClassifier: License :: OSI Approved :: MIT License"
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: one\nVersion: 1\n{classifiers}\n")
    assert licence_of(Distribution.at(folder)) == "MIT"
