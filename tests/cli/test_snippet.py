"""`gateway snippet`: what to paste, or why that proxy cannot."""

from pathlib import Path
from typing import Any

import pytest

from gateway.dialects.snippets.haproxy_lua import SCRIPT
from gateway.dialects.snippets.logs import LOGS
from tests.cli.configuration import Run, configuration, write

DIALECTS = {
    "nginx": "nginx",
    "ingress-nginx": "nginx",
    "ingress-nginx-global": "nginx",
    "f5-nic": "nginx",
    "nginx-gateway-fabric": "nginx",
    "traefik": "traefik",
    "traefik-middleware": "traefik",
    "traefik-ingress-nginx": "traefik",
    "caddy": "caddy",
    "haproxy": "haproxy",
    "envoy": "envoy",
}
IN_NO_QUERY = [
    "ingress-nginx",
    "ingress-nginx-global",
    "f5-nic",
    "nginx-gateway-fabric",
    "traefik",
    "traefik-middleware",
    "traefik-ingress-nginx",
]


def with_credentials(tmp_path: Path, *credentials: dict[str, Any]) -> Path:
    changed = configuration()
    changed["policies"]["orders"]["credentials"] = list(credentials)
    return write(tmp_path, changed)


@pytest.mark.parametrize("target", DIALECTS)
def test_each_proxy_has_one(gateway: Run, config: Path, target: str) -> None:
    ran = gateway("snippet", target, "-c", config)
    assert (ran.code, ran.err) == (0, "")
    assert f"/auth/{DIALECTS[target]}/orders" in ran.out
    assert "cannot do" in ran.out


def test_the_script_of_haproxy_is_the_same_for_everybody(gateway: Run, config: Path) -> None:
    ran = gateway("snippet", "haproxy-lua", "-c", config)
    assert (ran.code, ran.err, ran.out) == (0, "", SCRIPT)


def test_addresses_are_the_operators(gateway: Run, config: Path) -> None:
    addresses = ("--gateway", "http://gw:1", "--backend", "http://be:2", "--listen", "127.0.0.1:3")
    ran = gateway("snippet", "nginx", "-c", config, *addresses)
    assert "server gw:1;" in ran.out
    assert "server be:2;" in ran.out
    assert "listen 127.0.0.1:3;" in ran.out
    assert '"shop/orders-auth' in gateway("snippet", "ingress-nginx", "-c", config, "--namespace", "shop").out


def test_over_grpc_envoy_names_the_policy_beside_the_message(gateway: Run, config: Path) -> None:
    ran = gateway("snippet", "envoy-grpc", "-c", config)
    assert (ran.code, ran.err) == (0, "")
    assert "policy: orders" in ran.out
    assert "port_value: 4181" in ran.out
    assert "cannot do" in ran.out
    assert gateway("snippet", "envoy-grpc", "-c", config, "--listen", "proxy:80").code == 1


@pytest.mark.parametrize("option", ["--gateway", "--backend", "--listen"])
def test_an_address_cannot_break_out_of_its_place(gateway: Run, config: Path, option: str) -> None:
    ran = gateway("snippet", "nginx", "-c", config, option, "http://a; return 200")
    assert (ran.code, ran.out) == (2, "")
    assert option in ran.err


@pytest.mark.long
@pytest.mark.parametrize("target", IN_NO_QUERY)
def test_what_a_proxy_cannot_do_is_a_finding(gateway: Run, tmp_path: Path, target: str) -> None:
    file = with_credentials(tmp_path, {"type": "query", "name": "access_token"})
    ran = gateway("snippet", target, "-c", file)
    assert (ran.code, ran.out) == (1, "")
    assert "cannot take it out of the target" in ran.err
    able = ("nginx", "caddy", "haproxy", "envoy")
    assert [gateway("snippet", one, "-c", file).code for one in able] == [0, 0, 0, 0]


def test_an_unknown_policy_is_wrong_usage(gateway: Run, config: Path) -> None:
    ran = gateway("snippet", "nginx", "-c", config, "--policy", "others")
    assert (ran.code, ran.out) == (2, "")
    assert "--policy: orders" in ran.err


@pytest.mark.parametrize("proxy", LOGS)
def test_an_access_log_needs_no_configuration(gateway: Run, proxy: str) -> None:
    ran = gateway("snippet", "logs", proxy)
    assert (ran.code, ran.err, ran.out) == (0, "", LOGS[proxy]())


def test_the_targets_of_logs_are_named(gateway: Run) -> None:
    ran = gateway("snippet", "logs", "apache")
    assert (ran.code, ran.out) == (2, "")
    assert "nginx" in ran.err
    assert "nginx-gateway-fabric" in gateway("snippet", "--help").out
