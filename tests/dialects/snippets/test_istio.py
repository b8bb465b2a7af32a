"""The mesh asks the gateway about everything, and refuses where it cannot."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.istio import snippet
from gateway.dialects.snippets.settings import Settings, SnippetImpossible
from tests.dialects.snippets import policies as p

each = pytest.mark.parametrize("policy", p.BY_NETWORK.values(), ids=p.BY_NETWORK)


def documents(policy: Policy) -> list[dict[str, Any]]:
    return list(yaml.load_all(snippet(policy, Settings()), yaml.CSafeLoader))


@each
def test_everything_is_asked_about_and_every_failure_is_a_refusal(policy: Policy) -> None:
    mesh, asked, verified = documents(policy)
    (provider,) = mesh["spec"]["meshConfig"]["extensionProviders"]
    assert provider["envoyExtAuthzGrpc"]["failOpen"] is False
    assert provider["envoyExtAuthzGrpc"]["timeout"] == "6s"
    assert asked["spec"]["provider"]["name"] == provider["name"]
    assert verified["spec"]["host"] == provider["envoyExtAuthzGrpc"]["service"]
    assert verified["spec"]["trafficPolicy"]["tls"]["credentialName"] == "token-gateway-ca"
    assert (asked["spec"]["action"], asked["spec"]["rules"]) == ("CUSTOM", [{}])


def test_preflights_are_left_to_the_virtual_service() -> None:
    assert "corsPolicy" in snippet(p.CORS, Settings())
    assert "corsPolicy" not in snippet(p.PLAIN, Settings())


def test_a_secret_is_more_than_it_can_say() -> None:
    with pytest.raises(SnippetImpossible, match="network_alone"):
        snippet(p.SECRET, Settings())
