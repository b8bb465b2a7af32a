"""Is a token that is bound to a certificate its holder's alone, whatever a client says of certificates?"""

import socket
import ssl
from collections.abc import Iterable, Iterator
from hashlib import sha256
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, Final, assert_never

import pytest
import yaml

from gateway.core.base64url import encode
from tests.showing import SHOWN
from tests.tls.authority import Authority, Pair
from tests.wire import lab_issuer
from tests.wire.components import version
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, Proxy, opened, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import free_port
from tests.wire.raw_client import TIMEOUT_S, bearer
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER, HOST, configuration

pytestmark = pytest.mark.wire

CLIENTS, STRANGERS = Authority("clients"), Authority("strangers")
OURS, OTHERS = CLIENTS.client("ours.example"), CLIENTS.client("others.example")
NOBODYS: Final = None
FORMS: Final = {
    Front.NGINX_NEW: "nginx",
    Front.NGINX_OLD: "nginx",
    Front.TRAEFIK: "traefik",
    Front.CADDY: "rfc9440",
    Front.HAPROXY: "haproxy",
    Front.HAPROXY_NEW: "haproxy",
    Front.ENVOY: "envoy-xfcc",
    Front.ENVOY_GRPC: "envoy-xfcc",
}


CASES: Final = (*FORMS.items(), (Front.ENVOY_GRPC, "envoy-grpc"), (Front.HAPROXY, "rfc9440"))


@pytest.fixture(scope="module", params=CASES, ids=" ".join)
def case(request: pytest.FixtureRequest) -> tuple[Front, str]:
    """A proxy, and the form in which it tells of certificates."""
    front, form = request.param
    return Front(front), form


@pytest.fixture(scope="module")
def front(case: tuple[Front, str]) -> Front:
    return case[0]


@pytest.fixture(scope="module")
def form(case: tuple[Front, str]) -> str:
    return case[1]


@pytest.fixture(scope="module")
def standing(
    front: Front, form: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Proxy, GatewayProcess, EchoBackend]]:
    folder = tmp_path_factory.mktemp("bound")
    files = written(folder)
    keys = lab_issuer.write_keys(folder / "keys")
    policy = {**BEARER, "client_certificate": form}
    listeners: dict[str, Any] = {"grpc": {}} if front.listener == "grpc" else {}
    with (
        EchoBackend() as backend,
        GatewayProcess(configuration(policy, None, keys, listeners=listeners), folder / "gw") as gateway,
    ):
        port, asked = free_port(), front.port_of(gateway)
        printed = printed_snippet(
            front.traits.target, gateway.file, gateway=asked, backend=backend.port, listen=port
        )
        with opened(front, with_tls(front, printed, port, files), folder / "proxy", port=port) as proxy:
            yield proxy, gateway, backend


def written(folder: Path) -> dict[str, str]:
    """The proxy's own certificate, and who vouches for its clients."""
    own = Authority("proxy").server(HOST)
    contents = {"crt": own.chain, "key": own.key, "ca": CLIENTS.pem, "both": own.chain + own.key}
    for name, content in contents.items():
        (folder / f"{name}.pem").write_bytes(content)
    return {name: str(folder / f"{name}.pem") for name in contents}


def with_tls(front: Front, printed: str, port: int, files: dict[str, str]) -> str:
    """The printed configuration with the TLS that it leaves to the operator, and tells of."""
    match front:
        case Front.NGINX_NEW | Front.NGINX_OLD:
            own = f"ssl_certificate {files['crt']}; ssl_certificate_key {files['key']};"
            printed = replaced(printed, f"listen 127.0.0.1:{port};", f"listen 127.0.0.1:{port} ssl; {own}")
            told = "ssl_client_certificate client_ca.crt; ssl_verify_client optional;"
            return replaced(printed, "# " + told, told.replace("client_ca.crt", files["ca"]))
        case Front.HAPROXY | Front.HAPROXY_NEW:
            tls = f"ssl crt {files['both']} verify optional ca-file {files['ca']}"
            return replaced(printed, f"bind 127.0.0.1:{port}\n", f"bind 127.0.0.1:{port} {tls}\n")
        case Front.CADDY:
            site = f"http://:{port} {{"
            asks = f"client_auth {{\nmode verify_if_given\ntrust_pool file {files['ca']}\n}}"
            tls = f"tls {files['crt']} {files['key']} {{\n{asks}\n}}"
            return replaced(printed, site, f"https://{HOST}:{port} {{\n{tls}")
        case Front.TRAEFIK:
            static, dynamic = yaml.safe_load_all(printed)
            static["entryPoints"]["web"]["http"]["tls"] = {}
            dynamic["tls"] = {
                "certificates": [{"certFile": files["crt"], "keyFile": files["key"]}],
                "options": {
                    "default": {
                        "clientAuth": {"caFiles": [files["ca"]], "clientAuthType": "VerifyClientCertIfGiven"}
                    }
                },
            }
            return yaml.safe_dump_all([static, dynamic])
        case Front.ENVOY | Front.ENVOY_GRPC:
            return yaml.safe_dump(envoy_with_tls(yaml.safe_load(printed), files))
        case _:
            assert_never(front)


