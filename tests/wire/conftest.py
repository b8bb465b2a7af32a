"""Which parts of the world does a wire test get ready-made?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire import identity_provider as provider
from tests.wire.api_server import ApiServer
from tests.wire.components import Component, version
from tests.wire.echo_backend import EchoBackend
from tests.wire.fronts import Front
from tests.wire.gateway_process import GatewayProcess
from tests.wire.identity_provider import Fault, IdentityProvider
from tests.wire.stand import Stand, opened_gateway, opened_stand
from tests.wire.what_ran import record
from tests.wire.worlds import BEARER


@pytest.fixture
def backend() -> Iterator[EchoBackend]:
    """The application behind the proxy."""
    with EchoBackend() as server:
        yield server


@pytest.fixture(params=[Component.NGINX_OLD, Component.NGINX_NEW], ids=lambda one: one.value)
def any_nginx(request: pytest.FixtureRequest) -> Component:
    """Each nginx: the one of the distribution (1.22 on Debian 12), and the newest."""
    component: Component = request.param
    record(request.node, component.value, version(component))
    return component


@pytest.fixture
def traefik_version(request: pytest.FixtureRequest) -> str:
    """A test that runs Traefik asks for this: it is counted, and fails where there is none."""
    record(request.node, "traefik", version(Component.TRAEFIK))
    return version(Component.TRAEFIK)


@pytest.fixture(scope="module")
def _running_identity_provider(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[IdentityProvider]:
    with IdentityProvider(tmp_path_factory.mktemp("identity-provider")) as running:
        yield running


@pytest.fixture
def identity_provider(
    request: pytest.FixtureRequest, _running_identity_provider: IdentityProvider
) -> Iterator[IdentityProvider]:
    """A real OpenID Provider, shared by the tests of a file; each gets it in working order."""
    record(request.node, "oidc-provider", provider.version())
    record(request.node, "node", version(Component.NODE))
    yield _running_identity_provider
    _running_identity_provider.break_with(Fault.NONE)


@pytest.fixture(scope="module")
def _running_api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    with ApiServer(tmp_path_factory.mktemp("api-server")) as running:
        yield running


@pytest.fixture
def api(request: pytest.FixtureRequest, _running_api_server: ApiServer) -> ApiServer:
    """A real API server of Kubernetes, shared by the tests of a file: each has a namespace of its own."""
    record(request.node, "kube-apiserver", version(Component.KUBE_APISERVER))
    return _running_api_server


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Where the programs of one test write. Short: a path of a Unix socket may be below it."""
    return tmp_path


@pytest.fixture(scope="module", params=list(Front), ids=str)
def front(request: pytest.FixtureRequest) -> Front:
    """Each proxy in turn. A file that concerns fewer of them has a fixture of this name of its own."""
    return Front(request.param)


@pytest.fixture(scope="module")
def gateway(
    request: pytest.FixtureRequest,
    _running_identity_provider: IdentityProvider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[GatewayProcess]:
    """One for a file, under the file's `POLICY`: each proxy asks it in its turn."""
    policy = getattr(request.module, "POLICY", BEARER)
    with opened_gateway(policy, _running_identity_provider, tmp_path_factory.mktemp("gateway")) as running:
        yield running


@pytest.fixture(scope="module")
def _running_stand(
    front: Front,
    gateway: GatewayProcess,
    _running_identity_provider: IdentityProvider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stand]:
    directory = tmp_path_factory.mktemp("stand")
    with opened_stand(front, gateway, _running_identity_provider, directory) as running:
        yield running


@pytest.fixture
def stand(
    request: pytest.FixtureRequest, _running_stand: Stand, identity_provider: IdentityProvider
) -> Stand:
    """A proxy and a backend, started once for a file; the gateway has the file's `POLICY`.

    When the proxy's last test of the file is done, nothing that was sent may have been written anywhere.
    """
    front = _running_stand.front
    record(request.node, front.value, version(front.component))
    _running_stand.backend.requests.clear()
    return _running_stand
