"""Does the audit say of Traefik what Traefik does?"""

import base64
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from gateway.audit.check import check
from gateway.audit.estate.estate import Estate, Gathering
from gateway.audit.estate.gather import gather_text
from gateway.audit.exposure import Exposure, Reaches
from tests.wire.echo_backend import EchoBackend
from tests.wire.http_message import Message
from tests.wire.processes import free_port
from tests.wire.raw_client import send
from tests.wire.recording_server import RecordingServer, Reply
from tests.wire.traefik import Traefik

pytestmark = pytest.mark.wire

Json = dict[str, Any]
NO: Final = Reaches.NO
CREDENTIAL: Final = f"Basic {base64.b64encode(b'user:test').decode()}"
USERS: Final = "user:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M="
"""The password is `test`."""

FATES: Final[dict[str, tuple[list[str], Reaches]]] = {
    "nobody": ([], Reaches.YES),
    "unlisted": (["ask"], Reaches.YES),
    "listed": (["ask-listed"], NO),
    "listed-otherwise": (["ask-lower"], NO),
    "expression": (["ask-expression"], NO),
    "expression-within": (["ask-within"], NO),
    "expression-of-others": (["ask-others"], Reaches.YES),
    "cleaned-after": (["ask", "clean"], NO),
    "replaced": (["replace"], NO),
    "password": (["users"], Reaches.YES),
    "password-removed": (["users-removed"], NO),
    "in-a-chain": (["chain"], NO),
    "redirected": (["secure"], NO),
}
"""By host: the middlewares, and whether the client's Authorization reaches the backend."""
REFUSED: Final = {"refused": ["refuse"], "refused-by-a-chain": ["refusing"]}
UNSERVED: Final = {"missing": ["nowhere"], "of-two-kinds": ["two"]}

ROUTES: Final = {
    "guarded": ("Host(`routes.example`) && PathPrefix(`/v1`)", ["refuse"]),
    "within": ("Host(`routes.example`) && PathPrefix(`/v1/public`)", []),
    "found": ("Host(`routes.example`) && PathPrefix(`/`) && PathRegexp(`[.]css$`)", []),
    "wild": ("HostRegexp(`^[a-z]+\\.example$`) && PathPrefix(`/`)", []),
}
SERVED: Final = {"/v1": 200, "/v1x": 200, "/v1/public": 200, "/v1/a.css": 200, "/v2": 200}
"""`wild` is longer than `guarded`, and takes all of its requests."""


@pytest.mark.usefixtures("traefik_version")
def test_whose_token_reaches_the_backend_and_which_router_is_asked(
    backend: EchoBackend, tmp_path: Path
) -> None:
    with EchoBackend() as allows, RecordingServer(_refused) as refuses:
        dynamic = yaml.safe_dump(configuration(backend, allows, refuses))
        exposures = audited(dynamic)
        with Traefik(dynamic, tmp_path) as traefik:
            differ = {}
            for name, (_, expected) in FATES.items():
                (said,) = exposures[f"{name}.test"]
                before = len(backend.requests)
                send(traefik.port, "/", [("Authorization", CREDENTIAL)], host=f"{name}.test")
                arrived = backend.requests[before:]
                got = Reaches.YES if any(CREDENTIAL in one.values("Authorization") for one in arrived) else NO
                if (said.token.reaches, got) != (expected, expected):
                    differ[name] = (said.token, got)
            assert differ == {}
            for name in REFUSED:
                assert send(traefik.port, "/", host=f"{name}.test").status == 401, name
                assert all(one.is_protected for one in exposures[f"{name}.test"]), name
            for name in UNSERVED:
                assert send(traefik.port, "/", host=f"{name}.test").status == 404, name
            answered = {path: send(traefik.port, path, host="routes.example").status for path in SERVED}
            assert answered == SERVED


def test_the_audit_objects_where_traefik_serves_nothing_or_the_wrong_router() -> None:
    with EchoBackend() as one:
        found = [
            (finding.rule.id, finding.place.owner)
            for finding in check(estate(yaml.safe_dump(configuration(one, one, one)))).findings
        ]
    assert {owner for rule, owner in found if rule == "TRF-020"} == {"router missing", "router of-two-kinds"}
    assert {owner for rule, owner in found if rule == "TRF-019"} == {"router wild", "router found"}


