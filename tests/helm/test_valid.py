"""Would an API server take what the chart makes: the oldest supported, and the newest?"""

import json
from functools import cache
from typing import Any

import pytest
import yaml

from tests.docs.kubernetes_kinds import fault
from tests.helm.chart import CHART, SCENARIOS, rendered
from tests.wire.custom_resources import faults

pytestmark = pytest.mark.wire

VERSIONS = ("1.30", "1.37")
OF_OTHERS = ("monitoring.coreos.com/", "gateway.networking.k8s.io/")


@cache
def _fault(one: str, version: str) -> str | None:
    """The same object in many scenarios is judged once."""
    return fault(json.loads(one), version)


def test_the_oldest_is_the_charts_own() -> None:
    asked = yaml.safe_load((CHART / "Chart.yaml").read_text())["kubeVersion"]
    assert asked == f">={VERSIONS[0]}.0-0"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_object_is_what_its_kind_asks_for(scenario: str) -> None:
    for one in rendered(scenario).objects:
        if one["apiVersion"].startswith(OF_OTHERS):
            continue
        for version in VERSIONS:
            assert _fault(json.dumps(one, sort_keys=True), version) is None, one["metadata"]["name"]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_each_custom_resource_is_what_its_definition_asks_for(scenario: str) -> None:
    for one in rendered(scenario).objects:
        if one["apiVersion"].startswith("monitoring.coreos.com/"):
            assert faults(one) == []


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_two_objects_are_one(scenario: str) -> None:
    def identity(one: dict[str, Any]) -> tuple[str, ...]:
        metadata = one["metadata"]
        return one["apiVersion"], one["kind"], metadata.get("namespace", ""), metadata["name"]

    named = [identity(one) for one in rendered(scenario).objects]
    assert len(set(named)) == len(named)
    assert all(len(name) <= 63 for *_, name in named)


def test_a_name_that_no_field_has_would_be_found() -> None:
    right = rendered("minimal").deployment
    wrong = {**right, "spec": {**right["spec"], "replica": 1}}
    assert "'replica' was unexpected" in str(fault(wrong, VERSIONS[-1]))
