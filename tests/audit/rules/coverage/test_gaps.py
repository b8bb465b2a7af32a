from dataclasses import replace
from typing import Any

from gateway.audit.controller import Controller
from gateway.audit.exposure import Backend, Exposure, Fails, PathKind, PathMatch, Tls
from gateway.audit.rule import Rule
from gateway.audit.rules.coverage.gaps import LOST_BETWEEN_APIS, OPEN_METHODS, OPEN_PATH, SHADOWED
from tests.audit.exposing import asked, guarded, ingress, route, said

RULES = {one.id: one for one in (OPEN_PATH, LOST_BETWEEN_APIS, OPEN_METHODS, SHADOWED)}
HTTP_ROUTE = ingress("moved", group="gateway.networking.k8s.io")


def told(*exposures: Exposure) -> list[str]:
    """Which of these rules say something, each as often as it does."""
    return [rule.id for rule in RULES.values() for _ in said(rule, *exposures)]


def moved(where: str, **more: Any) -> Exposure:
    return route(where, of=HTTP_ROUTE, controller=Controller.ENVOY_GATEWAY, class_name="eg", **more)


def test_which_gap_it_is() -> None:
    get: dict[str, Any] = {"methods": frozenset({"GET"})}
    cases: dict[str, tuple[list[str], list[Exposure]]] = {
        "nothing is protected": ([], [route("a.example/"), route("a.example/x")]),
        "nothing is open": ([], [guarded("a.example/"), guarded("a.example/x")]),
        "another path": (["COV-001"], [guarded("a.example/v1"), route("a.example/v2")]),
        "a path within": (["COV-001"], [guarded("a.example/"), route("a.example/static")]),
        "another host": ([], [guarded("a.example/"), route("b.example/")]),
        "on purpose": ([], [guarded("a.example/"), route("a.example/static", public="files for all")]),
        "a redirect": ([], [guarded("a.example/"), route("a.example/old", to="")]),
        "a certificate's proof": (
            [],
            [guarded("a.example/"), route("a.example=/.well-known/acme-challenge/x")],
        ),
        "where nobody is named": (["COV-001"], [guarded("/v1"), route("/v2")]),
        "where nobody is named, elsewhere": ([], [guarded("/v1"), route("/v2", class_name="other")]),
        "open when it fails": (
            [],
            [guarded("a.example/", auth=asked(fails=Fails.OPEN)), route("a.example/x")],
        ),
        "in another API": (["COV-003"], [guarded("a.example/v1", of=ingress()), moved("a.example/v1")]),
        "in another API, wider": (["COV-003"], [guarded("a.example/v1", of=ingress()), moved("a.example/")]),
        "in another API, a part": (
            ["COV-001"],
            [guarded("a.example/", of=ingress()), moved("a.example=/ok")],
        ),
        "in another API, for some": (
            ["COV-001"],
            [guarded("a.example/", of=ingress()), moved("a.example/", conditions=("header X-Canary",))],
        ),
        "passed through": (
            ["COV-003"],
            [guarded("a.example/", of=ingress()), moved("a.example/", tls=Tls.PASSED_THROUGH)],
        ),
        "other methods": (["COV-016"], [guarded("a.example/v1", **get), route("a.example/v1")]),
        "the same methods": (["COV-001"], [guarded("a.example/v1", **get), route("a.example/v1", **get)]),
        "methods that are not asked": (["COV-016"], [guarded("a.example/", auth=asked(**get))]),
        "methods that are": ([], [guarded("a.example/", auth=asked(**get), **get)]),
        "tried first": (["COV-018"], [guarded("a.example/v1", rank=(2,)), route("a.example/v1", rank=(1,))]),
        "tried first, for some": (
            ["COV-001"],
            [guarded("a.example/v1", rank=(2,)), route("a.example~/.*[.]js", rank=(1,))],
        ),
        "tried last": (["COV-001"], [guarded("a.example/v1", rank=(1,)), route("a.example/v1", rank=(2,))]),
    }
    wrong = {name: told(*these) for name, (expected, these) in cases.items() if told(*these) != expected}
    assert wrong == {}


def test_whoever_is_asked_has_to_be_reached() -> None:
    proxy = asked(
        url="https://a.example/oauth2/auth",
        service=Backend("shop", "oauth2-proxy", "4180"),
        dialect=None,
        policy=None,
    )
    protected = guarded("a.example/", auth=proxy)
    assert told(protected, route("a.example/sign-in", to="oauth2-proxy:80")) == []
    assert told(protected, route("a.example/oauth2", to="outside:80")) == []
    assert told(protected, route("a.example/oauth2x", to="outside:80")) == ["COV-001"]
    # it is the backend itself that answers there, or another path of a server elsewhere
    assert told(protected, route("a.example/oauth2")) == ["COV-001"]
    elsewhere = guarded("a.example/", auth=replace(proxy, url="https://auth.example/api/auth/verify"))
    assert told(elsewhere, route("a.example/api", to="api:80")) == ["COV-001"]
    by_itself = guarded("a.example/v1", auth=replace(proxy, service=Backend("shop", "orders", "8080")))
    assert told(by_itself, route("a.example/v2")) == ["COV-001"]


def test_the_proof_of_a_name_is_open_and_nothing_that_only_begins_like_it() -> None:
    protected, proof = guarded("a.example/"), "a.example/.well-known/acme-challenge"
    assert told(protected, route(proof, to="solver:8089")) == []
    either = PathMatch(PathKind.REGEX, "/.well-known/acme-challenge|/admin")
    assert told(protected, replace(route(proof, to="solver:8089"), path=either)) == ["COV-001"]
    assert told(protected, replace(route(proof), rewrites=True)) == ["COV-001"]


def test_the_server_that_is_asked() -> None:
    proxy = asked(
        url="https://a.example/oauth2/auth",
        service=Backend("shop", "oauth2-proxy", "4180"),
        dialect=None,
        policy=None,
    )
    protected = guarded("a.example/", auth=proxy)
    assert told(protected, replace(protected, auth=None)) == ["COV-001"]


def test_what_is_said_names_both() -> None:
    assert said(OPEN_PATH, guarded("a.example/v1"), route("a.example/v2")) == [
        "nobody is asked about a.example /v2/**, and a.example /v1/** is protected"
    ]
    (lost,) = said(LOST_BETWEEN_APIS, guarded("a.example/v1", of=ingress()), moved("a.example/v1"))
    assert lost == "a.example /v1/** is open here, and protected by ingress-nginx in Ingress/shop/orders"


def test_each_open_path_is_told_once_however_many_are_protected() -> None:
    many = [guarded(f"a.example/{number}") for number in range(200)]
    opened = [route(f"a.example/open{number}") for number in range(200)]
    assert told(*many, *opened) == ["COV-001"] * 200


def test_every_rule_has_a_text() -> None:
    rules: list[Rule] = list(RULES.values())
    assert all(one.title and one.why and one.fix for one in rules)
