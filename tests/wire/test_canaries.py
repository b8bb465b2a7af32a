"""Does any secret that a client sends come out of the gateway, wherever in a request it stood?

The gateway as a process of its own: everything that it wrote, and every answer that it gave.
"""

import socket
from pathlib import Path

import pytest

from tests.wire import lab_issuer
from tests.wire.canaries import canaries
from tests.wire.gateway_process import GatewayProcess
from tests.wire.sent_secrets import SentSecrets
from tests.wire.worlds import BROWSER, EVERYWHERE, IN_QUERY, configuration

pytestmark = pytest.mark.wire

POLICY = {**BROWSER, "credentials": [*EVERYWHERE["credentials"], IN_QUERY["credentials"][1]]}
PERMIT = "HTTP/1.1 200 OK\r\ncache-control: no-store"
REACHED = {  # the requests get as far as this, and do not all end at the same door
    "carrier_duplicate",
    "carrier_malformed",
    "connection_option",
    "credential_ambiguous",
    "credential_malformed",
    "credential_misplaced",
    "header_lookalike",
    "host_malformed",
    "host_not_allowed",
    "identity_header_forged",
    "method_malformed",
    "method_not_allowed",
    "method_override",
    "origin_not_allowed",
    "path_not_allowed",
    "policy_unknown",
    "target_dot_segment",
    "upgrade_refused",
    "algorithm_not_allowed",
    "audience_mismatch",
    "binding_unsupported",
    "claim_malformed",
    "issuer_unknown",
    "key_unknown",
    "scope_insufficient",
    "signature_invalid",
    "token_expired",
    "token_header_forbidden",
    "token_malformed",
    "type_not_allowed",
}


def _answer(port: int, request: bytes) -> str:
    """Everything that comes back."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65536):
                received += part
        except ConnectionError:
            pass  # it has stopped listening to us
    return received.decode("latin-1")


def test_no_secret_comes_out(tmp_path: Path) -> None:
    secrets, answers = SentSecrets(), list[str]()
    world = configuration(POLICY, None, lab_issuer.write_keys(tmp_path / "keys"))
    with GatewayProcess(world, tmp_path / "gateway") as gateway:
        ports = {"decision": gateway.decision_port, "keys": gateway.keys_port, "admin": gateway.admin_port}
        for seed in (7, 11):
            for listener, request in canaries(secrets, seed):
                answers.append(_answer(ports[listener], request))
        metrics, records = gateway.metrics(), gateway.records()
        assert gateway.program.stop() == 0
    assert len(answers) >= 500
    # A permit gives back what it is for: our token, the identity, the cookies that are left.
    refusals = [answer for answer in answers if not answer.startswith(PERMIT)]
    places = {"written": gateway.program.written(), "metrics": metrics, "refusals": "\n".join(refusals)}
    assert secrets.found_in(places) == []
    assert {record.get("event.reason") for record in records} >= REACHED
    assert len(answers) - len(refusals) >= 20
    assert gateway.program.stderr.read_text() == ""
