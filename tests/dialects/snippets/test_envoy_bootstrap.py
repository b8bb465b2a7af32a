"""What every bootstrap for Envoy has in common, whichever way it asks."""

from typing import Any

import pytest
import yaml

from gateway.core.policy import CertificateFrom, CertificateShows, Policy
from gateway.dialects.snippets import SNIPPETS, Settings
from gateway.dialects.snippets.envoy_bootstrap import put, remove, remove_all, typed
from gateway.dialects.snippets.settings import SnippetImpossible
from tests import builders as b
from tests.dialects.snippets import policies as p

ENVOYS = ("envoy", "envoy-grpc")


def resources(target: str, policy: Policy, **settings: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(SNIPPETS[target](policy, Settings(**settings)), yaml.CSafeLoader)
    assert set(found) == {"static_resources"}  # no admin listener above all
    there: dict[str, Any] = found["static_resources"]
    return there


@pytest.mark.parametrize("policy", p.ALL.values(), ids=p.ALL)
def test_both_ways_to_ask_stand_in_the_same_listener(policy: Policy) -> None:
    managers = []
    for target in ENVOYS:
        (listener,) = resources(target, policy)["listeners"]
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        filters = manager.pop("http_filters")
        assert filters[-1]["name"] == "envoy.filters.http.router"
        (host,) = manager["route_config"]["virtual_hosts"]
        host.get("typed_per_filter_config", {}).pop("envoy.filters.http.ext_authz", None)
        if not host.get("typed_per_filter_config"):
            host.pop("typed_per_filter_config", None)
        managers.append(manager)
    assert managers[0] == managers[1]


@pytest.mark.parametrize("target", ENVOYS)
def test_the_gateway_is_spoken_to_in_its_protocol(target: str) -> None:
    gateway, backend = resources(target, p.PLAIN)["clusters"]
    spoken = [
        next(iter(one["typed_extension_protocol_options"].values()))["explicit_http_config"]
        for one in (gateway, backend)
    ]
    wanted = "http2_protocol_options" if target == "envoy-grpc" else "http_protocol_options"
    assert [list(one) for one in spoken] == [[wanted], ["http_protocol_options"]]


@pytest.mark.parametrize("target", ENVOYS)
@pytest.mark.parametrize("listen", ["proxy:80", "proxy", "[::1]", "1.2.3.4:x"])
def test_it_listens_on_an_address(target: str, listen: str) -> None:
    with pytest.raises(SnippetImpossible, match="write IP:PORT"):
        SNIPPETS[target](p.PLAIN, Settings(listen=listen))


@pytest.mark.long
@pytest.mark.parametrize("target", ENVOYS)
def test_the_whole_certificate_is_told_where_a_route_wants_a_name_of_it(target: str) -> None:
    wanted = b.route(requirements=(CertificateShows(identities=frozenset({"a.example"})),))
    for policy, told in (
        (p.PLAIN, (None, None)),
        (p.TOLD[CertificateFrom.ENVOY_XFCC], ("SANITIZE_SET", None)),
        (b.policy(wanted, certificate_from=CertificateFrom.ENVOY_XFCC), ("SANITIZE_SET", {"cert": True})),
    ):
        (listener,) = resources(target, policy)["listeners"]
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        keys = ("forward_client_cert_details", "set_current_client_cert_details")
        assert tuple(map(manager.get, keys)) == told


def test_the_pieces() -> None:
    assert typed("x.Y", a=1) == {"@type": "type.googleapis.com/envoy.x.Y", "a": 1}
    assert remove("X-A") == {"remove": "x-a"}
    assert remove_all(prefix="x-") == {"remove_on_match": {"key_matcher": {"prefix": "x-"}}}
    assert put("X-A", "%Y%")["append"] == {
        "header": {"key": "x-a", "value": "%Y%"},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    }
