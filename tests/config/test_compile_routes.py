from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.config.token_names import RESERVED_CLAIMS
from gateway.core.policy import (
    Access,
    AudienceIncludes,
    ClaimContains,
    ClaimEquals,
    ClaimMatches,
    ClientIs,
    Downstream,
    Route,
    ScopesInclude,
    SubjectForm,
)
from tests.config.files import Json, at_the_edge, change, problems_of, remove, valid, world_of


def routes(tmp_path: Path, config: Json) -> dict[str, Route]:
    policy = world_of(tmp_path, config).snapshot.policies["orders"]
    return {route.id: route for route in policy.routes.routes}


def test_every_field_arrives(tmp_path: Path) -> None:
    assert routes(tmp_path, valid())["orders-read"] == Route(
        id="orders-read",
        access=Access.TOKEN,
        methods=frozenset({"GET", "HEAD"}),
        paths=("/v1/orders", "/v1/orders/{order}"),
        issuers=frozenset({"corp"}),
        requirements=(
            ScopesInclude(scopes=frozenset({"orders:read"})),
            ClientIs(clients=frozenset({"web shop"})),
            AudienceIncludes(audiences=frozenset({"https://api.example.com"})),
            ClaimEquals(path=("tenant",), value="acme"),
            ClaimContains(path=("realm_access", "roles"), value=5),
            ClaimMatches(path=("a.b", "c"), pattern="svc-*"),
        ),
        downstream=Downstream(
            audience="orders",
            scopes=("orders:read",),
            ttl_s=30,
            reuse_s=20,
            subject=SubjectForm.BARE,
            copy_claims=("email",),
            token_type="at+jwt",
        ),
        admit_in_path=frozenset({"escaped_slash"}),
        websocket=True,
    )


def test_a_public_route_has_no_issuers_and_no_token(tmp_path: Path) -> None:
    assert routes(tmp_path, valid())["health"] == Route(
        id="health",
        access=Access.PUBLIC,
        methods=frozenset({"GET"}),
        paths=("/healthz",),
        issuers=frozenset(),
    )


def test_a_public_route_is_said_again(tmp_path: Path) -> None:
    warnings = world_of(tmp_path, valid()).warnings
    assert any("policies.orders.routes[1]: public" in warning for warning in warnings)


def test_defaults(tmp_path: Path) -> None:
    config = valid()
    change(*READ, "downstream", to={"audience": "orders"})(config)
    change(*READ, "require", "scopes", to=["b", "a", "b"])(config)
    downstream = routes(tmp_path, config)["orders-read"].downstream
    assert downstream == Downstream(audience="orders", scopes=("b", "a"), ttl_s=60)


def test_a_route_may_require_nothing_but_a_valid_token(tmp_path: Path) -> None:
    config = valid()
    change(*READ, "downstream", to={"audience": "orders"})(config)
    change(*READ, "require", to={"any_valid_token": True})(config)
    route = routes(tmp_path, config)["orders-read"]
    assert route.requirements == ()
    assert route.downstream is not None
    assert route.downstream.scopes == ()


def test_a_claim_may_have_to_be_false(tmp_path: Path) -> None:
    config = valid()
    change(*READ, "require", "claims", to=[{"path": "locked", "equals": False}])(config)
    requirements = routes(tmp_path, config)["orders-read"].requirements
    assert requirements[-1] == ClaimEquals(path=("locked",), value=False)


def test_every_conflict_is_told(tmp_path: Path) -> None:
    config = valid()
    twin = {"access": "public", "methods": ["GET"]}
    at_routes = config["policies"]["orders"]["routes"]
    at_routes += [
        {"id": "one", **twin, "paths": ["/Healthz"]},
        {"id": "two", **twin, "paths": ["/v1/orders/{other}"]},
        {"id": "three", **twin, "paths": ["/else"]},
    ]
    problems = problems_of(tmp_path, config)
    assert [problem.path for problem in problems] == [
        "policies.orders.routes[2].paths",
        "policies.orders.routes[3].paths",
    ]
    assert "health and one" in problems[0].what
    assert "orders-read and two" in problems[1].what


