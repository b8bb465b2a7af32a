"""Does each expression ask for a metric that the gateway exports, and does each alert fire when it should?"""

import itertools
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from gateway.core.reason import Reason
from gateway.server.edge.fault import EdgeFault
from gateway.server.http1.fault import Fault
from gateway.telemetry.families import FAMILIES, PREFIX, Kind
from tests.helm.alerts import CASES, Case
from tests.helm.chart import SCENARIOS, Json, Rendered, install, rendered
from tests.wire.components import Component, locate

pytestmark = pytest.mark.wire

SERIES: Final = 'namespace="token-gateway",job="token-gateway-metrics"'
OF_THE_TARGET: Final = {"namespace", "job", "le", "pod"}
VERDICTS: Final = {"permit", "deny", "indeterminate", "preflight"}


def rules(scenario: str) -> list[Json]:
    return rules_of(rendered(scenario))


def rules_of(release: Rendered) -> list[Json]:
    (one,) = release.of_kind("PrometheusRule")
    (group,) = one["spec"]["groups"]
    return list(group["rules"])


def dashboard() -> Json:
    held = rendered("monitored").named("ConfigMap", "token-gateway-dashboard")
    board: Json = json.loads(held["data"]["token-gateway.json"])
    return board


def panels() -> list[Json]:
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    for rule in rules("monitored"):
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


EXPRESSIONS = list(expressions())
each = pytest.mark.parametrize(
    "expression", [one for _, one in EXPRESSIONS], ids=[name for name, _ in EXPRESSIONS]
)


def selectors(expression: str) -> list[tuple[str, str]]:
    """The metrics that it names, and the labels in their braces."""
    found = re.findall(r"(token_gateway_\w+)\{([^}]*)\}", expression)
    assert len(found) == expression.count(PREFIX), "each with the labels of its release"
    return found


def labels_of(name: str) -> set[str]:
    """The labels of a metric by the name that Prometheus stores it under. Raises: KeyError."""
    bare = name.removeprefix(PREFIX)
    family = FAMILIES.get(bare)
    if family is None:
        family = FAMILIES[re.sub(r"_(bucket|sum|count)$", "", bare)]
        assert family.kind is Kind.HISTOGRAM
    return set(family.labels)


@each
def test_it_names_what_the_gateway_exports(expression: str) -> None:
    assert selectors(expression)
    for name, braces in selectors(expression):
        asked = set(re.findall(r"(\w+)=~?\"", braces)) | set(re.findall(r"(\w+)!=", braces))
        assert asked - OF_THE_TARGET <= labels_of(name)
        assert {"namespace", "job"} <= asked
    known = {label for name, _ in selectors(expression) for label in labels_of(name)} | OF_THE_TARGET
    for by in re.findall(r"by \(([^)]*)\)", expression):
        assert set(filter(None, by.split(", "))) <= known


@each
def test_the_words_in_it_are_the_gateways(expression: str) -> None:
    for words in re.findall(r"reason=~?\"([^\"]*)\"", expression):
        assert set(words.split("|")) <= {reason.value for reason in Reason}
    for words in re.findall(r"verdict!?=\"([^\"]*)\"", expression):
        assert words in VERDICTS
    for words in re.findall(r"why=~?\"([^\"]*)\"", expression):
        assert set(words.split("|")) <= {fault.value for faults in (Fault, EdgeFault) for fault in faults}


def test_each_alert_says_what_it_means_what_to_do_and_how_urgent_it_is() -> None:
    for rule in rules("monitored"):
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        named = set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"])))
        assert named <= set(re.findall(r"by \((\w+)\)", rule["expr"]))


def test_an_alert_can_be_left_out() -> None:
    left = {rule["alert"] for rule in rules("monitored")} - {rule["alert"] for rule in rules("scaled")}
    assert left == {"TokenGatewaySlow"}


@pytest.mark.parametrize(
    ("keys", "seconds"),
    [
        ({"rotation": {"every": "45m"}}, "2700"),
        ({"rotation": {"every": "90000s"}}, "90000"),
        ({"existingSecret": "own", "rotation": {"every": "30d"}}, "2592000"),
        ({"rotation": {"enabled": False}}, None),
        ({"store": "memory"}, None),
    ],
)
def test_a_key_is_old_by_the_rotation_of_the_values_and_where_the_chart_rotates_it(
    tmp_path: Path, keys: Json, seconds: str | None
) -> None:
    (tmp_path / "keys.yaml").write_text(yaml.safe_dump({"replicaCount": 1, "keys": keys}))
    asked = {
        rule["alert"]: rule["expr"]
        for rule in rules_of(install(SCENARIOS["monitored"], tmp_path / "keys.yaml"))
    }
    assert "ROTATION_S" not in str(asked)
    if seconds is None:
        assert set(CASES) - set(asked) == {"TokenGatewaySigningKeyOld"}
    else:
        assert asked["TokenGatewaySigningKeyOld"].endswith(f" > 4 / 3 * {seconds}")


def test_prometheus_takes_the_rules(tmp_path: Path) -> None:
    for scenario in ("monitored", "scaled"):
        file = _rule_file(tmp_path, scenario, rules(scenario))
        assert f"{len(rules(scenario))} rules found" in promtool("check", "rules", "--lint-fatal", str(file))


