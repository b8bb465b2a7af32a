"""From a token in a log to who used it, and to its end: does each step find what the one before has left?

The provider, the gateway and nginx as they run for an operator; the log is nginx's own default; each command
is the one that an operator types.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.wire import lab_issuer
from tests.wire.components import Component
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.identity_provider import IdentityProvider
from tests.wire.nginx import Nginx
from tests.wire.processes import free_port, wait_until
from tests.wire.raw_client import bearer, send
from tests.wire.stand import opened_gateway
from tests.wire.worlds import IN_QUERY

pytestmark = pytest.mark.wire

KEY = "fingerprint-key-of-these-tests-only"
OURS = "access_log logs/access.log token_gateway;"


class Scene(NamedTuple):
    """What an operator has: a proxy with a log, a gateway with a file, and a shell."""

    port: int
    access_log: Path
    gateway: GatewayProcess

    def asks(self, token: str) -> int:
        """With the token in the query."""
        return send(self.port, f"/v1/orders?page=2&access_token={token}").status

    def leaks(self, *words: str | Path, stdin: str = "") -> tuple[int, str]:
        """`gateway leaks`: its exit code, and what it has printed."""
        command = [sys.executable, "-m", "gateway", "leaks", *map(str, words), "-c", str(self.gateway.file)]
        ran = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, check=False)
        assert ran.stderr == "", ran.stderr
        return ran.returncode, ran.stdout

    def refused(self, token: str) -> bool:
        return self.asks(token) == 401


@contextmanager
def _opened(provider: IdentityProvider, directory: Path) -> Iterator[Scene]:
    (directory / "gateway").mkdir()
    (directory / "gateway" / "revoked.yaml").write_text("# by hand, and by `leaks revoke`\nrevoked: []\n")
    (directory / "gateway" / "fingerprint.key").write_text(KEY)
    more: dict[str, Any] = {
        "audit": {"fingerprint_key": "file:fingerprint.key"},
        "revocations": {"file": "revoked.yaml"},
    }
    with EchoBackend() as backend, opened_gateway(IN_QUERY, provider, directory, **more) as gateway:
        port = free_port()
        snippet = printed_snippet(
            "nginx", gateway.file, gateway=gateway.decision_port, backend=backend.port, listen=port
        )
        assert OURS in snippet
        default = snippet.replace(OURS, "access_log logs/access.log;")
        with Nginx(Component.NGINX_NEW, default, directory / "nginx", port=port):
            yield Scene(port, directory / "nginx" / "logs" / "access.log", gateway)


def test_a_token_of_the_query_is_found_named_followed_and_taken_back(
    identity_provider: IdentityProvider, tmp_path: Path
) -> None:
    with _opened(identity_provider, tmp_path) as scene:
        token = identity_provider.token("reader", "orders:read")
        other = identity_provider.token("reader", "orders:read")
        assert (scene.asks(token), scene.asks(other)) == (200, 200)
        wait_until(lambda: scene.access_log.read_text().count("\n") == 2, scene.access_log.read_text)

        # It is in the log, and the scan names it without repeating it.
        code, printed = scene.leaks("scan", scene.access_log, "--format", "json")
        assert code == 1
        assert token.split(".")[1] not in printed
        first, _ = json.loads(printed)["findings"]
        assert first["line"] == 1

        # What an operator copies out of the line has the same name, and is alive.
        line = scene.access_log.read_text().splitlines()[0]
        pasted = line.partition("access_token=")[2].partition(" ")[0]
        code, named = scene.leaks("fingerprint", stdin=pasted)
        fingerprint, about = named.rstrip("\n").split("  ", 1)
        assert (code, fingerprint) == (1, first["fingerprint"])
        assert about.startswith("of issuer corp, signature not checked (no key at hand), live until ")

        # The gateway's records say where it was used, and lead back to it.
        records = scene.gateway.records()
        used = [one for one in records if one["token_gateway.token.fingerprint"] == fingerprint]
        assert [(one["rule.name"], one["event.outcome"]) for one in used] == [("orders-read", "success")]
        assert scene.leaks("fingerprint", "--matches", fingerprint, stdin=f"{other}\n{token}")[0] == 0

        # From now on it is refused, and no other token is.
        code, said = scene.leaks("revoke", "--fingerprint", fingerprint, "--why", "in the access log")
        assert (code, said.startswith("added to ")) == (0, True)
        wait_until(lambda: scene.refused(token), scene.gateway.program.written)
        assert scene.gateway.records()[-1]["event.reason"] == "token_revoked"
        assert send(scene.port, "/v1/orders", [bearer(other)]).status == 200
        code, named = scene.leaks("fingerprint", stdin=token)
        assert (code, named.rstrip().endswith("on the deny list")) == (0, True)


def test_a_token_on_stdin_is_taken_back_by_its_jti(
    identity_provider: IdentityProvider, tmp_path: Path
) -> None:
    """An issuer whose keys are in a file: its signature is checked, so that its jti can be believed."""
    with _opened(identity_provider, tmp_path) as scene:
        token, other = lab_issuer.lab_token(), lab_issuer.lab_token()
        assert (scene.asks(token), scene.asks(other)) == (200, 200)
        code, said = scene.leaks("revoke", stdin=f"Authorization: Bearer {token}\n")
        assert (code, "a jti of issuer lab, until " in said) == (0, True)
        wait_until(lambda: scene.refused(token), scene.gateway.program.written)
        assert scene.asks(other) == 200
        text = (scene.gateway.file.parent / "revoked.yaml").read_text()
        assert text.startswith("# by hand, and by `leaks revoke`\nrevoked:\n  - {issuer: lab, jti: ")
        assert token.split(".")[2] not in text
