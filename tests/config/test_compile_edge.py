"""Who comes in at the edge: nobody's word is taken unasked, and no host has two policies."""

from collections.abc import Callable
from copy import deepcopy
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.config.secret import SecretFile, SecretReference
from gateway.config.upstream import EdgeSettings, EdgeTrust
from gateway.config.world import Address
from gateway.core.policy import WebSocketProtocolCredential
from tests.config.files import Json, at_the_edge, change, problems_of, remove, valid, world_of, write
from tests.tls.authority import Authority

AUTHORITY = Authority()
OWN = AUTHORITY.server()
EDGE = ("listeners", "edge")
ORDERS = ("policies", "orders")
PROXIES = "listeners.edge.trusted_proxies"


def test_every_field_arrives(tmp_path: Path) -> None:
    listeners = world_of(tmp_path, at_the_edge()).listeners
    assert listeners.edge == Address(host="0.0.0.0", port=8080)
    assert listeners.edge_tls is None
    assert listeners.edge_trust == EdgeTrust(
        trusted_proxies=frozenset({ip_network("10.0.0.0/16")}), forwarded="x-forwarded", proxy_protocol=True
    )
    assert listeners.edge_settings == EdgeSettings(
        max_body=2 << 20, max_connections=500, requests_per_client=16, hsts_s=365 * 86400
    )


def test_by_default_there_is_none_and_then_it_trusts_nobody(tmp_path: Path) -> None:
    without = world_of(tmp_path, valid()).listeners
    assert (without.edge, without.edge_tls) == (None, None)
    assert (without.edge_trust, without.edge_settings) == (None, None)
    config = at_the_edge()
    change(*EDGE, to={})(config)
    world = world_of(tmp_path, config)
    assert world.listeners.edge == Address(host="0.0.0.0", port=8080)
    assert world.listeners.edge_trust == EdgeTrust()
    assert world.listeners.edge_settings == EdgeSettings()
    assert any("listeners.edge: clients' tokens arrive in plain HTTP" in one for one in world.warnings)


def test_a_route_says_itself_how_large_a_body_may_be_or_the_listener_does(tmp_path: Path) -> None:
    config = at_the_edge()
    first, second = world_of(tmp_path, config).snapshot.policies["orders"].routes.routes
    assert (first.max_body, second.max_body) == (1 << 20, 2 << 20)
    change(*ORDERS, "routes", 0, "max_body", to="1GiB")(config)
    remove(*EDGE, "max_body")(config)
    first, second = world_of(tmp_path, config).snapshot.policies["orders"].routes.routes
    assert (first.max_body, second.max_body) == (1 << 30, 100 << 20)


def test_everybody_may_be_trusted_and_it_is_said_again(tmp_path: Path) -> None:
    config = at_the_edge()
    assert not any("listeners.edge" in one for one in world_of(tmp_path, config).warnings)
    change(*EDGE, "trusted_proxies", to=["anyone"])(config)
    world = world_of(tmp_path, config)
    assert world.listeners.edge_trust is not None
    assert len(world.listeners.edge_trust.trusted_proxies) == 2
    assert any("listeners.edge.trusted_proxies: every client" in one for one in world.warnings)


def test_a_policy_of_the_edge_needs_no_proxies_and_then_none_may_ask(tmp_path: Path) -> None:
    config = at_the_edge()
    for name in ("peers", "callers"):
        del config["policies"]["orders"][name]
    policy = world_of(tmp_path, config).snapshot.policies["orders"]
    assert (policy.peers, policy.caller_secrets, policy.caller_identities) == ((), (), frozenset())


