"""Does the verdict hold where a controller configures Envoy, without what our own snippet adds?

No raw headers, no filter that cleans, paths made normal, the caller's secret in the context: as the
manifests for Envoy Gateway and Contour ask for it. kgateway's filter is off until a route has it, and again
where another filter has said so in its metadata. The controllers themselves need a cluster.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.dialects.untrusted import UNTRUSTED
from tests.wire.backend_view import IDENTITY, assert_nothing_of
from tests.wire.components import Component, version
from tests.wire.envoy_scene import Scene, assert_replaced, scene
from tests.wire.raw_client import bearer
from tests.wire.what_ran import record
from tests.wire.worlds import EVERYWHERE, IN_QUERY, SECRET

pytestmark = pytest.mark.wire


@pytest.fixture(autouse=True)
def _recorded(request: pytest.FixtureRequest) -> None:
    record(request.node, Component.ENVOY.value, version(Component.ENVOY))


def as_a_controller_would(snippet: str) -> str:
    """Take away what no manifest can say."""
    bootstrap = yaml.safe_load(snippet)
    (listener,) = bootstrap["static_resources"]["listeners"]
    manager: dict[str, Any] = listener["filter_chains"][0]["filters"][0]["typed_config"]
    manager["normalize_path"] = True
    manager["http_filters"] = [one for one in manager["http_filters"] if one["name"] != "token-gateway-clean"]
    (ask,) = [one["typed_config"] for one in manager["http_filters"] if one["name"].endswith("ext_authz")]
    del ask["encode_raw_headers"], ask["validate_mutations"]
    said = ask["grpc_service"].pop("initial_metadata", None)
    (host,) = manager["route_config"]["virtual_hosts"]
    route = host["typed_per_filter_config"]["envoy.filters.http.ext_authz"]
    if said is not None:
        route["check_settings"]["context_extensions"]["caller"] = os.environ["CALLER_SECRET"]
    return yaml.safe_dump(bootstrap)


def as_kgateway_would(snippet: str) -> str:
    """What is more: pkg/kgateway/extensions2/plugins/trafficpolicy of kgateway 2."""
    bootstrap = yaml.safe_load(as_a_controller_would(snippet))
    (listener,) = bootstrap["static_resources"]["listeners"]
    manager: dict[str, Any] = listener["filter_chains"][0]["filters"][0]["typed_config"]
    (asks,) = [one for one in manager["http_filters"] if one["name"].endswith("ext_authz")]
    asks["disabled"] = True
    asks["typed_config"]["filter_enabled_metadata"] = {
        "filter": "dev.kgateway.disable_ext_auth",
        "path": [{"key": "disable"}],
        "value": {"bool_match": True},
        "invert": True,
    }
    return yaml.safe_dump(bootstrap)


Edited = Callable[[str], str]
WOULD: dict[str, Edited] = {"controllers": as_a_controller_would, "kgateway": as_kgateway_would}


@pytest.fixture(scope="module", params=WOULD)
def edited(request: pytest.FixtureRequest) -> Edited:
    return WOULD[str(request.param)]


@pytest.fixture(scope="module")
def _running(edited: Edited, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with scene(EVERYWHERE, tmp_path_factory.mktemp("controller"), edited=edited) as running:
        yield running


@pytest.fixture
def behind(_running: Scene) -> Scene:
    """Under a policy with tokens in every place, started once for the file."""
    _running.backend.requests.clear()
    return _running


def test_a_token_is_replaced_wherever_it_stands(behind: Scene) -> None:
    for name, value in [
        ("Authorization", "Bearer {}"),
        ("X-Api-Token", "{}"),
        ("Cookie", "a=1; api_token={}"),
    ]:
        token = behind.token()
        for _ in range(2):  # the second is remembered
            assert behind.send("/v1/orders?b=2&a=%2f", (name, value.format(token))).status == 200
            seen = behind.seen()
            assert seen.start_line == "GET /v1/orders?b=2&a=%2f HTTP/1.1"
            assert_replaced(behind, token, seen)
            assert "".join(seen.values("cookie")) == ("a=1" if name == "Cookie" else "")


def test_nothing_that_a_backend_might_believe_gets_through(behind: Scene) -> None:
    token = behind.token()
    forged = [(name, "/admin") for name in UNTRUSTED if "method" not in name.lower()]
    assert behind.send("/v1/orders", bearer(token), *forged).status == 200
    seen = behind.seen()
    assert_replaced(behind, token, seen)
    assert [name for name, _ in forged if seen.values(name)] == []


@pytest.mark.parametrize("name", [*IDENTITY, "X_Auth_Subject", "X.Auth.Subject", "X-HTTP-Method-Override"])
def test_who_claims_to_be_somebody_is_refused(behind: Scene, name: str) -> None:
    assert behind.send("/v1/orders", (name, "root"), bearer(behind.token())).status == 400
    assert behind.backend.requests == []


def test_a_token_in_a_second_cookie_header_does_not_hide(behind: Scene) -> None:
    """Envoy joins them with a comma for the gateway, and passes on what they were."""
    token = behind.token()
    for first in ("a=1", f"api_token={behind.token()}"):
        answer = behind.send("/v1/orders", ("Cookie", first), ("Cookie", f"api_token={token}"))
        assert answer.status == 400
        assert behind.reason in {"credential_ambiguous", "credential_malformed"}
    assert behind.backend.requests == []


def test_two_tokens_are_refused(behind: Scene) -> None:
    token = behind.token()
    for name, value in (bearer(token), ("X-Api-Token", token)):
        assert behind.send("/v1/orders", (name, value), (name, value)).status in {400, 401}
    assert behind.backend.requests == []


def test_what_is_judged_is_what_the_backend_gets(behind: Scene) -> None:
    """Made normal before the gateway is asked: no other path comes out than was asked about."""
    token = behind.token()
    for target in (
        "/v1/orders/../../admin",
        "/v1/orders/%2e%2e/%2e%2e/admin",
        "//admin",
        "/v1/orders/..%2fadmin",
    ):
        assert behind.send(target, bearer(token)).status in {400, 403}, target
    assert behind.backend.requests == []
    assert behind.send("/x/../v1/orders", bearer(token)).status == 200
    assert behind.seen().start_line == "GET /v1/orders HTTP/1.1"


def test_a_public_route_knows_nobody(behind: Scene) -> None:
    token = behind.token()
    for header in (bearer(token), ("X-Api-Token", token), ("Cookie", f"api_token={token}")):
        assert behind.send("/healthz", header).status == 200
        seen = behind.seen()
        assert_nothing_of(token, seen)
        assert [seen.values(name) for name in IDENTITY] == [[""]] * 4


def test_the_token_in_the_query_goes(edited: Edited, tmp_path: Path) -> None:
    with scene(IN_QUERY, tmp_path, edited=edited) as behind:
        token = behind.token()
        assert behind.send(f"/v1/orders?b=%2f&access_token={token}&a=+x").status == 200
        seen = behind.seen()
        assert seen.start_line == "GET /v1/orders?b=%2f&a=+x HTTP/1.1"
        assert_replaced(behind, token, seen)


def test_the_context_says_the_secret_and_no_client_can(edited: Edited, tmp_path: Path) -> None:
    with scene(SECRET, tmp_path / "said", edited=edited) as behind:
        token = behind.token()
        assert behind.send("/v1/orders", bearer(token)).status == 200
        assert_replaced(behind, token, behind.seen())

    def silent(snippet: str) -> str:
        return edited(snippet).replace("caller:", "other:")

    with scene(SECRET, tmp_path / "unsaid", edited=silent) as behind:
        secret = os.environ["CALLER_SECRET"]
        answer = behind.send("/v1/orders", bearer(behind.token()), ("X-Token-Gateway-Caller", secret))
        assert (answer.status, behind.reason) == (403, "caller_unproven")
        assert behind.backend.requests == []


def test_without_the_gateway_nothing_gets_through(edited: Edited, tmp_path: Path) -> None:
    with scene(EVERYWHERE, tmp_path, edited=edited) as behind:
        behind.gateway.program.kill()
        for target in ("/v1/orders", "/healthz"):
            assert behind.send(target, bearer(behind.token())).status == 503
        assert behind.backend.requests == []
