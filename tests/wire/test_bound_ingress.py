"""Is a bound token its holder's alone behind what ingress-nginx renders from our annotations?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.showing import SHOWN
from tests.wire import lab_issuer
from tests.wire.components import version
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front, printed_snippet
from tests.wire.gateway_process import GatewayProcess
from tests.wire.ingress import annotations, rendered
from tests.wire.nginx import Nginx
from tests.wire.processes import free_port
from tests.wire.test_bound_tokens import NOBODYS, OTHERS, OURS, Stand, ask, bound_to, der, written
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER, configuration

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module", params=[Front.NGINX_NEW, Front.NGINX_OLD], ids=str)
def front(request: pytest.FixtureRequest) -> Front:
    return Front(request.param)


@pytest.fixture(scope="module")
def standing(front: Front, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    folder = tmp_path_factory.mktemp("bound-ingress")
    files = written(folder)
    policy = {**BEARER, "client_certificate": "nginx"}
    whole = configuration(policy, None, lab_issuer.write_keys(folder / "keys"))
    with EchoBackend() as backend, GatewayProcess(whole, folder / "gateway") as gateway:
        asked, port = gateway.decision_port, free_port()
        printed = printed_snippet(
            "ingress-nginx", gateway.file, gateway=asked, backend=backend.port, listen=port
        )
        tls = f"ssl_certificate {files['crt']}; ssl_certificate_key {files['key']};"
        tls += f" ssl_client_certificate {files['ca']}; ssl_verify_client optional;"
        http = rendered(annotations(printed), port=port, backend=backend.port, tls=tls)
        with Nginx(front.component, http, folder / "proxy", port=port) as nginx:
            yield nginx, gateway, backend


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest, front: Front) -> None:
    record(request.node, front.value, version(front.component))


def test_with_the_certificate_it_passes_and_with_none_or_another_it_does_not(
    standing: Stand, tmp_path: Path
) -> None:
    proxy, gateway, _ = standing
    token = bound_to(OURS)
    assert ask(proxy.port, tmp_path, OURS, token) == 200
    for shows, reason in ((OTHERS, "certificate_mismatch"), (NOBODYS, "certificate_missing")):
        for said in ((), *(form(der(OURS)) for form in SHOWN.values())):
            more = [(name.decode(), value.decode()) for name, value in said]
            assert ask(proxy.port, tmp_path, shows, token, more) == 401
            assert gateway.records()[-1]["event.reason"] == reason
    assert ask(proxy.port, tmp_path, OURS, token) == 200
