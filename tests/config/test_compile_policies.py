from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.core.policy import (
    BearerCredential,
    CertificateFrom,
    CertificateShows,
    CookieCredential,
    Cors,
    HeaderCredential,
    HostPattern,
    Policy,
    QueryCredential,
    TokenBound,
)
from tests.config.files import Json, change, problems_of, remove, valid, world_of

ORDERS = ("policies", "orders")


def policy(tmp_path: Path, config: Json) -> Policy:
    return world_of(tmp_path, config).snapshot.policies["orders"]


def test_every_field_arrives(tmp_path: Path) -> None:
    orders = policy(tmp_path, valid())
    assert orders.id == "orders"
    assert orders.hosts == (
        HostPattern(name="api.example.com"),
        HostPattern(name="*.shop.example.com", port=8443),
    )
    assert orders.peers == (ip_network("10.42.0.0/16"), ip_network("2001:db8::1/128"))
    assert orders.credentials == (
        BearerCredential(),
        HeaderCredential(name="x-api-token"),
        CookieCredential(name="api_token"),
        QueryCredential(name="access_token"),
    )
    assert orders.realm == "orders api"
    assert orders.cors == Cors(
        origins=frozenset({"https://app.example.com"}),
        headers=("authorization",),
        expose=("x-request-id",),
        credentials=True,
        max_age_s=3600,
    )


def test_defaults(tmp_path: Path) -> None:
    config = valid()
    remove(*ORDERS, "realm")(config)
    change(*ORDERS, "cors", to={"origins": ["https://app.example.com"]})(config)
    orders = policy(tmp_path, config)
    assert orders.realm == "orders"
    assert orders.cors == Cors(origins=frozenset({"https://app.example.com"}))
    remove(*ORDERS, "cors")(config)
    assert policy(tmp_path, config).cors is None


def test_anyone_must_be_asked_for_by_name_and_is_said_again(tmp_path: Path) -> None:
    config = valid()
    assert not any("peers" in warning for warning in world_of(tmp_path, config).warnings)
    change(*ORDERS, "peers", to=["anyone"])(config)
    world = world_of(tmp_path, config)
    assert world.snapshot.policies["orders"].peers == (ip_network("0.0.0.0/0"), ip_network("::/0"))
    assert any("policies.orders.peers: anyone" in warning for warning in world.warnings)


def test_tokens_in_the_query_are_said_again(tmp_path: Path) -> None:
    warnings = world_of(tmp_path, valid()).warnings
    assert any("policies.orders.credentials[3]: tokens in the query" in w for w in warnings)


def test_the_header_authorization_can_stand_alone(tmp_path: Path) -> None:
    config = valid()
    change(*ORDERS, "credentials", to=[{"type": "header", "name": "Authorization"}])(config)
    assert policy(tmp_path, config).credentials == (HeaderCredential(name="authorization"),)


@pytest.mark.parametrize("form", [form for form in CertificateFrom if form is not CertificateFrom.TLS])
def test_a_policy_may_name_the_form_in_which_certificates_are_told(
    tmp_path: Path, form: CertificateFrom
) -> None:
    config = valid()
    assert policy(tmp_path, config).certificate_from is None
    change(*ORDERS, "client_certificate", to=form.value)(config)
    change(*ORDERS, "routes", 0, "require", "bound", to=True)(config)
    assert policy(tmp_path, config).certificate_from is form
    assert TokenBound() in policy(tmp_path, config).routes.routes[0].requirements


SPIFFE = "spiffe://cluster.local/ns/shop/sa/checkout"


def test_a_route_may_want_an_identity(tmp_path: Path) -> None:
    config = valid()
    change(*ORDERS, "client_certificate", to="nginx")(config)
    assert not policy(tmp_path, config).asks_identities
    wanted = {"certificate": {"identities": [SPIFFE, "checkout.shop.svc"]}}
    change(*ORDERS, "routes", 0, "require", to=wanted)(config)
    found = policy(tmp_path, config)
    assert found.asks_identities
    assert found.routes.routes[0].requirements == (
        CertificateShows(identities=frozenset({SPIFFE, "checkout.shop.svc"})),
    )


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ({}, ".identities"),
        ({"identities": []}, ".identities"),
        ({"identities": [SPIFFE, "CN=checkout"]}, ".identities[1]"),
        ({"identities": ["*.shop.svc"]}, ".identities[0]"),
        ({"subject": "checkout"}, ".subject"),
    ],
)
def test_an_identity_is_named_in_full(tmp_path: Path, wanted: Json, path: str) -> None:
    config = valid()
    change(*ORDERS, "client_certificate", to="nginx")(config)
    change(*ORDERS, "routes", 0, "require", "certificate", to=wanted)(config)
    found = [problem.path for problem in problems_of(tmp_path, config)]
    assert f"policies.orders.routes[0].require.certificate{path}" in found


REFUSED: list[tuple[Callable[[Json], None], str, str]] = [
    (change(*ORDERS, "hosts", 0, to="API.example.com"), "hosts[0]", "lower case"),
    (change(*ORDERS, "peers", 1, to="10.1.2.3/8"), "peers[1]", "host bits"),
    (change(*ORDERS, "peers", 0, to="0.0.0.0/0"), "peers[0]", "whole world"),
    (change(*ORDERS, "peers", to=["0.0.0.0/1", "128.0.0.0/1"]), "peers", "whole world"),
    (change(*ORDERS, "peers", to=["::/1", "10.0.0.0/8", "8000::/1"]), "peers", "whole world"),
    (change(*ORDERS, "realm", to='a"b'), "realm", "no realm"),
    (change(*ORDERS, "credentials", 1, "name", to="x-auth-subject"), "credentials[1].name", "backends"),
    (change(*ORDERS, "credentials", 1, "name", to="Authorization"), "credentials", "two ways"),
    (change(*ORDERS, "credentials", 2, "name", to="a;b"), "credentials[2].name", "cookie name"),
    (change(*ORDERS, "credentials", 3, "name", to="a%62"), "credentials[3].name", "one spelling"),
    (change(*ORDERS, "credentials", 4, to={"type": "bearer"}), "credentials[4]", "twice"),
    (change(*ORDERS, "client_certificate", to="apache"), "client_certificate", "not one of nginx, traefik"),
    (change(*ORDERS, "routes", 0, "require", "bound", to=True), "routes[0].require.bound", "nobody says"),
    (
        change(*ORDERS, "routes", 0, "require", "certificate", to={"identities": ["a.example"]}),
        "routes[0].require.certificate",
        "nobody says",
    ),
    (change(*ORDERS, "cors", "origins", to=["*"]), "cors.origins[0]", "no origin"),
    (change(*ORDERS, "cors", "headers", to=["*"]), "cors.headers[0]", "means nothing"),
    (change(*ORDERS, "cors", "expose", to=["a b"]), "cors.expose[0]", "not a header name"),
    (change(*ORDERS, "cors", "max_age", to="2d"), "cors.max_age", "longer than a day"),
]


@pytest.mark.parametrize(("mistake", "path", "what"), REFUSED)
def test_refused(tmp_path: Path, mistake: Callable[[Json], None], path: str, what: str) -> None:
    config = valid()
    mistake(config)
    (problem,) = problems_of(tmp_path, config)
    assert problem.path == f"policies.orders.{path}"
    assert what in problem.what