@pytest.mark.usefixtures("traefik_version")
def test_an_empty_list_of_headers_for_the_error_page_is_none(tmp_path: Path) -> None:
    lists: dict[str, list[str] | None] = {"none": None, "empty": [], "named": ["Accept"]}
    with EchoBackend() as pages:
        dynamic = yaml.safe_dump(with_pages(pages.port, lists))
        said = check(estate(dynamic)).findings
        with Traefik(dynamic, tmp_path) as traefik:
            for name in lists:
                send(traefik.port, "/", [("Authorization", CREDENTIAL)], host=f"{name}.test")
                arrived = CREDENTIAL in pages.requests[-1].values("Authorization")
                objected = any(
                    (one.rule.id, one.place.owner) == ("TRF-015", f"middleware {name}") for one in said
                )
                assert (arrived, objected) == (name != "named", name != "named"), name


def with_pages(port: int, lists: dict[str, list[str] | None]) -> Json:
    """Every service fails: nobody listens there."""
    page = {"status": ["500-599"], "service": "pages", "query": "/"}
    router = {"service": "nowhere"}
    return {
        "http": {
            "routers": {
                one: {**router, "rule": f"Host(`{one}.test`)", "middlewares": [one]} for one in lists
            },
            "middlewares": {
                one: {"errors": {**page, "errorRequestHeaders": named}} for one, named in lists.items()
            },
            "services": {
                name: {"loadBalancer": {"servers": [{"url": f"http://127.0.0.1:{where}"}]}}
                for name, where in (("pages", port), ("nowhere", free_port()))
            },
        }
    }


def audited(dynamic: str) -> dict[str, list[Exposure]]:
    found: dict[str, list[Exposure]] = {}
    for one in check(estate(dynamic)).exposures:
        found.setdefault(one.host, []).append(one)
    return found


def estate(dynamic: str) -> Estate:
    gathering = Gathering()
    gather_text(dynamic.encode(), "dynamic.yml", gathering)
    assert not gathering.unread
    return gathering.finished()


def configuration(backend: RecordingServer, allows: RecordingServer, refuses: RecordingServer) -> Json:
    def ask(server: RecordingServer, **more: object) -> Json:
        return {"forwardAuth": {"address": f"http://127.0.0.1:{server.port}/", **more}}

    def headers(value: str) -> Json:
        return {"headers": {"customRequestHeaders": {"Authorization": value}}}

    hosts = {name: steps for name, (steps, _) in FATES.items()} | REFUSED | UNSERVED
    routers = {name: (f"Host(`{name}.test`)", steps) for name, steps in hosts.items()} | ROUTES
    return {
        "http": {
            "routers": {
                name: {"rule": rule, "service": "backend", "middlewares": steps}
                for name, (rule, steps) in routers.items()
            },
            "services": {
                "backend": {"loadBalancer": {"servers": [{"url": f"http://127.0.0.1:{backend.port}"}]}}
            },
            "middlewares": {
                "ask": ask(allows),
                "ask-listed": ask(allows, authResponseHeaders=["Authorization"]),
                "ask-lower": ask(allows, authResponseHeaders=["authorization"]),
                "ask-expression": ask(allows, authResponseHeadersRegex="^Authorization$"),
                "ask-within": ask(allows, authResponseHeadersRegex="uthor"),
                "ask-others": ask(allows, authResponseHeadersRegex="^X-"),
                "refuse": ask(refuses),
                "refusing": {"chain": {"middlewares": ["refuse"]}},
                "clean": headers(""),
                "replace": headers("Bearer of-the-proxy"),
                "users": {"basicAuth": {"users": [USERS]}},
                "users-removed": {"basicAuth": {"users": [USERS], "removeHeader": True}},
                "chain": {"chain": {"middlewares": ["inner"]}},
                "inner": {"chain": {"middlewares": ["ask-listed"]}},
                "secure": {"redirectScheme": {"scheme": "https"}},
                "two": {**ask(allows), "compress": {}},
            },
        }
    }


def _refused(_: Message) -> Reply:
    return Reply(status=401)