@pytest.mark.parametrize(
    ("mistake", "path", "what"),
    [
        (change(*EDGE, "host", to="localhost"), "listeners.edge.host", "not an IP address"),
        (change(*EDGE, "port", to=9090), "listeners.edge.port", "also the port of admin"),
        (change(*EDGE, "forwarded", to="auto"), "listeners.edge.forwarded", "not one of"),
        (
            change(*EDGE, "trusted_proxies", to=["10.1.2.3/8"]),
            PROXIES + "[0]",
            "host bits",
        ),
        (
            change(*EDGE, "trusted_proxies", to=["0.0.0.0/0"]),
            PROXIES + "[0]",
            "whole world",
        ),
        (change(*EDGE, to={"forwarded": "forwarded"}), "listeners.edge.forwarded", "nobody's word"),
        (change(*EDGE, to={"proxy_protocol": True}), "listeners.edge.proxy_protocol", "nobody's word"),
        (change(*EDGE, to={"trusted_proxies": ["::1"]}), PROXIES, "does nothing"),
        (change(*EDGE, to={"hsts": "1d"}), "listeners.edge.hsts", "nothing without tls"),
        (change(*EDGE, "hsts", to="1y"), "listeners.edge.hsts", "not a duration"),
        (change(*EDGE, "max_body", to="lots"), "listeners.edge.max_body", "not a size"),
        (change(*EDGE, "max_connections", to=0), "listeners.edge.max_connections", "out of range"),
        (change(*EDGE, "requests_per_client", to=0), "listeners.edge.requests_per_client", "out of range"),
        (remove(*ORDERS, "peers"), "policies.orders.peers", "missing"),
        (remove(*ORDERS, "callers"), "policies.orders.callers", "missing"),
    ],
)
def test_refused(tmp_path: Path, mistake: Callable[[Json], Any], path: str, what: str) -> None:
    config = at_the_edge()
    mistake(config)
    found = {problem.path: problem for problem in problems_of(tmp_path, config)}
    assert what in found[path].what
    assert found[path].fix
    assert len(found) == 1


PROTOCOL = {"type": "websocket-protocol", "prefix": "bearer."}


def test_a_subprotocol_may_hold_a_token(tmp_path: Path) -> None:
    policy = world_of(tmp_path, at_the_edge()).snapshot.policies["orders"]
    assert policy.credentials[-1] == WebSocketProtocolCredential(prefix="bearer.")
    assert policy.places.protocols == (b"bearer.",)


def test_where_a_proxy_asks_none_may(tmp_path: Path) -> None:
    config = valid()
    config["policies"]["orders"]["credentials"].append(PROTOCOL)
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == "policies.orders.credentials[4]"
    assert "only the edge" in problem.what


def test_where_no_route_may_be_upgraded_it_does_nothing(tmp_path: Path) -> None:
    config = at_the_edge()
    config["policies"]["orders"]["routes"][0]["websocket"] = False
    said = world_of(tmp_path, config).warnings
    assert any("policies.orders.credentials[4]: does nothing" in one for one in said)


@pytest.mark.parametrize(
    ("prefix", "path", "what"),
    [
        ("bearer", ".credentials[5].prefix", "not a prefix"),
        ("bearer.", ".credentials[5]", "twice"),
        ("bearer.v2.", ".credentials", "begins"),
    ],
)
def test_no_prefix_is_in_doubt(tmp_path: Path, prefix: str, path: str, what: str) -> None:
    config = at_the_edge()
    config["policies"]["orders"]["credentials"].append(PROTOCOL | {"prefix": prefix})
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == f"policies.orders{path}"
    assert what in problem.what


def test_what_only_the_edge_reads_is_refused_without_it(tmp_path: Path) -> None:
    config = at_the_edge()
    del config["listeners"]["edge"]
    problems = problems_of(tmp_path, config)
    assert [problem.path for problem in problems] == [
        "policies.orders.routes[0].upstream",
        "policies.orders.routes[1].upstream",
    ]
    config = valid()
    config["policies"]["orders"]["routes"][0] |= {"timeout": "5s", "max_body": "1KiB"}
    assert {problem.path for problem in problems_of(tmp_path, config)} == {
        "policies.orders.routes[0].timeout",
        "policies.orders.routes[0].max_body",
    }


def test_who_may_ask_must_be_said_where_a_proxy_asks(tmp_path: Path) -> None:
    config = valid()
    for name in ("peers", "callers"):
        del config["policies"]["orders"][name]
    problems = problems_of(tmp_path, config)
    assert [problem.path for problem in problems] == ["policies.orders.callers", "policies.orders.peers"]
    assert {problem.line for problem in problems} != {0}


# --- certificates ---


def read(reference: SecretReference) -> bytes:
    name = reference.path.name if isinstance(reference, SecretFile) else ""
    return {"tls.crt": OWN.chain, "tls.key": OWN.key, "ca.crt": AUTHORITY.pem}.get(name, b"k" * 32)


