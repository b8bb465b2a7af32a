"""Does a running gateway know its callers by their certificates, and change its own while they stay?"""

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509

from tests.app.process import good_token, running, said, served
from tests.tls.authority import Authority, Pair
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import wait_until

pytestmark = pytest.mark.wire

SPIFFE = "spiffe://cluster.local/ns/ingress/sa/nginx"
OURS, THEIRS = Authority("ours"), Authority("theirs")
DECISION = 'listener="decision",upstream=""'
HEADERS = {"X-Original-Method": "GET", "X-Original-URL": "https://api.example.com/v1/orders"}


def show(folder: Path, pair: Pair) -> None:
    for name, content in (("tls.crt", pair.chain), ("tls.key", pair.key), ("ca.crt", OURS.pem)):
        (folder / name).write_bytes(content)


def shown_until(gateway: GatewayProcess) -> dict[str, float]:
    """When what is shown ends, by the labels, as the gateway itself says."""
    rows = re.findall(r"certificate_not_after_timestamp_seconds\{(.*)\} (\S+)", gateway.metrics())
    return {labels: float(seconds) for labels, seconds in rows}


@contextmanager
def serving(folder: Path, workers: int) -> Iterator[GatewayProcess]:
    show(folder, OURS.server())
    config = served()
    config["policies"]["orders"]["callers"] = {"identities": [SPIFFE, "ingress.example.com"]}
    tls = {"certificate": "file:tls.crt", "key": "file:tls.key", "client_ca": "file:ca.crt"}
    config["listeners"] = {**config.get("listeners", {}), "decision": {"tls": tls}}
    with running(folder, config, workers=workers) as gateway:
        yield gateway


def connected(
    gateway: GatewayProcess, folder: Path, shows: Pair | None, trusts: Authority = OURS
) -> http.client.HTTPSConnection:
    context = ssl.create_default_context(cadata=trusts.pem.decode())
    if shows is not None:
        file = folder / "client.pem"
        file.write_bytes(shows.chain + shows.key)
        context.load_cert_chain(file)
    return http.client.HTTPSConnection("127.0.0.1", gateway.decision_port, context=context, timeout=10)


def asked_once(gateway: GatewayProcess, folder: Path, shows: Pair | None, trusts: Authority = OURS) -> int:
    with closing(connected(gateway, folder, shows, trusts)) as connection:
        return asked(connection)


def asked(connection: http.client.HTTPSConnection) -> int:
    headers = {**HEADERS, "Authorization": f"Bearer {good_token()}"}
    connection.request("GET", "/auth/nginx/orders", headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def ends(connection: http.client.HTTPSConnection) -> float:
    """When what this client was shown ends, as OpenSSL reads it."""
    assert isinstance(connection.sock, ssl.SSLSocket)
    shown = connection.sock.getpeercert()
    assert shown is not None
    return ssl.cert_time_to_seconds(str(shown["notAfter"]))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_caller_is_known_by_a_name_of_its_certificate(tmp_path: Path, workers: int) -> None:
    with serving(tmp_path, workers) as gateway:
        for shows, status in (
            (OURS.client(SPIFFE), 200),
            (OURS.client("ingress.example.com", "other.example.com"), 200),
            (OURS.client(SPIFFE + "/more"), 403),
            (OURS.client("other.example.com", common_name="ingress.example.com"), 403),
            (OURS.client("*.example.com"), 403),
            (None, 403),
        ):
            assert asked_once(gateway, tmp_path, shows) == status
        with pytest.raises((ssl.SSLError, ConnectionError)):
            asked_once(gateway, tmp_path, THEIRS.client(SPIFFE))
        refused = [one for one in gateway.records(at_least=6) if one.get("event.reason") == "caller_unproven"]
        assert len(refused) == 4
        assert refused[0]["token_gateway.detail"] == "127.0.0.1 shows no identity of policies.orders.callers"


@pytest.mark.parametrize("workers", [1, 2])
def test_new_certificates_come_in_and_connections_stay(tmp_path: Path, workers: int) -> None:
    client = OURS.client(SPIFFE)
    with serving(tmp_path, workers) as gateway, closing(connected(gateway, tmp_path, client)) as stays:
        assert asked(stays) == 200
        local = stays.sock.getsockname()
        assert shown_until(gateway) == {DECISION: ends(stays)}
        renewed = THEIRS.server(life=timedelta(days=30))
        until = x509.load_pem_x509_certificate(renewed.chain).not_valid_after_utc.timestamp()
        assert until > ends(stays) + timedelta(days=28).total_seconds()
        show(tmp_path, renewed)

        def is_new() -> bool:
            try:
                return asked_once(gateway, tmp_path, client, THEIRS) == 200
            except ssl.SSLError:
                return False

        wait_until(is_new, lambda: "the certificate is the former one")
        wait_until(lambda: shown_until(gateway) == {DECISION: until}, lambda: "not told by every worker")
        with closing(connected(gateway, tmp_path, client, THEIRS)) as newer:  # by whichever of them
            newer.connect()
            assert ends(newer) == until
        wait_until(lambda: said(gateway, "config_reloaded") != [], lambda: "it says nothing of it")
        assert asked(stays) == 200
        assert stays.sock.getsockname() == local
        if workers == 1:
            with pytest.raises(ssl.SSLError):
                asked_once(gateway, tmp_path, client)


def test_certificates_that_do_not_fit_change_nothing(tmp_path: Path) -> None:
    with serving(tmp_path, 1) as gateway:
        (tmp_path / "tls.key").write_bytes(THEIRS.server().key)
        wait_until(lambda: bool(said(gateway, "config_problem")), lambda: "it never looked")
        assert asked_once(gateway, tmp_path, OURS.client(SPIFFE)) == 200
        assert "token_gateway_config_refused 1" in gateway.metrics()


def test_plain_http_is_no_way_in(tmp_path: Path) -> None:
    with serving(tmp_path, 1) as gateway:
        address = ("127.0.0.1", gateway.decision_port)
        with socket.create_connection(address, timeout=10) as plain:
            plain.sendall(b"GET /auth/nginx/orders HTTP/1.1\r\nHost: gateway\r\n\r\n")
            assert not plain.recv(4096).startswith(b"HTTP")
