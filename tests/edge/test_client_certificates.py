"""Who is let in by a client certificate, and is a token that is bound to one its holder's alone?"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.app.parts import CLOCK
from tests import builders as b
from tests.app.process import good_token, running
from tests.edge.asking import fresh
from tests.edge.raw_request import refusal
from tests.edge.recorder import Recorder
from tests.edge.secured import OURS, THEIRS, connected, is_let_in, said, secured, thumbprint, trusting
from tests.edge.stack import NEEDS, configuration
from tests.tls.authority import Pair
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import wait_until

pytestmark = pytest.mark.wire

SPIFFE = "spiffe://cluster.local/ns/shop/sa/checkout"
MINE, ANOTHERS = OURS.client(SPIFFE), OURS.client("another.example", common_name=SPIFFE)
STRANGERS = THEIRS.client(SPIFFE)
OLD = OURS.client(SPIFFE, life=timedelta(hours=-1))
NOBODYS = None


@pytest.fixture(scope="module")
def server() -> Iterator[Recorder]:
    with Recorder() as running:
        yield running


def asking(folder: Path, port: int, **tls: Any) -> dict[str, Any]:
    """An edge that asks for certificates. Under /bound a token must be bound; /checkout is for one name."""
    config = secured(folder, port, client_ca="file:ca.crt", **tls)
    policy = config["policies"]["api"]
    policy["client_certificate"] = "tls"
    scopes = NEEDS["require"]
    for path, require in (
        ("/bound", {**scopes, "bound": True}),
        ("/checkout", {**scopes, "certificate": {"identities": [SPIFFE]}}),
    ):
        route = {"id": path[1:], "methods": ["GET"], "paths": [f"{path}/**"], "upstream": "api"}
        policy["routes"].append({**route, **NEEDS, "require": require})
    return config


@pytest.fixture(scope="module")
def gateway(server: Recorder, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    folder = tmp_path_factory.mktemp("gateway")
    with running(folder, asking(folder, server.port)) as process:
        yield process


def bound_to(pair: Pair) -> str:
    now = int(CLOCK())
    return b.token(iat=now, nbf=now, exp=now + 300, cnf={"x5t#S256": thumbprint(pair)})


def status(gateway: GatewayProcess, shows: Pair | None, target: str, token: str, *headers: bytes) -> int:
    lines = (
        f"GET {target} HTTP/1.1".encode(),
        b"Host: api.example",
        b"Authorization: Bearer " + token.encode(),
    )
    wire = b"\r\n".join((*lines, b"Connection: close", *headers, b"", b""))
    with connected(gateway.edge_port, trusting(shows)) as client:
        return int(said(client, wire)[9:12])


# --- who is let in --------------------------------------------------------------------------------


@pytest.mark.parametrize("shows", [NOBODYS, MINE, ANOTHERS])
def test_an_optional_certificate_may_be_any_of_ours(gateway: GatewayProcess, shows: Pair | None) -> None:
    assert status(gateway, shows, fresh(), good_token()) == 200


@pytest.mark.parametrize("shows", [STRANGERS, OLD], ids=["strangers", "old"])
def test_but_none_of_anybody_else(gateway: GatewayProcess, shows: Pair) -> None:
    assert not is_let_in(gateway.edge_port, trusting(shows))


def test_a_required_certificate(server: Recorder, tmp_path: Path) -> None:
    config = asking(tmp_path, server.port, client_certificate="required")
    with running(tmp_path, config) as gateway:
        assert status(gateway, MINE, fresh(), good_token()) == 200
        for shows in (NOBODYS, STRANGERS, OLD):
            assert not is_let_in(gateway.edge_port, trusting(shows))


def test_whose_clients_are_ours_changes_with_the_file(server: Recorder, tmp_path: Path) -> None:
    with running(tmp_path, asking(tmp_path, server.port, client_certificate="required")) as gateway:
        assert not is_let_in(gateway.edge_port, trusting(STRANGERS))
        (tmp_path / "ca.crt").write_bytes(THEIRS.pem)
        wait_until(
            lambda: is_let_in(gateway.edge_port, trusting(STRANGERS)), lambda: "they are still strangers"
        )
        assert not is_let_in(gateway.edge_port, trusting(MINE))


@pytest.mark.parametrize(("shows", "expected"), [(MINE, 200), (ANOTHERS, 403), (NOBODYS, 403)])
def test_a_route_for_one_certificate_knows_it_by_its_names(
    gateway: GatewayProcess, server: Recorder, shows: Pair | None, expected: int
) -> None:
    """ANOTHERS has the name as its common name, which names nobody (RFC 9525 section 2)."""
    target = fresh("/checkout")
    assert status(gateway, shows, target, good_token()) == expected
    assert (target in {seen.target for seen in server.seen()}) is (expected == 200)


# --- tokens that are bound (RFC 8705) ---------------------------------------------------------------


@pytest.mark.parametrize(("shows", "expected"), [(MINE, 200), (ANOTHERS, 401), (NOBODYS, 401)])
@pytest.mark.parametrize("under", ["/v1", "/bound"])
def test_a_bound_token_is_its_holders_alone(
    gateway: GatewayProcess, server: Recorder, shows: Pair | None, expected: int, under: str
) -> None:
    for _ in range(2):  # judged, and remembered
        target = fresh(under)
        assert status(gateway, shows, target, bound_to(MINE)) == expected
        assert (target in {seen.target for seen in server.seen()}) is (expected == 200)


@pytest.mark.parametrize("shows", [MINE, NOBODYS])
def test_one_that_is_not_bound_is_not_enough_where_it_must_be(
    gateway: GatewayProcess, shows: Pair | None
) -> None:
    assert status(gateway, shows, fresh("/bound"), good_token()) in {401, 403}


def test_what_a_client_says_of_its_certificate_is_nothing(gateway: GatewayProcess, server: Recorder) -> None:
    said_of_it = b"%3A".join([b"x"]) + MINE.chain.replace(b"\n", b"%0A").replace(b" ", b"%20")
    for header in (b"X-Forwarded-Tls-Client-Cert", b"X-SSL-Client-Cert", b"ssl-client-cert", b"Client-Cert"):
        target = fresh()
        assert status(gateway, ANOTHERS, target, bound_to(MINE), header + b": " + said_of_it) == 401
        assert target not in {seen.target for seen in server.seen()}


def test_where_nobody_looks_a_bound_token_is_refused(server: Recorder, tmp_path: Path) -> None:
    with running(tmp_path, configuration({"api": server.port})) as gateway:
        lines = (b"GET /v1/x HTTP/1.1", b"Host: api.example", b"Connection: close")
        authorized = b"Authorization: Bearer " + bound_to(MINE).encode()
        answer = refusal(gateway.edge_port, b"\r\n".join((*lines, authorized, b"", b"")))
        assert answer.status == 401