def told(form: str, *, tls: Json | None = None, edge: Json | None = None, proxies: bool = True) -> Json:
    config = at_the_edge()
    config["policies"]["orders"]["client_certificate"] = form
    if not proxies:
        for name in ("peers", "callers"):
            del config["policies"]["orders"][name]
    if edge is not None:
        config["listeners"]["edge"] = edge
    if tls is not None:
        config["listeners"]["edge"]["tls"] = {"certificate": "file:tls.crt", "key": "file:tls.key"} | tls
    return config


WITH_CA = {"client_ca": "file:ca.crt"}


@pytest.mark.parametrize(
    "config",
    [
        told("tls", tls=WITH_CA),
        told("tls", tls=WITH_CA, edge={}, proxies=False),
        told("nginx"),
        told("nginx", edge={}),  # a proxy may ask
        told("nginx", proxies=False),  # one stands before the edge
    ],
)
def test_somebody_can_tell_of_certificates(tmp_path: Path, config: Json) -> None:
    policy = load_world(write(tmp_path, config), read_secret=read).snapshot.policies["orders"]
    assert policy.certificate_from is not None


@pytest.mark.parametrize(
    ("config", "what"),
    [
        (told("tls"), "no client is asked"),
        (told("tls", tls={}), "no client is asked"),
        (valid() | {"policies": told("tls")["policies"]}, "no client is asked"),
        (told("nginx", edge={}, proxies=False), "nobody may say it"),
    ],
)
def test_a_form_in_which_nobody_can_is_refused(tmp_path: Path, config: Json, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_world(write(tmp_path, config), read_secret=read)
    found = {problem.path: problem for problem in caught.value.problems}
    assert what in found["policies.orders.client_certificate"].what
    assert found["policies.orders.client_certificate"].fix


# --- hosts ----------------------------------------------------------------------------------------


def two(first: str, second: str) -> Json:
    config = at_the_edge()
    other = deepcopy(config["policies"]["orders"])
    config["policies"]["orders"]["hosts"] = [first]
    config["policies"]["other"] = other | {"hosts": ["unrelated.example", second]}
    return config


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.example.com", "a.example.com"),
        ("a.example.com", "a.example.com:443"),
        ("a.example.com:80", "a.example.com"),
        ("a.example.com:8443", "a.example.com:8443"),
        ("*.example.com", "a.example.com"),
        ("a.example.com", "*.example.com"),
        ("*.example.com", "*.example.com"),
        ("*.example.com:443", "a.example.com"),
    ],
)
def test_no_host_has_two_policies(tmp_path: Path, first: str, second: str) -> None:
    (problem,) = problems_of(tmp_path, two(first, second))
    assert problem.path == "policies.other.hosts[1]"
    assert "also a host of policy orders" in problem.what


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.example.com", "b.example.com"),
        ("a.example.com", "a.example.com:8443"),
        ("a.example.com:80", "a.example.com:443"),
        ("*.example.com", "example.com"),
        ("*.example.com", "a.b.example.com"),
        ("*.a.example.com", "*.example.com"),
    ],
)
def test_others_may_stand_side_by_side(tmp_path: Path, first: str, second: str) -> None:
    assert set(world_of(tmp_path, two(first, second)).snapshot.policies) == {"orders", "other"}


def test_where_a_proxy_names_the_policy_two_may_have_a_host(tmp_path: Path) -> None:
    config = two("a.example.com", "a.example.com")
    for route in config["policies"]["other"]["routes"]:
        for name in ("upstream", "timeout", "max_body"):
            route.pop(name, None)
    config["policies"]["other"]["credentials"].pop()
    assert set(world_of(tmp_path, config).snapshot.policies) == {"orders", "other"}


def test_of_two_files_the_later_is_refused(tmp_path: Path) -> None:
    config = at_the_edge()
    write(tmp_path, {"policies": {"team": deepcopy(config["policies"]["orders"])}}, "team.yaml")
    world = world_of(tmp_path, config | {"include": ["team.yaml"]})
    assert set(world.snapshot.policies) == {"orders"}
    assert {problem.path for problem in world.refused} == {
        "policies.team.hosts[0]",
        "policies.team.hosts[1]",
    }
