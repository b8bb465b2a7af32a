from gateway.audit.controller import Controller
from gateway.audit.exposure import Auth, Mechanism
from gateway.audit.normal.external_auth import external_auth
from tests.audit.showing import estate_of


def asked(text: str, controller: Controller = Controller.GATEWAY_API) -> Auth | None:
    head = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: r, namespace: shop}"
    (route,) = estate_of(f"{head}\nspec: {text}").objects
    node = route.node.child("spec")
    assert node is not None
    return external_auth(route, node, controller)


HTTP = """{type: ExternalAuth, externalAuth: {protocol: HTTP,
  backendRef: {name: gw, namespace: auth, port: 8443}, http: {path: /auth/envoy/orders,
  allowedHeaders: [Cookie], allowedResponseHeaders: [Authorization]}}}"""


def test_over_http_the_path_and_the_lists_are_read() -> None:
    found = asked(HTTP)
    assert found is not None
    assert (found.mechanism, found.dialect, found.policy) == (Mechanism.EXTERNAL, "envoy", "orders")
    assert found.url == "gw.auth:8443/auth/envoy/orders"
    assert found.request_headers is not None
    assert {"authorization", "cookie"} <= found.request_headers
    assert found.response_headers == frozenset({"authorization"})
    assert not found.removes_unanswered


def test_an_empty_list_is_all_headers_but_for_nginx() -> None:
    text = HTTP.replace("[Authorization]", "[]")
    everything, nothing = asked(text), asked(text, Controller.NGINX_GATEWAY_FABRIC)
    assert everything is not None
    assert everything.response_headers is None
    assert nothing is not None
    assert nothing.response_headers == frozenset()
    assert nothing.removes_unanswered


def test_over_grpc_the_answer_says_everything() -> None:
    found = asked("{type: ExternalAuth, externalAuth: {protocol: GRPC, backendRef: {name: token-gateway}}}")
    assert found is not None
    assert (found.dialect, found.response_headers, found.request_headers) == ("envoy-grpc", None, None)


def test_what_is_not_in_force_is_not_known() -> None:
    for controller in (Controller.ISTIO, Controller.ENVOY_GATEWAY, Controller.TRAEFIK):
        found = asked(HTTP, controller)
        assert found is not None
        assert found.mechanism is Mechanism.UNKNOWN, controller
    without = asked("{type: ExternalAuth, externalAuth: {protocol: GRPC}}")
    assert without is not None
    assert without.mechanism is Mechanism.UNKNOWN
    assert asked("{type: URLRewrite}") is None