def test_prometheus_takes_what_the_dashboard_asks(tmp_path: Path) -> None:
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    filled = [re.sub(r"\$__rate_interval", "5m", expression) for expression in asked]
    records = [{"record": f"panel:{number}", "expr": one} for number, one in enumerate(filled)]
    file = _rule_file(tmp_path, "dashboard", records)
    assert f"{len(asked)} rules found" in promtool("check", "rules", str(file))


def test_each_alert_fires_when_it_should_and_not_when_all_is_well(tmp_path: Path) -> None:
    assert set(CASES) == {rule["alert"] for rule in rules("monitored")}
    files = [_test_file(tmp_path, rule, CASES[rule["alert"]]) for rule in rules("monitored")]
    assert promtool("test", "rules", *map(str, files)).count("SUCCESS") == len(CASES)


def promtool(*arguments: str) -> str:
    ran = subprocess.run(
        [locate(Component.PROMTOOL), *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def _rule_file(directory: Path, name: str, found: list[Json]) -> Path:
    file = directory / f"{name}.rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": name, "rules": found}]}))
    return file


def _test_file(directory: Path, rule: Json, case: Case) -> Path:
    """Its rule alone, for promtool evaluates every rule of a file each minute."""
    rule_file = _rule_file(directory, rule["alert"], [rule])
    tests = [
        _test(case.series, case.after, rule["alert"], [_expected(rule, case)]),
        _test(case.quiet, case.after, rule["alert"], []),
    ]
    file = directory / f"{rule['alert']}.test.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [rule_file.name], "tests": tests}))
    return file


def _expected(rule: Json, case: Case) -> dict[str, Any]:
    # Of a series that is not there, only the labels that were asked for by name.
    target = {"namespace": "token-gateway"} if rule["alert"] == "TokenGatewayDown" else {}
    labels = {**rule["labels"], **case.labels, **target}
    words = {
        key: re.sub(r"{{ \$labels\.(\w+) }}", lambda found: labels[found[1]], text)
        for key, text in rule["annotations"].items()
    }
    return {"exp_labels": labels, "exp_annotations": words}


def _test(series: dict[str, str], at: str, name: str, alerts: list[Any]) -> dict[str, Any]:
    return {
        "interval": "1m",
        "input_series": [
            {"series": one.replace("{S}", SERIES), "values": values} for one, values in series.items()
        ],
        "alert_rule_test": [{"eval_time": at, "alertname": name, "exp_alerts": alerts}],
    }


def test_the_dashboard_leaves_source_and_place_to_the_viewer() -> None:
    board = dashboard()
    names = [variable["name"] for variable in board["templating"]["list"]]
    assert names == ["datasource", "namespace", "job"]
    for panel in panels():
        assert panel["datasource"]["uid"] == "${datasource}"
        assert all('namespace="$namespace",job=~"$job"' in target["expr"] for target in panel["targets"])


def test_the_dashboard_shows_every_metric_that_an_operator_would_look_for() -> None:
    asked = [target["expr"] for panel in panels() for target in panel["targets"]]
    shown = {name for expression in asked for name, _ in selectors(expression)}
    bare = {re.sub(r"_(bucket|sum|count)$", "", name.removeprefix(PREFIX)) for name in shown}
    # More than one worker in a pod is not what the chart runs; the rest are details of these.
    assert set(FAMILIES) - bare == {
        "keys_dropped",
        "keys_stale",
        "certificate_not_before_timestamp_seconds",
        "config_reloads_total",
        "memo_bytes",
        "workers",
        "worker_restarts_total",
        "records_sampled_out_total",
        "records_suppressed_total",
    }


def test_no_two_panels_cover_each_other() -> None:
    cells = [cell for panel in dashboard()["panels"] for cell in _covered(**panel["gridPos"])]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24


def _covered(x: int, y: int, w: int, h: int) -> Iterator[tuple[int, int]]:
    return itertools.product(range(x, x + w), range(y, y + h))


@pytest.mark.parametrize(("scenario", "kind"), [("monitored", "ServiceMonitor"), ("scaled", "PodMonitor")])
def test_what_prometheus_reads_is_there(scenario: str, kind: str) -> None:
    release = rendered(scenario)
    (monitor,) = release.of_kind(kind)
    selector = monitor["spec"]["selector"]["matchLabels"].items()
    if kind == "ServiceMonitor":
        services = release.of_kind("Service")
        (service,) = (one for one in services if selector <= one["metadata"]["labels"].items())
        assert service["spec"]["ports"][0]["name"] == monitor["spec"]["endpoints"][0]["port"] == "admin"
        job = service["metadata"]["name"]
    else:
        assert selector <= release.deployment["spec"]["template"]["metadata"]["labels"].items()
        assert monitor["spec"]["podMetricsEndpoints"][0]["port"] == "admin"
        job = f"{monitor['metadata']['namespace']}/{monitor['metadata']['name']}"
    assert monitor["spec"]["namespaceSelector"]["matchNames"] == [release.deployment["metadata"]["namespace"]]
    (named,) = set(re.findall(r'job=~"([^"]*)"', " ".join(rule["expr"] for rule in rules(scenario))))
    assert re.fullmatch(named, job)