def replaced(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def envoy_with_tls(bootstrap: dict[str, Any], files: dict[str, str]) -> dict[str, Any]:
    own = {"certificate_chain": {"filename": files["crt"]}, "private_key": {"filename": files["key"]}}
    context = {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        "common_tls_context": {
            "tls_certificates": [own],
            "validation_context": {"trusted_ca": {"filename": files["ca"]}},
        },
    }
    (chain,) = bootstrap["static_resources"]["listeners"][0]["filter_chains"]
    chain["transport_socket"] = {"name": "envoy.transport_sockets.tls", "typed_config": context}
    return bootstrap


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest, front: Front) -> None:
    record(request.node, front.value, version(front.component))


def der(pair: Pair) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pair.chain.decode())


def bound_to(pair: Pair) -> str:
    return lab_issuer.lab_token(cnf={"x5t#S256": encode(sha256(der(pair)).digest()).decode()})


def ask(
    port: int,
    folder: Path,
    shows: Pair | None,
    token: str,
    more: Iterable[tuple[str, str]] = (),
    *,
    target: str = "/v1/orders",
) -> int:
    """One request over TLS of its own; gives the status."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # who the proxy is, is not the question here
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if shows is not None:
        file = folder / "client.pem"
        file.write_bytes(shows.chain + shows.key)
        context.load_cert_chain(file)
    lines = [f"{name}: {value}\r\n" for name, value in (("Host", HOST), bearer(token), *more)]
    head = "".join((f"GET {target} HTTP/1.1\r\n", *lines, "Connection: close\r\n\r\n"))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as plain,
        context.wrap_socket(plain, server_hostname=HOST) as connection,
    ):
        connection.sendall(head.encode("latin-1"))
        answer = HTTPResponse(connection)
        answer.begin()
        return answer.status


Stand = tuple[Proxy, GatewayProcess, EchoBackend]


def test_with_the_certificate_it_passes_and_with_none_or_another_it_does_not(
    standing: Stand, tmp_path: Path
) -> None:
    proxy, gateway, backend = standing
    token = bound_to(OURS)
    for shows, status, reason in (
        (OURS, 200, None),
        (OTHERS, 401, "certificate_mismatch"),
        (NOBODYS, 401, "certificate_missing"),
        (OURS, 200, None),
    ):
        backend.requests.clear()
        assert (ask(proxy.port, tmp_path, shows, token), gateway.records()[-1].get("event.reason")) == (
            status,
            reason,
        )
        assert len(backend.requests) == (status == 200)


SHOWN_BY: Final = {form.value: said for form, said in SHOWN.items()}


@pytest.mark.parametrize("shows", [NOBODYS, OTHERS], ids=["none", "another"])
def test_what_a_client_says_of_its_certificate_is_nothing(
    form: str, standing: Stand, tmp_path: Path, shows: Pair | None
) -> None:
    """Whoever has copied the token has a copy of the certificate as well, which is no secret."""
    proxy, gateway, backend = standing
    token, backend_saw = bound_to(OURS), len(backend.requests)
    for spelling in (lambda name: name, str.lower, lambda name: name.replace("-", "_")):
        said = [
            (spelling(name.decode()), value.decode())
            for name, value in SHOWN_BY.get(form, SHOWN_BY["envoy-xfcc"])(der(OURS))
        ]
        assert ask(proxy.port, tmp_path, shows, token, said) in {400, 401, 403}
        assert gateway.records()[-1]["event.reason"] in {
            "certificate_mismatch" if shows else "certificate_missing",
            "header_lookalike",
        }
    assert len(backend.requests) == backend_saw


def test_no_form_of_it_reaches_the_backend(standing: Stand, tmp_path: Path) -> None:
    proxy, _, backend = standing
    for headers in SHOWN.values():
        backend.requests.clear()
        said = [(name.decode(), value.decode()) for name, value in headers(der(OTHERS))]
        assert ask(proxy.port, tmp_path, OURS, bound_to(OURS), said) == 200
        (seen,) = backend.requests
        assert [name for name, _ in seen.headers if "client-" in name.lower()] == []


def test_a_bearer_token_needs_none(standing: Stand, tmp_path: Path) -> None:
    proxy, _, _ = standing
    for shows in (NOBODYS, OURS):
        assert ask(proxy.port, tmp_path, shows, lab_issuer.lab_token()) == 200


def test_what_is_judged_is_still_what_was_sent(standing: Stand, tmp_path: Path) -> None:
    """Traefik must be told to trust its own headers, or it would not tell of a certificate."""
    proxy, gateway, backend = standing
    backend.requests.clear()
    forged = {
        "Uri": "/public/x",
        "Method": "POST",
        "Host": "evil.example",
        "Proto": "ftp",
        "Prefix": "/public",
    }
    said = [(f"X-Forwarded-{name}", value) for name, value in forged.items()]
    assert ask(proxy.port, tmp_path, OURS, lab_issuer.lab_token(), said, target="/admin") == 403
    assert gateway.records()[-1]["event.reason"] == "scope_insufficient"
    assert backend.requests == []
    assert ask(proxy.port, tmp_path, OURS, bound_to(OURS), said) == 200
    (seen,) = backend.requests
    assert seen.start_line.startswith("GET /v1/orders ")
