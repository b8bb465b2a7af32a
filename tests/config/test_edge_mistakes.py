"""What is certain to go wrong at the edge is told, and what may be meant is not."""

from pathlib import Path

import pytest

from gateway.config.compile import load_world
from gateway.config.secret import SecretFile, SecretReference
from tests.config.files import Json, at_the_edge, problems_of, world_of, write
from tests.tls.authority import Authority

AUTHORITY = Authority()
SHOWN = AUTHORITY.serving("api.example.com", "*.shop.example.com")
FILES = {"tls.crt": SHOWN.chain, "tls.key": SHOWN.key, "ca.crt": AUTHORITY.pem}
TLS = {"certificate": "file:tls.crt", "key": "file:tls.key"}


def read(reference: SecretReference) -> bytes:
    name = reference.path.name if isinstance(reference, SecretFile) else ""
    return FILES.get(name, b"k" * 32)


def sending(server: str, host: str = "0.0.0.0", port: int = 8080) -> Json:
    config = at_the_edge()
    config["upstreams"]["orders"] = {"servers": [server]}
    config["listeners"]["edge"] |= {"host": host, "port": port}
    return config


@pytest.mark.parametrize(
    ("server", "host"),
    [
        ("http://127.0.0.1:8080", "0.0.0.0"),
        ("http://127.0.0.2:8080", "0.0.0.0"),
        ("http://localhost:8080", "0.0.0.0"),
        ("http://[::1]:8080", "::"),
        ("http://127.0.0.1:8080", "::"),
        ("http://192.0.2.7:8080", "192.0.2.7"),
        ("https://localhost:8080", "0.0.0.0"),
    ],
)
def test_the_edge_is_not_its_own_upstream(tmp_path: Path, server: str, host: str) -> None:
    (problem,) = problems_of(tmp_path, sending(server, host))
    assert problem.path == "upstreams.orders.servers"
    assert "is the edge itself" in problem.what
    config = sending("http://orders.shop.svc", host)
    config["policies"]["orders"]["routes"][1]["upstream"] = server
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == "policies.orders.routes[1].upstream"


@pytest.mark.parametrize(
    ("server", "host", "port"),
    [
        ("http://127.0.0.1:8081", "0.0.0.0", 8080),
        ("http://192.0.2.7:8080", "0.0.0.0", 8080),
        ("http://orders.shop.svc:8080", "0.0.0.0", 8080),
        ("http://127.0.0.1:8080", "192.0.2.7", 8080),
        ("http://127.0.0.1:8080", "0.0.0.0", 0),
    ],
)
def test_somebody_else_may_be(tmp_path: Path, server: str, host: str, port: int) -> None:
    assert world_of(tmp_path, sending(server, host, port)).upstreams["orders"].servers


def warned(folder: Path, config: Json) -> list[str]:
    said = load_world(write(folder, config), read_secret=read).warnings
    return [one for one in said if "no public authority" in one or "no certificate of" in one]


def test_nobody_vouches_for_a_private_address(tmp_path: Path) -> None:
    (said,) = warned(tmp_path, sending("https://10.0.0.7:8443"))
    assert "upstreams.orders.servers: no public authority vouches for a private address" in said
    config = sending("https://orders.shop.svc")
    config["policies"]["orders"]["routes"][1]["upstream"] = "https://[fd00::7]"
    (said,) = warned(tmp_path, config)
    assert "policies.orders.routes[1].upstream" in said


@pytest.mark.parametrize("server", ["https://orders.shop.svc", "https://1.1.1.1", "http://10.0.0.7"])
def test_for_others_somebody_may(tmp_path: Path, server: str) -> None:
    assert warned(tmp_path, sending(server)) == []


def test_an_authority_of_ours_vouches_for_any(tmp_path: Path) -> None:
    config = sending("https://10.0.0.7:8443")
    config["upstreams"]["orders"]["tls"] = {"ca": "file:ca.crt"}
    assert warned(tmp_path, config) == []


def showing(*hosts: str, edge: Json | None = None) -> Json:
    config = at_the_edge()
    config["listeners"]["edge"] = {"tls": TLS} if edge is None else edge
    config["policies"]["orders"]["hosts"] = list(hosts)
    config["upstreams"]["orders"] = {"servers": ["http://orders.shop.svc"]}
    return config


def test_a_host_needs_a_certificate(tmp_path: Path) -> None:
    hosts = ("api.example.com", "a.shop.example.com", "*.shop.example.com:8443", "192.0.2.1")
    assert warned(tmp_path, showing(*hosts)) == []
    for host in ("other.example.com", "a.b.shop.example.com", "shop.example.com", "*.example.com"):
        (said,) = warned(tmp_path, showing("api.example.com", host))
        assert "policies.orders.hosts[1]: no certificate of listeners.edge.tls is for this name" in said


def test_where_somebody_ends_tls_before_us_it_is_nobodys_business(tmp_path: Path) -> None:
    told = {"trusted_proxies": ["10.0.0.0/16"], "forwarded": "x-forwarded"}
    assert warned(tmp_path, showing("other.example.com", edge=told)) == []
    assert warned(tmp_path, showing("other.example.com", edge=told | {"tls": TLS})) == []
