"""The manifests for Contour: a door for each host, and one service that is asked."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import Policy
from gateway.dialects.snippets.contour import snippet
from gateway.dialects.snippets.settings import Settings
from tests.dialects.snippets import policies as p

each = pytest.mark.parametrize("policy", p.BY_NETWORK.values(), ids=p.BY_NETWORK)


def documents(policy: Policy, gateway: str = Settings().gateway) -> list[dict[str, Any]]:
    return list(yaml.load_all(snippet(policy, Settings(gateway=gateway)), yaml.CSafeLoader))


@each
def test_each_host_has_a_door_that_asks(policy: Policy) -> None:
    *doors, extension = documents(policy)
    assert [door["spec"]["virtualhost"]["fqdn"] for door in doors] == [one.name for one in policy.hosts]
    for door in doors:
        asked = door["spec"]["virtualhost"]["authorization"]
        assert asked["failOpen"] is False
        assert asked["authPolicy"] == {"context": {"policy": "orders"}}
        assert asked["extensionRef"]["name"] == extension["metadata"]["name"]
        assert asked["extensionRef"]["namespace"] == extension["metadata"]["namespace"]
        assert all("authPolicy" not in route for route in door["spec"]["routes"])
    assert len({door["metadata"]["name"] for door in doors}) == len(doors)
    assert extension["spec"]["protocol"] == "h2"
    host = "token-gateway-grpc.token-gateway.svc"
    assert extension["spec"]["validation"] == {"caSecret": "token-gateway-ca", "subjectName": host}


def test_in_the_clear_it_is_asked_without() -> None:
    asked = "http://token-gateway-grpc.token-gateway.svc:4181"
    *_, extension = documents(p.PLAIN, asked)
    assert extension["spec"]["protocol"] == "h2c"
    assert "validation" not in extension["spec"]
    assert "is asked in the clear" in snippet(p.PLAIN, Settings(gateway=asked))


def test_an_upgrade_is_for_policies_that_have_one() -> None:
    assert documents(p.WEBSOCKET)[0]["spec"]["routes"][0]["enableWebsockets"] is True
    assert "enableWebsockets" not in documents(p.PLAIN)[0]["spec"]["routes"][0]


def test_preflights_are_its_own() -> None:
    cors = documents(p.CORS)[0]["spec"]["virtualhost"]["corsPolicy"]
    assert cors["allowOrigin"] == ["https://app.example.com"]


def test_the_secret_of_a_caller_is_to_be_filled_in() -> None:
    text = snippet(p.SECRET, Settings())
    assert "caller: REPLACE-WITH-THE-CALLER-SECRET" in text
    assert p.SECRET.caller_secrets[0].decode() not in text
