"""Is what the audit says of annotations of ingress-nginx under Traefik what Traefik makes of them?"""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import pytest
import yaml

from gateway.audit.check import check
from gateway.audit.exposure import Exposure, Reaches, Tls
from tests.audit.nginx_texts import PREFIX, TRAEFIK, documents
from tests.audit.showing import estate_of
from tests.wire.echo_backend import EchoBackend
from tests.wire.http_message import Message
from tests.wire.kubernetes_api import KubernetesApi, Object
from tests.wire.processes import free_port
from tests.wire.raw_client import send
from tests.wire.recording_server import RecordingServer, Reply
from tests.wire.traefik import Traefik

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("traefik_version")]

CLIENTS: Final = "Basic " + base64.b64encode(b"alice:wonderland").decode()
"""What the client sends: a password for Basic, and for the others a token like any."""
HEADERS: Final = {"auth-response-headers": "Authorization"}
CASES: Final[dict[str, dict[str, str]]] = {
    "open": {},
    "asks": {"auth-url": "ASKED"},
    "asks-and-replaces": {"auth-url": "ASKED", **HEADERS},
    "asks-an-empty-url": {"auth-url": "", **HEADERS},
    "asks-no-url": {"auth-url": "nonsense", **HEADERS},
    "basic": {"auth-type": "basic", "auth-secret": "users"},
    "basic-without-secret": {"auth-type": "basic", "auth-secret": "nowhere"},
    "redirects": {"temporal-redirect": "https://example.com/"},
    "secure": {"force-ssl-redirect": "true"},
    "any-of": {"auth-url": "ASKED", "satisfy": "any", "whitelist-source-range": "127.0.0.0/8"},
    "denied": {"denylist-source-range": "127.0.0.0/8"},
    "kept": {"auth-url": "ASKED", "auth-cache-key": "$host", "auth-cache-duration": "200 1h"},
    "copied": {"auth-url": "ASKED", "mirror-target": "BACKEND/copy"},
}


def authorize(request: Message) -> Reply:
    if request.values("authorization") != [CLIENTS]:
        return Reply(status=401)
    return Reply(headers=(("Authorization", "Bearer ours"),))


def ingress(name: str, annotations: dict[str, str], places: dict[str, str]) -> dict[str, Any]:
    for word, place in places.items():
        annotations = {key: value.replace(word, place) for key, value in annotations.items()}
    backend = {"service": {"name": "backend", "port": {"number": 80}}}
    paths = [{"path": "/v1", "pathType": "ImplementationSpecific", "backend": backend}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {
            "name": name,
            "namespace": "shop",
            "annotations": {PREFIX + key: value for key, value in annotations.items()},
        },
        "spec": {
            "ingressClassName": "nginx",
            "rules": [{"host": f"{name}.example", "http": {"paths": paths}}],
        },
    }


def beside(backend: int) -> list[Object]:
    inside = {"name": "backend", "namespace": "shop"}
    users = base64.b64encode(b"alice:{SHA}" + base64.b64encode(SHA1)).decode()
    return [
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IngressClass",
            "metadata": {"name": "nginx"},
            "spec": {"controller": "k8s.io/ingress-nginx"},
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": inside,
            "spec": {"clusterIP": "10.96.0.9", "ports": [{"port": 80, "targetPort": backend}]},
        },
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "addressType": "IPv4",
            "metadata": {**inside, "labels": {"kubernetes.io/service-name": "backend"}},
            "endpoints": [{"addresses": ["127.0.0.1"], "conditions": {"ready": True, "serving": True}}],
            "ports": [{"name": "", "port": backend, "protocol": "TCP"}],
        },
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "Opaque",
            "metadata": {"name": "users", "namespace": "shop"},
            "data": {"auth": users},
        },
    ]


SHA1: Final = hashlib.sha1(b"wonderland", usedforsecurity=False).digest()
SHUT: Final = {"asks-no-url", "basic-without-secret", "redirects", "secure"}
"""Nobody comes in there, whatever the client shows."""


class Scene(NamedTuple):
    port: int
    backend: EchoBackend
    asked: RecordingServer
    audited: dict[str, Exposure]


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with EchoBackend() as backend, RecordingServer(authorize) as asked:
        places = {
            "ASKED": f"http://127.0.0.1:{asked.port}/verify",
            "BACKEND": f"http://127.0.0.1:{backend.port}",
        }
        given = [ingress(name, annotations, places) for name, annotations in CASES.items()]
        checked = check(estate_of(documents(TRAEFIK, *map(yaml.safe_dump, given))))
        found = {one.host: one for one in checked.exposures}
        with KubernetesApi([*given, *beside(backend.port)]) as api:
            provider = {"endpoint": api.url, "token": "none"}
            with Traefik(
                "{}",
                tmp_path_factory.mktemp("traefik"),
                providers={"kubernetesIngressNGINX": provider},
                port=(port := free_port()),
            ) as traefik:
                traefik.wait_for_router("shop-copied-rule-0-path-0@kubernetesingressnginx")
                yield Scene(port, backend, asked, found)


def reached(scene: Scene, name: str, *headers: tuple[str, str], target: str = "/v1/x") -> list[Message]:
    scene.backend.requests.clear()
    send(scene.port, target, headers, host=f"{name}.example")
    return list(scene.backend.requests)


@pytest.mark.parametrize("name", CASES)
def test_traefik_does_what_the_audit_says(name: str, scene: Scene) -> None:
    said = scene.audited[f"{name}.example"]
    with_token = reached(scene, name, ("Authorization", CLIENTS))
    let_in = bool(reached(scene, name))
    redirected = said.tls is Tls.ONLY
    assert bool(with_token) is (name not in SHUT)
    assert let_in is (bool(said.backends) and not said.is_protected and not redirected)
    assert said.token.reaches is not Reaches.CANNOT_TELL or name.startswith("basic")
    if with_token and said.token.reaches is not Reaches.CANNOT_TELL:
        assert (CLIENTS in with_token[0].values("authorization")) is (said.token.reaches is Reaches.YES)
    assert len(with_token) <= 1, "no copy is sent"
    assert said.mirrors == ()


def test_every_request_is_asked_about(scene: Scene) -> None:
    assert scene.audited["kept.example"].auth is not None
    scene.asked.requests.clear()
    for _ in range(3):
        reached(scene, "kept", ("Authorization", CLIENTS))
    assert len(scene.asked.requests) == 3
    auth = scene.audited["kept.example"].auth
    assert auth is not None
    assert auth.cache is None


def test_a_path_is_compared_element_by_element(scene: Scene) -> None:
    assert str(scene.audited["open.example"].path) == "/v1/**"
    assert [bool(reached(scene, "open", target=one)) for one in ("/v1", "/v1/x", "/v1x")] == [
        True,
        True,
        False,
    ]
