"""Over TLS both ways: does the proxy verify the gateway, and show the certificate that it is known by?"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tls.authority import Authority, Pair, write_trust
from tests.wire import lab_issuer
from tests.wire.backend_view import assert_ours
from tests.wire.components import version
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, Proxy, opened, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import free_port, wait_until
from tests.wire.raw_client import bearer, send
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER, configuration

pytestmark = pytest.mark.wire

OURS, THEIRS = Authority("ours"), Authority("theirs")
SPIFFE = "spiffe://cluster.local/ns/ingress/sa/proxy"

KNOWN = {**BEARER, "callers": {"identities": [SPIFFE]}}
# HAProxy's client shows no certificate, and verifies no address; a name it looks up in DNS alone.
SHOWING = [front for front in Front if front.traits.shows_certificate]


@pytest.fixture(scope="module", params=SHOWING, ids=str)
def front(request: pytest.FixtureRequest) -> Front:
    return Front(request.param)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """It speaks TLS alone, over HTTP and over gRPC."""
    folder, own = tmp_path_factory.mktemp("gateway"), OURS.server("localhost")
    for name, content in (("tls.crt", own.chain), ("tls.key", own.key), ("ca.crt", OURS.pem)):
        (folder / name).write_bytes(content)
    tls = {"certificate": "file:tls.crt", "key": "file:tls.key", "client_ca": "file:ca.crt"}
    listeners = {"decision": {"tls": tls}, "grpc": {"tls": tls}}
    whole = configuration(KNOWN, None, lab_issuer.write_keys(folder / "keys"), listeners=listeners)
    with GatewayProcess(whole, folder) as running:
        yield running


@contextmanager
def standing(
    front: Front, gateway: GatewayProcess, folder: Path, *, shows: Pair, trusts: Authority = OURS
) -> Iterator[tuple[Proxy, EchoBackend]]:
    write_trust(folder, trusts, shows)
    with EchoBackend() as backend:
        addresses = {"gateway": front.port_of(gateway), "backend": backend.port, "listen": free_port()}
        url = "https://127.0.0.1" if front.traits.verifies_addresses else "https://localhost"
        printed = printed_snippet(front.traits.target, gateway.file, gateway_url=url, **addresses)
        # nginx would also try ::1, where there is one, and nobody listens there.
        printed = printed.replace("server localhost:", "server 127.0.0.1:")
        with opened(front, printed, folder, port=addresses["listen"]) as proxy:
            yield proxy, backend


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest, front: Front) -> None:
    record(request.node, front.value, version(front.component))


def test_a_proxy_that_shows_its_certificate_is_answered(
    front: Front, gateway: GatewayProcess, tmp_path: Path
) -> None:
    wait_until(lambda: gateway.connections() == 0, lambda: "an earlier proxy's connection is still open")
    with standing(front, gateway, tmp_path, shows=OURS.client(SPIFFE)) as (proxy, backend):
        for _ in range(3):
            token = lab_issuer.lab_token()
            assert send(proxy.port, "/v1/orders", [bearer(token)]).status == 200
            (seen,) = backend.requests
            backend.requests.clear()
            assert_ours(
                gateway,
                seen,
                client_token=token,
                subject="lab:alice",
                issuer=lab_issuer.ISSUER,
                client="web",
                scopes="orders:read",
            )
        assert gateway.connections() == 1  # kept, for TLS costs more than a decision


def test_one_that_shows_another_is_refused(front: Front, gateway: GatewayProcess, tmp_path: Path) -> None:
    with standing(front, gateway, tmp_path, shows=OURS.client(SPIFFE + "/other")) as (proxy, backend):
        answer = send(proxy.port, "/v1/orders", [bearer(lab_issuer.lab_token())])
        assert answer.status == 403
        assert gateway.records()[-1]["event.reason"] == "caller_unproven"
        assert backend.requests == []


def test_a_gateway_that_it_cannot_verify_is_not_asked(
    front: Front, gateway: GatewayProcess, tmp_path: Path
) -> None:
    before, shows = gateway.records(), OURS.client(SPIFFE)
    with standing(front, gateway, tmp_path, shows=shows, trusts=THEIRS) as (proxy, backend):
        answer = send(proxy.port, "/v1/orders", [bearer(lab_issuer.lab_token())])
        assert answer.status == front.traits.without_gateway
        assert (gateway.records(), backend.requests) == (before, [])
