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
from tests.wire.processes import free_port
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


@contextmanager
def standing(
    front: Front, folder: Path, *, shows: Pair, trusts: Authority = OURS
) -> Iterator[tuple[Proxy, GatewayProcess, EchoBackend]]:
    gateway_folder, proxy_folder = folder / "gateway", folder / "proxy"
    for place in (gateway_folder, proxy_folder):
        place.mkdir()
    own = OURS.server("localhost")
    for name, content in (("tls.crt", own.chain), ("tls.key", own.key), ("ca.crt", OURS.pem)):
        (gateway_folder / name).write_bytes(content)
    write_trust(proxy_folder, trusts, shows)
    tls = {"certificate": "file:tls.crt", "key": "file:tls.key", "client_ca": "file:ca.crt"}
    listeners = {front.listener: {"tls": tls}}
    whole = configuration(KNOWN, None, lab_issuer.write_keys(folder / "keys"), listeners=listeners)
    with EchoBackend() as backend, GatewayProcess(whole, gateway_folder) as gateway:
        addresses = {"gateway": front.port_of(gateway), "backend": backend.port, "listen": free_port()}
        url = "https://127.0.0.1" if front.traits.verifies_addresses else "https://localhost"
        printed = printed_snippet(front.traits.target, gateway.file, gateway_url=url, **addresses)
        # nginx would also try ::1, where there is one, and nobody listens there.
        printed = printed.replace("server localhost:", "server 127.0.0.1:")
        with opened(front, printed, proxy_folder, port=addresses["listen"]) as proxy:
            yield proxy, gateway, backend


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest, front: Front) -> None:
    record(request.node, front.value, version(front.component))


def test_a_proxy_that_shows_its_certificate_is_answered(front: Front, tmp_path: Path) -> None:
    with standing(front, tmp_path, shows=OURS.client(SPIFFE)) as (proxy, gateway, backend):
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


def test_one_that_shows_another_is_refused(front: Front, tmp_path: Path) -> None:
    with standing(front, tmp_path, shows=OURS.client(SPIFFE + "/other")) as (proxy, gateway, backend):
        answer = send(proxy.port, "/v1/orders", [bearer(lab_issuer.lab_token())])
        assert answer.status == 403
        assert gateway.records()[-1]["event.reason"] == "caller_unproven"
        assert backend.requests == []


def test_a_gateway_that_it_cannot_verify_is_not_asked(front: Front, tmp_path: Path) -> None:
    shows = OURS.client(SPIFFE)
    with standing(front, tmp_path, shows=shows, trusts=THEIRS) as (proxy, gateway, backend):
        answer = send(proxy.port, "/v1/orders", [bearer(lab_issuer.lab_token())])
        assert answer.status == front.traits.without_gateway
        assert (gateway.records(), backend.requests) == ([], [])
