"""Does Traefik run with the printed snippet as it stands, both files, nothing of the harness in it?"""

from pathlib import Path

import pytest

from tests.wire import lab_issuer
from tests.wire.components import Component, locate
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.processes import Program, free_port, wait_until
from tests.wire.raw_client import bearer, send
from tests.wire.worlds import BROWSER, configuration

pytestmark = pytest.mark.wire


@pytest.mark.usefixtures("traefik_version")
def test_the_two_documents_are_two_files(backend: EchoBackend, tmp_path: Path) -> None:
    keys = lab_issuer.write_keys(tmp_path / "keys")
    with GatewayProcess(configuration(BROWSER, None, keys), tmp_path / "gateway") as gateway:
        snippet = printed_snippet(
            "traefik",
            gateway.file,
            gateway=gateway.decision_port,
            backend=backend.port,
            listen=(port := free_port()),
        )
        static, _, dynamic = snippet.partition("---\n")
        directory = tmp_path / "traefik"
        directory.mkdir()
        (directory / "traefik.yml").write_text(static)
        (directory / "dynamic.yml").write_text(dynamic)
        program = Program([locate(Component.TRAEFIK), "--configFile=traefik.yml"], directory)
        try:
            program.wait_for_port(port)
            token = lab_issuer.lab_token()
            wait_until(lambda: send(port, "/v1/orders").status == 401, program.written)
            assert send(port, "/v1/orders", [bearer(token)]).status == 200
            assert backend.requests[-1].only("X-Auth-Subject") == "lab:alice"
            assert token not in program.written()
            assert "ERR" not in program.written()
        finally:
            program.kill()
