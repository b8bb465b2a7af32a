"""The manifests for kgateway: a route, who is asked about it, and nothing that opens it."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.kgateway import snippet
from gateway.dialects.snippets.settings import Settings, SnippetImpossible
from tests.dialects.snippets import policies as p

each = pytest.mark.parametrize("policy", p.ALL.values(), ids=p.ALL)


def documents(policy: Policy) -> dict[str, dict[str, Any]]:
    return {one["kind"]: one for one in yaml.load_all(snippet(policy, Settings()), yaml.CSafeLoader)}


def http_settings(policy: Policy) -> dict[str, Any]:
    settings: dict[str, Any] = documents(policy)["ListenerPolicy"]["spec"]["default"]["httpSettings"]
    return settings


@each
def test_the_route_is_asked_about_and_nothing_is_open(policy: Policy) -> None:
    made = documents(policy)
    asking = made["TrafficPolicy"]["spec"]
    (target,) = asking["targetRefs"]
    assert (target["kind"], target["name"]) == ("HTTPRoute", made["HTTPRoute"]["metadata"]["name"])
    assert asking["extAuth"]["extensionRef"]["name"] == made["GatewayExtension"]["metadata"]["name"]
    assert asking["extAuth"]["contextExtensions"]["policy"] == policy.id
    asked = made["GatewayExtension"]["spec"]["extAuth"]
    assert (asked["failOpen"], asked["statusOnError"]) == (False, 503)
    assert asked["grpcService"]["requestTimeout"] == "6s"
    assert "percentageEnabled" not in asked
    assert "disable" not in asking["extAuth"]


def test_the_gateway_lets_itself_be_referred_to() -> None:
    made = documents(p.PLAIN)
    backend = made["GatewayExtension"]["spec"]["extAuth"]["grpcService"]["backendRef"]
    grant = made["ReferenceGrant"]
    assert grant["metadata"]["namespace"] == backend["namespace"]
    assert grant["spec"]["from"] == [
        {"group": "gateway.kgateway.dev", "kind": "GatewayExtension", "namespace": "apps"}
    ]
    assert grant["spec"]["to"] == [{"group": "", "kind": "Service", "name": backend["name"]}]


@each
def test_the_log_has_no_query(policy: Policy) -> None:
    (log,) = http_settings(policy)["accessLog"]
    said = log["fileSink"]["stringFormat"]
    assert "%PATH(NQ)%" in said
    assert said.count("%REQ") == 1
    assert http_settings(policy)["useRemoteAddress"] is True


def test_an_upgrade_is_for_policies_that_have_one() -> None:
    assert http_settings(p.WEBSOCKET)["upgradeConfig"] == {"enabledUpgrades": ["websocket"]}
    assert "upgradeConfig" not in http_settings(p.PLAIN)


def test_the_gateway_is_verified() -> None:
    made = documents(p.PLAIN)
    backend = made["GatewayExtension"]["spec"]["extAuth"]["grpcService"]["backendRef"]
    assert (
        made["BackendTLSPolicy"]["spec"]["targetRefs"][0]["name"] == backend["name"] == "token-gateway-grpc"
    )
    in_clear = snippet(p.PLAIN, Settings(gateway="http://token-gateway-grpc.token-gateway.svc:4181"))
    assert "BackendTLSPolicy" not in in_clear
    assert "is asked in the clear" in in_clear


def test_preflights_are_its_own() -> None:
    cors = documents(p.CORS)["TrafficPolicy"]["spec"]["cors"]
    assert cors["allowOrigins"] == ["https://app.example.com"]
    assert isinstance(cors["maxAge"], int)
    assert "cors" not in documents(p.PLAIN)["TrafficPolicy"]["spec"]


def test_the_secret_of_a_caller_is_to_be_filled_in() -> None:
    text = snippet(p.SECRET, Settings())
    assert "caller: REPLACE-WITH-THE-CALLER-SECRET" in text
    assert p.SECRET.caller_secrets[0].decode() not in text


def test_a_certificate_is_more_than_it_can_show() -> None:
    with pytest.raises(SnippetImpossible, match="Name a secret"):
        snippet(p.CERTIFICATE, Settings())


def test_what_it_cannot_do_is_said() -> None:
    head = snippet(p.PLAIN, Settings()).partition("---")[0]
    for said in (
        "cannot do",
        "appProtocol: grpc",
        "extAuth: {disable: {}}",
        "percentageEnabled",
    ):
        assert said in head