READ = ("policies", "orders", "routes", 0)
PUBLIC = ("policies", "orders", "routes", 1)
REFUSED: list[tuple[Callable[[Json], None], str, str]] = [
    (change(*READ, "issuers", to=["nobody"]), "issuers[0]", "no issuer nobody"),
    (remove(*READ, "issuers"), "issuers", "missing"),
    (remove(*READ, "downstream"), "downstream", "missing"),
    (change(*READ, "issuers", to=["corp", "keys-at"]), "downstream.subject", "two issuers"),
    (change(*READ, "methods", to=["*"]), "methods[0]", "no method"),
    (change(*READ, "methods", to=["GET", "TRACE"]), "methods[1]", "cannot be allowed"),
    (change(*READ, "methods", to=["get"]), "methods[0]", "not upper case"),
    (change(*READ, "paths", to=["orders"]), "paths[0]", "begins with /"),
    (change(*READ, "paths", to=["/a", "/**/b"]), "paths[1]", "only at the end"),
    (change(*READ, "paths", to=["/a/../b"]), "paths[0]", "not a path template"),
    (change(*READ, "require", to={}), "require", "empty"),
    (change(*READ, "require", "scopes", to=["a b"]), "require.scopes[0]", "space"),
    (change(*READ, "require", "scopes", to=["*"]), "require.scopes[0]", "no scope"),
    (change(*READ, "require", "clients", to=["*"]), "require.clients[0]", "no client"),
    (change(*READ, "require", "audiences", to=["*"]), "require.audiences[0]", "no audience"),
    (change(*READ, "require", "claims", 0, to={"path": "a"}), "require.claims[0]", "exactly one"),
    (
        change(*READ, "require", "claims", 0, to={"path": "a", "equals": "a", "matches": "b"}),
        "require.claims[0]",
        "exactly one",
    ),
    (change(*READ, "require", "claims", 0, "path", to="a..b"), "require.claims[0].path", "empty name"),
    (change(*READ, "downstream", "audience", to="a b"), "downstream.audience", "not an audience"),
    (change(*READ, "downstream", "scopes", to=['"']), "downstream.scopes[0]", "not a scope"),
    (change(*READ, "downstream", "ttl", to="4s"), "downstream.ttl", "between 5s and 300s"),
    (change(*READ, "downstream", "reuse", to="26s"), "downstream.reuse", "less than 5s to live"),
    (change(*READ, "downstream", "ttl", to="6m"), "downstream.ttl", "between 5s and 300s"),
    (change(*READ, "allow_in_path", to=["semicolons"]), "allow_in_path[0]", "not a spelling"),
    (change(*PUBLIC, "issuers", to=["corp"]), "issuers", "does nothing"),
    (change(*PUBLIC, "require", to={"scopes": ["a"]}), "require", "does nothing"),
    (change(*PUBLIC, "downstream", to={"audience": "a"}), "downstream", "does nothing"),
    (change(*PUBLIC, "id", to="orders-read"), "id", "another route"),
]
REFUSED += [
    (change(*READ, "downstream", "copy_claims", to=[name]), "downstream.copy_claims[0]", "cannot be copied")
    for name in sorted(RESERVED_CLAIMS)
]


@pytest.mark.parametrize(("mistake", "path", "what"), REFUSED)
def test_refused(tmp_path: Path, mistake: Callable[[Json], None], path: str, what: str) -> None:
    config = valid()
    mistake(config)
    (problem,) = problems_of(tmp_path, config)
    assert problem.path.removeprefix("policies.orders.routes")[3:].removeprefix(".") == path
    assert what in problem.what


# --- at the edge ------------------------------------------------------------------------------------


def test_a_route_says_where_its_requests_go_and_how_much(tmp_path: Path) -> None:
    found = routes(tmp_path, at_the_edge())
    read, health = found["orders-read"], found["health"]
    assert (read.upstream, read.timeout_s, read.max_body) == ("orders", 90, 1 << 20)
    assert (health.upstream, health.timeout_s, health.max_body) == (
        "http://health.shop.svc:8080",
        None,
        2 << 20,
    )


@pytest.mark.parametrize(
    ("mistake", "path", "what"),
    [
        (change(*READ, "upstream", to="http://a/b"), "upstream", "path"),
        (change(*READ, "upstream", to="http://user@a"), "upstream", "user info"),
        (change(*READ, "upstream", to="ftp://a"), "upstream", "refused as a URL"),
        (change(*READ, "upstream", to="orders:8080"), "upstream", "refused as a URL"),
        (change(*READ, "upstream", to="odrers"), "upstream", "odrers is not among upstreams"),
        (change(*READ, "timeout", to="0s"), "timeout", "no time at all"),
        (change(*READ, "max_body", to="1MB"), "max_body", "not a size"),
        (remove(*READ, "upstream"), "upstream", "is missing on orders-read"),
        (remove(*PUBLIC, "upstream"), "upstream", "is missing on health"),
    ],
)
def test_refused_at_the_edge(tmp_path: Path, mistake: Callable[[Json], None], path: str, what: str) -> None:
    config = at_the_edge()
    mistake(config)
    (problem,) = problems_of(tmp_path, config)
    assert problem.path.removeprefix("policies.orders.routes")[3:].removeprefix(".") == path
    assert what in problem.what


def test_what_is_in_doubt_is_not_judged(tmp_path: Path) -> None:
    config = at_the_edge()
    config["upstreams"]["orders"] = 5
    assert [problem.path for problem in problems_of(tmp_path, config)] == ["upstreams.orders"]
    config["upstreams"] = 5
    assert [problem.path for problem in problems_of(tmp_path, config)] == ["upstreams"]
