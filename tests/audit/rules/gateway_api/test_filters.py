from tests.audit.normal.shown import TO, gateway, policy, route
from tests.audit.rules.said import is_silent, said

COPIED = "allowedResponseHeaders: [Authorization]"
HTTP = f"protocol: HTTP, backendRef: {{name: gw}}, http: {{path: /auth/envoy/o, {COPIED}}}"
ASK = f"{{type: ExternalAuth, externalAuth: {{{HTTP}}}}}"
DOOR = gateway("cilium")


def rule(*filters: str, path: str = "/") -> str:
    return f"{{matches: [{{path: {{value: {path}}}}}], filters: [{', '.join(filters)}], {TO}}}"


def test_a_rule_without_a_question_on_a_protected_host() -> None:
    beside = route(f"{rule(ASK)}, {rule(path='/a')}")
    assert said("GWA-001", DOOR, beside) == [
        "info: nobody is asked about api.example.com /a/**, and other routes of the host are protected"
    ]
    assert is_silent("GWA-001", DOOR, route(rule(ASK)))
    assert is_silent("GWA-001", DOOR, route(rule()))
    public = route(rule(path="/a"), name="p").replace(
        "shop}", "shop, annotations: {token-gateway.dev/public: x}}", 1
    )
    assert is_silent("GWA-001", DOOR, route(rule(ASK)), public)
    redirect = "{matches: [{path: {value: /a}}], filters: [{type: RequestRedirect}]}"
    assert is_silent("GWA-001", DOOR, route(f"{rule(ASK)}, {redirect}"))


def test_what_is_not_in_force() -> None:
    for class_name in ("istio", "eg", "traefik"):
        assert said("GWA-002", gateway(class_name), route(rule(ASK))), class_name
    assert is_silent("GWA-002", DOOR, route(rule(ASK)))
    refused = (
        "status: {parents: [{conditions: [{type: Accepted, status: 'False'}, {type: X, status: 'False'}]}]}\n"
    )
    assert said("GWA-002", DOOR, route(rule(ASK)) + refused) == [
        "critical: its status says that it is not Accepted"
    ]
    assert is_silent("GWA-002", DOOR, route(rule()) + refused)
    unattached = policy("SecurityPolicy", "gateway.envoyproxy.io", "{}") + refused.replace(
        "parents", "ancestors"
    )
    assert len(said("GWA-002", unattached)) == 1


def test_which_headers_are_copied_is_said() -> None:
    for other in (
        ASK.replace("[Authorization]", "[]"),
        ASK.replace(", allowedResponseHeaders: [Authorization]", ""),
    ):
        assert len(said("GWA-003", DOOR, route(rule(other)))) == 1, other
    assert is_silent("GWA-003", DOOR, route(rule(ASK)))
    assert is_silent("GWA-003", DOOR, route(rule(ASK.replace("HTTP", "GRPC"))))


def test_the_question_comes_first() -> None:
    for kind in ("RequestMirror", "URLRewrite", "RequestHeaderModifier"):
        other = f"{{type: {kind}}}"
        assert said("GWA-004", DOOR, route(rule(other, ASK))) == [f"high: {kind} comes before ExternalAuth"]
        assert is_silent("GWA-004", DOOR, route(rule(ASK, other)))
    assert is_silent("GWA-004", DOOR, route(rule("{type: CORS}", ASK)))


def test_filters_are_whole() -> None:
    broken = [
        ASK.replace("type: ExternalAuth", "type: ExternalAuthz"),
        ASK.replace("type: ExternalAuth", "type: CORS"),
        ASK.replace("protocol: HTTP", "protocol: HTTPS"),
        ASK.replace("{name: gw}", "{}"),
        "{type: ExternalAuth}",
    ]
    for one in broken:
        assert len(said("GWA-013", DOOR, route(rule(one)))) == 1, one
    assert is_silent("GWA-013", DOOR, route(rule(ASK)))
    assert said("GWA-013", DOOR, route("{}")) == ["low: a rule has neither filters nor backends"]


def test_a_copy_of_protected_requests() -> None:
    mirror = "{type: RequestMirror, requestMirror: {backendRef: {name: copy}}}"
    assert len(said("GWA-014", DOOR, route(rule(ASK, mirror)))) == 1
    assert is_silent("GWA-014", DOOR, route(rule(mirror)))
