"""The manifests for Envoy Gateway: the policy is named, and every failure is a refusal."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.envoy_gateway import snippet
from gateway.dialects.snippets.settings import Settings
from tests.dialects.snippets import policies as p

each = pytest.mark.parametrize("policy", p.BY_NETWORK.values(), ids=p.BY_NETWORK)


def documents(policy: Policy) -> list[dict[str, Any]]:
    return list(yaml.load_all(snippet(policy, Settings()), yaml.CSafeLoader))


def extension(policy: Policy) -> dict[str, Any]:
    asked: dict[str, Any] = documents(policy)[1]["spec"]["extAuth"]
    return asked


@each
def test_every_failure_is_a_refusal_and_the_policy_is_named(policy: Policy) -> None:
    asked = extension(policy)
    assert (asked["failOpen"], asked["statusOnError"], asked["recomputeRoute"]) == (False, 503, False)
    assert asked["contextExtensions"] == [{"name": "policy", "type": "Value", "value": "orders"}]
    assert "headersToExtAuth" not in asked  # over gRPC that means all of them: look-alikes are seen


def test_the_policy_is_that_of_the_route_and_the_service_may_be_referred_to() -> None:
    route, security, _, grant, verified = documents(p.HOSTS)
    assert route["spec"]["hostnames"] == ["api.example.com", "*.example.org"]
    assert security["spec"]["targetRefs"][0]["name"] == route["metadata"]["name"]
    assert grant["spec"]["to"][0]["name"] == security["spec"]["extAuth"]["grpc"]["backendRefs"][0]["name"]
    assert verified["spec"]["targetRefs"][0]["name"] == grant["spec"]["to"][0]["name"] == "token-gateway-grpc"
    assert verified["spec"]["validation"]["hostname"] == "token-gateway-grpc.token-gateway.svc"
    assert grant["metadata"]["namespace"] == verified["metadata"]["namespace"] == "token-gateway"
    assert grant["spec"]["from"][0]["namespace"] == security["metadata"]["namespace"]


def test_preflights_are_its_own() -> None:
    cors = documents(p.CORS)[1]["spec"]["cors"]
    assert cors["allowOrigins"] == ["https://app.example.com"]
    assert cors["maxAge"].endswith("s")
    assert "cors" not in documents(p.PLAIN)[1]["spec"]


def test_the_secret_of_a_caller_comes_from_a_secret() -> None:
    said = extension(p.SECRET)["contextExtensions"][1]
    assert (said["name"], said["valueRef"]["kind"]) == ("caller", "Secret")
    assert p.SECRET.caller_secrets[0].decode() not in snippet(p.SECRET, Settings())
