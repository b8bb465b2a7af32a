"""Is what the audit says of an envoy.yaml what Envoy does? The same text goes to both.

Each case is a listener of its own, in one Envoy. For each path: does somebody without a credential reach the
backend, and does the credential of somebody who has one?
"""

from collections.abc import Iterator
from typing import Final, NamedTuple
from uuid import uuid4

import pytest

from gateway.audit.coverage import Covered, State, coverage_of
from gateway.audit.exposure import PathKind, PathMatch, Reaches
from tests.audit.showing import exposures
from tests.wire.components import Component, version
from tests.wire.echo_backend import EchoBackend
from tests.wire.envoy import Envoy
from tests.wire.envoy_cases import CASES, Case
from tests.wire.envoy_words import OTHERS, typed
from tests.wire.http_message import Message
from tests.wire.processes import free_port, wait_until
from tests.wire.raw_client import send
from tests.wire.recording_server import RecordingServer, Reply
from tests.wire.what_ran import record

pytestmark = pytest.mark.wire

PATHS: Final = ("/", "/api", "/api/x", "/apix", "/health")
NUMBER: Final = "X-Number"
BY_A_TREE: Final = "a matcher leads to it"


def authorize(request: Message) -> Reply:
    """Whoever has any token is let in; asked in our own dialect, or for another, one comes in its place."""
    if not request.values("authorization"):
        return Reply(status=401)
    if request.start_line.split()[1].startswith(OTHERS):
        return Reply()
    return Reply(headers=(("Authorization", "Bearer ours"),))


def listener(name: str, case: Case, port: int) -> str:
    router = typed("router.v3.Router")
    filters = ", ".join(one for one in (case.filters, router) if one)
    package = "envoy.extensions.filters.network.http_connection_manager"
    kind = f"type.googleapis.com/{package}.v3.HttpConnectionManager"
    host = f"{case.host}, " if case.host else ""
    hosts = f"virtual_hosts: [{{name: all, domains: ['*'], {host}routes: [{case.routes}]}}]"
    manager = (
        f'"@type": {kind}, stat_prefix: x, {case.manager.replace("ROUTER", router)}'
        f"http_filters: [{filters}], route_config: {{name: r, {case.of_all}{hosts}}}"
    )
    address = f"address: {{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}"
    chain = f"filter_chains: [{{filters: [{{name: hcm, typed_config: {{{manager}}}}}]}}]"
    return f'    - {{name: "{name}", {address}, {chain}}}\n'


def configuration(ports: dict[str, int], clusters: dict[str, int]) -> str:
    listeners = "".join(listener(name, case, ports[name]) for name, case in CASES.items())
    servers = "".join(
        f"    - {{name: {name}, connect_timeout: 2s, load_assignment: {{cluster_name: {name}, endpoints: "
        "[{lb_endpoints: [{endpoint: {address: {socket_address: "
        f"{{address: 127.0.0.1, port_value: {port}}}}}}}}}]}}]}}}}\n"
        for name, port in clusters.items()
    )
    return f"static_resources:\n  listeners:\n{listeners}  clusters:\n{servers}"


class Scene(NamedTuple):
    ports: dict[str, int]
    backend: EchoBackend
    mirror: EchoBackend
    audited: dict[str, list[Covered]]

    def is_mirrored(self, number: str, *, wait: bool) -> bool:
        """Copies are sent beside the request, and may come after its answer, and after the next one's."""

        def copied() -> bool:
            return any(one.values(NUMBER) == [number] for one in self.mirror.requests)

        if wait:
            wait_until(copied, lambda: "no copy came")
        return copied()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with EchoBackend() as backend, EchoBackend() as mirror, RecordingServer(authorize) as auth:
        ports = {name: free_port() for name in CASES}
        clusters = {"app": backend.port, "mirror": mirror.port, "auth": auth.port, "dead": free_port()}
        text = configuration(ports, clusters)
        found: dict[str, list[Covered]] = {name: [] for name in CASES}
        for these in coverage_of(exposures(text, file="envoy.yaml")).hosts.values():
            for one in these:
                found[one.exposure.class_name].append(one)
        with Envoy(text, tmp_path_factory.mktemp("envoy"), port=list(ports.values())[-1]) as envoy:
            for port in ports.values():
                envoy.program.wait_for_port(port)
            yield Scene(ports, backend, mirror, found)


@pytest.mark.parametrize("name", CASES)
def test_envoy_does_what_the_audit_says(name: str, scene: Scene, request: pytest.FixtureRequest) -> None:
    record(request.node, "envoy", version(Component.ENVOY))
    wrong = [f"{path}: {one}" for path in PATHS for one in differences(name, path, scene)]
    assert wrong == []


# --- private ---


def differences(name: str, path: str, scene: Scene) -> Iterator[str]:
    """Where the audit says otherwise than a real request shows."""
    case = CASES[name]
    said = meant(scene.audited[name], path, case)
    reached, _ = received(scene, scene.ports[name], path, case.sent)
    is_open = said is not None and bool(said.exposure.backends) and said.state is State.OPEN
    is_untold = said is not None and said.state is State.CANNOT_TELL
    if is_untold is not ("state" in case.untold):
        yield f"cannot be told: {said}"
    elif not is_untold and is_open is not bool(reached):
        yield f"somebody without a credential {'reaches' if reached else 'does not reach'} it: {said}"
    shown = (*case.sent, ("Authorization", case.credential))
    reached, number = received(scene, scene.ports[name], path, shown)
    if reached and said is not None:
        credential = case.credential.split()[1]
        survives = Reaches.YES if any(credential in str(one.headers) for one in reached) else Reaches.NO
        expected = Reaches.CANNOT_TELL if "token" in case.untold else survives
        if said.exposure.token.reaches is not expected:
            yield f"the token: {survives}, and not {said.exposure.token}"
        if bool(said.exposure.mirrors) is not scene.is_mirrored(number, wait=bool(said.exposure.mirrors)):
            yield "the mirror"


def received(
    scene: Scene, port: int, path: str, headers: tuple[tuple[str, str], ...]
) -> tuple[list[Message], str]:
    """And the number of this request, which its copies have as well."""
    scene.backend.requests.clear()
    number = f"{uuid4()}"
    send(port, path, (*headers, (NUMBER, number)), host="api.example")
    return list(scene.backend.requests), number


def meant(said: list[Covered], path: str, case: Case) -> Covered | None:
    """The first route that takes it; of its parts the smallest."""
    sent = {name.lower() for name, _ in case.sent}
    fitting = [
        one
        for one in said
        if one.state is not State.SHADOWED
        and takes(one.exposure.path, path)
        and (one.exposure.methods is None or "GET" in one.exposure.methods)
        and all(
            condition == BY_A_TREE or condition.removeprefix("header ").lower() in sent
            for condition in one.exposure.conditions
        )
    ]
    return min(
        fitting,
        key=lambda one: (
            one.exposure.rank,
            -len(one.exposure.conditions),
            one.exposure.path.kind is not PathKind.EXACT,
            -len(one.exposure.path.value),
        ),
        default=None,
    )


def takes(match: PathMatch, path: str) -> bool:
    whole = match.value.rstrip("/")
    match match.kind:
        case PathKind.EXACT | PathKind.REGEX:  # ours are plain
            return path == match.value
        case PathKind.BEGINS_WITH:
            return path.startswith(match.value)
        case PathKind.PREFIX:
            return path == whole or path.startswith(f"{whole}/")
        case PathKind.UNKNOWN:
            return True
