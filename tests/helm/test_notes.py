"""Do the notes say what to paste, and warn of what weakens?"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.config.compile import load_world
from gateway.core.policy import Policy
from gateway.dialects.snippets import SNIPPETS
from tests.helm.chart import SCENARIOS, Rendered, install, rendered
from tests.helm.snippets import ASKED, printed

pytestmark = pytest.mark.wire


def warnings(release: Rendered) -> list[str]:
    return re.findall(r"^WARNING: (\S+)", release.notes, re.MULTILINE)


@pytest.mark.parametrize("scenario", ["minimal", "traefik", "envoy-gateway", "edge", "monitored", "scaled"])
def test_what_is_not_weakened_is_not_warned_of(scenario: str) -> None:
    assert warnings(rendered(scenario)) == []


def test_each_weakening_is_named_by_its_value() -> None:
    assert sorted(warnings(rendered("weakened"))) == sorted(
        (
            "networkPolicy.enabled:",
            "listeners.decision.service.type:",
            "listeners.grpc.service.type:",
            "listeners.keys.service.type:",
            "listeners.decision.tls.enabled:",
            "listeners.grpc.tls.enabled:",
            "listeners.edge.tls.existingSecret",
            "podSecurityContext.runAsNonRoot",
            "podSecurityContext.runAsUser:",
            "podSecurityContext.seccompProfile",
            "securityContext.readOnlyRootFilesystem",
            "securityContext.allowPrivilegeEscalation",
            "securityContext.capabilities",
            "keys.rotation.enabled:",
            "image.tag:",
            "policies.shop.orders.callers.network_alone",
        )
    )
    assert warnings(rendered("edge-dev")) == [
        "listeners.edge.tls.existingSecret",
        "keys.store:",
    ]


def test_whoever_chooses_no_controller_is_told_that_nobody_may_ask(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("controller: ''\n")
    notes = install(SCENARIOS["minimal"], file).notes
    assert "controller is empty" in notes


def test_whoever_forgets_grpc_is_told(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("controller: contour\n")
    assert "write listeners.grpc.enabled: true" in install(SCENARIOS["minimal"], file).notes


def policy_of(release: Rendered, directory: Path) -> Policy:
    """The policy as the gateway itself reads it; its secret is not the real one, and not in the snippet."""
    config = release.config()
    config.pop("include")
    config.pop("listeners")  # whose certificates are not here
    (shop,) = (one["data"]["shop.yaml"] for one in release.of_kind("ConfigMap") if "shop.yaml" in one["data"])
    config["policies"] = yaml.safe_load(shop)["policies"]
    for policy in config["policies"].values():
        if "secrets" in policy["callers"]:
            policy["callers"] = {"secrets": ["env:CALLER_SECRET"]}
    file = directory / "gateway.yaml"
    file.write_text(yaml.safe_dump(config))
    (only,) = load_world(file).snapshot.policies.values()
    return only


@pytest.mark.parametrize("callers", [{"network_alone": True}, {"secrets": ["env:CALLER_SECRET"]}], ids=str)
@pytest.mark.parametrize("target", ASKED)
def test_what_they_print_for_a_plain_policy_is_what_the_gateway_prints(
    target: str, callers: dict[str, Any], tmp_path: Path
) -> None:
    whole = yaml.safe_load(SCENARIOS["minimal"].read_text())
    policy = whole["policies"]["shop"].pop("orders")
    policy |= {"callers": callers, "hosts": ["a-longer-name.of-the-shop.example.com"]}
    whole["policies"]["shop"]["the-orders-of-the-shop"] = policy
    whole |= {
        "controller": target.replace("traefik-middleware", "traefik"),
        "networkPolicy": {"controller": {"namespace": "gateways"}},
        "listeners": {"grpc": {"enabled": True}},
        "namespaceOverride": "security",
        "fullnameOverride": "gate",
    }
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump(whole))
    release = install(file)
    host = "gate-grpc.security.svc:4181" if ASKED[target] == 4181 else "gate.security.svc:4180"
    expected = printed(target, policy_of(release, tmp_path), f"https://{host}")
    _, _, said = release.notes.partition("--- For the policy the-orders-of-the-shop that is:\n\n")
    assert said.strip() == expected.strip()


def test_the_command_that_they_name_prints_it_for_every_policy() -> None:
    notes = rendered("traefik").notes
    assert "--- For the policy" not in notes, "another Secret than the chart's has its certificate"
    assert "the Secret token-gateway-certificate, it is gateway-tls." in notes
    (target,) = re.findall(r"-- gateway snippet (\S+)", notes)
    assert target in SNIPPETS
    assert "--gateway https://token-gateway.token-gateway.svc:4180 --policy ID" in notes


def test_in_the_clear_they_leave_it_to_the_command_and_warn(tmp_path: Path) -> None:
    file = tmp_path / "values.yaml"
    file.write_text("listeners: {decision: {tls: {enabled: false}}}\n")
    release = install(SCENARIOS["minimal"], file)
    assert warnings(release) == ["listeners.decision.tls.enabled:"]
    assert "--gateway http://token-gateway.token-gateway.svc:4180 --policy ID" in release.notes
    assert "--- For the policy" not in release.notes


def test_whatever_differs_from_a_plain_policy_is_left_to_the_command(tmp_path: Path) -> None:
    changes: list[dict[str, Any]] = [
        {"hosts": ["a.example.com", "b.example.com"]},
        {"hosts": ["*.example.com"]},
        {"credentials": [{"type": "bearer"}, {"type": "cookie", "name": "session"}]},
        {"cors": {"origins": ["https://app.example.com"]}},
        {"client_certificate": "nginx"},
    ]
    for change in changes:
        file = tmp_path / "values.yaml"
        file.write_text(yaml.safe_dump({"policies": {"shop": {"orders": change}}}))
        assert "--- For the policy" not in install(SCENARIOS["minimal"], file).notes, change


def test_what_a_snippet_says_becomes_part_of_the_release(tmp_path: Path) -> None:
    text = printed(
        "envoy-gateway",
        policy_of(rendered("minimal"), tmp_path),
        "https://token-gateway-grpc.token-gateway.svc:4181",
    )
    file = tmp_path / "values.yaml"
    file.write_text(yaml.safe_dump({"integrations": {"orders": text}}))
    release = install(SCENARIOS["envoy-gateway"], file)
    expected = [one for one in yaml.safe_load_all(text) if one]
    assert len(expected) > 2
    for one in expected:
        assert one in release.objects
