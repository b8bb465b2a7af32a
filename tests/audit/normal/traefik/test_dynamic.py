"""Names of one provider, and of another."""

from gateway.audit.normal.traefik.dynamic import CRD, FILE, dynamic
from tests.audit.normal.traefik import written as w
from tests.audit.showing import estate_of

HTTP = "http: {middlewares: {ask: {basicAuth: {users: []}}}, services: {one: {loadBalancer: {servers: []}}}}"


def test_a_name_is_looked_for_where_it_stands() -> None:
    index = dynamic(estate_of(w.middleware("ask", w.ASK), HTTP)).middlewares
    cases = {
        ("ask", CRD, "shop"): "shop",
        ("ask", CRD, "other"): None,
        ("ask@file", CRD, "shop"): "",
        ("ask", FILE, ""): "",
        ("shop-ask@kubernetescrd", FILE, ""): "shop",
        ("shop-ask@kubernetescrd", "kubernetes", ""): "shop",
        ("shop-ask", "kubernetes", ""): None,
        ("ask@docker", FILE, ""): None,
    }
    found = {key: index.find(*key) for key in cases}
    assert {key: one.namespace if one else None for key, one in found.items()} == cases
    assert index.namespaces == {"shop"}
    assert index.in_files


def test_an_object_of_another_api_with_the_same_kind_is_none_of_these() -> None:
    text = "{apiVersion: example.com/v1, kind: Middleware, metadata: {name: a}, spec: {basicAuth: {}}}"
    assert dynamic(estate_of(text)).middlewares.all == ()


def test_what_a_file_has_says_where() -> None:
    (one,) = dynamic(estate_of(HTTP)).services.all
    assert one.origin.place(one.node).owner == "service one"
