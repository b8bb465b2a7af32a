"""Is every value documented where it stands, and nothing taken that is none?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway import __version__
from tests.helm.chart import CHART, SCENARIOS, Refused, install
from tests.helm.values_page import Value, defaults, values
from tests.helm.values_schema import schema

pytestmark = pytest.mark.wire

ON = {"enabled": True}
LEAVES = [leaf for value in values() for leaf in value.leaves()]


def nodes(parts: tuple[Value, ...]) -> Iterator[Value]:
    for part in parts:
        yield part
        yield from nodes(part.parts)


def described(section: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value without sections that the schema has, and its default."""
    for name, part in section["properties"].items():
        if "default" in part:
            yield (*path, name), part["default"]
        elif "properties" in part:
            yield from described(part, (*path, name))


@pytest.mark.parametrize("value", LEAVES, ids=lambda value: value.name)
def test_each_says_what_it_is_for(value: Value) -> None:
    assert len(value.text) > 5
    assert value.text.endswith((".", ":", "...", "`")), "a sentence"


def test_the_schema_knows_these_values_with_these_defaults_and_no_other() -> None:
    assert dict(described(schema())) == {leaf.path: leaf.default for leaf in LEAVES}


def test_no_section_takes_another_key() -> None:
    def sections(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if "properties" in part:
            yield part
            for inner in part["properties"].values():
                yield from sections(inner)

    for section in sections({**schema(), "$defs": {}}):
        if section != {"type": "object"}:
            assert section["additionalProperties"] is False


def changed(path: tuple[str, ...], wrong: Any) -> dict[str, Any]:
    whole = yaml.safe_load(SCENARIOS["minimal"].read_text())
    at = whole
    for name in path[:-1]:
        at = at.setdefault(name, {})
    at[path[-1]] = wrong
    return dict(whole)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("replicas",), 3),
        (("replicaCount",), "three"),
        (("replicaCount",), 0),
        (("controller",), "nginx"),
        (("listeners", "decision", "port"), 80),
        (("listeners", "decision", "enabled"), False),
        (("networkPolicy", "enable"), False),
        (("image", "digest"), "0123"),
        (("config", "issuer"), {}),
        (("config", "listeners"), {"admin": {"port": 9091}}),
        (("config", "downstream"), {"keys": {"store": "memory"}}),
        (("policies", "shop", "orders", "route"), []),
        (("policies", "Shop"), {}),
        (("terminationGracePeriodSeconds",), 20),
    ],
    ids=lambda one: ".".join(one) if isinstance(one, tuple) else str(one),
)
def test_what_is_none_is_refused(path: tuple[str, ...], wrong: Any, tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(changed(path, wrong)))
    with pytest.raises(Refused, match=r"schema|schemas"):
        install(file)


@pytest.mark.parametrize(
    ("path", "wrong", "said"),
    [
        (("config",), {}, "config.issuers is missing"),
        (("policies",), {}, "policies is missing"),
        (("keys", "store"), "memory", "write replicaCount: 1"),
        (("existingConfigMap",), "mine", "stands in place of"),
        (("controller",), "kgateway", "where do the pods of kgateway run"),
        (("controller",), "other", "networkPolicy.controller.namespace is missing"),
        (
            ("metrics",),
            {"serviceMonitor": {"enabled": True}, "service": {"enabled": False}},
            "reads the Service",
        ),
        (("metrics",), dict.fromkeys(("serviceMonitor", "podMonitor"), ON), "twice as high"),
        (("drain", "sleepSeconds"), 10, "terminationGracePeriodSeconds"),
        (("listeners", "grpc", "tls", "clientCertificates"), True, "needs existingSecret"),
        (
            ("listeners", "decision", "tls"),
            {"enabled": False, "existingSecret": "mine"},
            "leave one of them out",
        ),
        (("listeners", "edge", "enabled"), True, "which backends may the edge reach"),
    ],
)
def test_what_cannot_work_is_said_before(
    path: tuple[str, ...], wrong: Any, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(changed(path, wrong)))
    with pytest.raises(Refused, match=said):
        install(file)


def test_what_the_readme_begins_with_works_and_weakens_nothing(tmp_path: Path) -> None:
    _, _, rest = (CHART / "README.md").read_text().partition("```yaml\n")
    file = tmp_path / "values.yaml"
    file.write_text(rest.partition("```")[0])
    release = install(file)
    assert "WARNING" not in release.notes
    assert "--- For the policy orders that is:" in release.notes


def test_chart_and_gateway_have_one_version() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["appVersion"] == __version__


def test_the_page_is_what_helm_reads() -> None:
    assert set(defaults()) == {value.path[0] for value in values()}
    assert len({value.name for value in nodes(values())}) == len(list(nodes(values())))
