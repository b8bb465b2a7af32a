"""The filter of the Gateway API: it stands first, and asks over gRPC."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.gateway_api import snippet
from gateway.dialects.snippets.settings import Settings, SnippetImpossible
from tests.dialects.snippets import policies as p

each = pytest.mark.parametrize("policy", p.BY_NETWORK.values(), ids=p.BY_NETWORK)


def documents(policy: Policy) -> list[dict[str, Any]]:
    return list(yaml.load_all(snippet(policy, Settings()), yaml.CSafeLoader))


@each
def test_the_filter_asks_the_service_over_grpc(policy: Policy) -> None:
    route, grant, verified = documents(policy)
    (rule,) = route["spec"]["rules"]
    asked = rule["filters"][-1]
    assert asked["externalAuth"]["protocol"] == "GRPC"
    assert asked["externalAuth"]["backendRef"]["name"] == grant["spec"]["to"][0]["name"]
    assert verified["spec"]["targetRefs"][0]["name"] == grant["spec"]["to"][0]["name"]
    assert [one["type"] for one in rule["filters"]] == ["CORS"] * bool(policy.cors) + ["ExternalAuth"]
    assert route["spec"]["hostnames"] == [pattern.name for pattern in policy.hosts]


def test_it_says_by_what_the_policy_is_found() -> None:
    assert "no other policy may list the same host" in snippet(p.PLAIN, Settings())


def test_a_secret_is_more_than_it_can_say() -> None:
    with pytest.raises(SnippetImpossible, match="network_alone"):
        snippet(p.SECRET, Settings())
