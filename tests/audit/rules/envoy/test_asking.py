from gateway.audit.rules.envoy.asking import seconds_of
from tests.audit.normal.shown import TO, gateway, policy, route
from tests.audit.rules.said import is_silent, said

EG = "gateway.envoyproxy.io"
GIVEN = (gateway("eg"), route(f"{{{TO}}}"))
ROUTE = "targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: r}]"
PARENT = ROUTE.replace("HTTPRoute, name: r", "Gateway, name: public")
HTTP = "http: {backendRefs: [{name: token-gateway}], path: /auth/envoy/o, headersToBackend: [authorization]}"


def security(spec: str, name: str = "p") -> str:
    return policy("SecurityPolicy", EG, f"{{{spec}}}", name=name)


def mesh(provider: str) -> str:
    return policy(
        "IstioOperator",
        "install.istio.io",
        f"{{meshConfig: {{extensionProviders: [{{name: a, {provider}}}]}}}}",
    )


def proxy(host: str, route_spec: str = "") -> str:
    virtual = f"{{fqdn: a.b, tls: {{secretName: s}}, {host}}}"
    spec = f"{{virtualhost: {virtual}, routes: [{{{route_spec} services: [{{name: b}}]}}]}}"
    return policy("HTTPProxy", "projectcontour.io", spec, version="v1")


def test_nobody_comes_in_where_asking_fails() -> None:
    for one in (
        security("extAuth: {failOpen: true}"),
        policy("GatewayExtension", "gateway.kgateway.dev", "{extAuth: {failOpen: true}}"),
        proxy("authorization: {failOpen: true}"),
        policy("ContourConfiguration", "projectcontour.io", "{globalExtAuth: {failOpen: true}}"),
        mesh("envoyExtAuthzGrpc: {failOpen: true}"),
    ):
        assert said("ENV-001", one) == ["critical: whoever comes while nobody answers comes in"], one
        assert is_silent("ENV-001", one.replace("true", "false"))


def test_the_token_does_not_survive() -> None:
    asked = security(f"{ROUTE}, extAuth: {{{HTTP}}}")
    assert is_silent("ENV-002", *GIVEN, asked)
    assert len(said("ENV-002", *GIVEN, asked.replace("[authorization]", "[x-user]"))) == 1
    assert is_silent("ENV-002", *GIVEN, asked.replace("/auth/envoy/o", "/check"))
    keys = security(f"{ROUTE}, apiKeyAuth: {{sanitize: false}}")
    assert said("ENV-002", *GIVEN, keys) == ["medium: the client's key reaches the backend"]
    assert is_silent("ENV-002", *GIVEN, keys.replace("false", "true"))


def test_the_token_is_shown() -> None:
    over_grpc = "extAuth: {grpc: {backendRefs: [{name: gw}]}}"
    over_http = "extAuth: {http: {backendRefs: [{name: gw}], path: /auth/envoy/o}}"
    for named in ("", "headersToExtAuth: [Authorization], "):
        assert is_silent("ENV-003", *GIVEN, security(f"{ROUTE}, {over_grpc.replace('grpc', named + 'grpc')}"))
    few = security(f"{ROUTE}, {over_grpc.replace('grpc', 'headersToExtAuth: [cookie], grpc')}")
    assert len(said("ENV-003", *GIVEN, few)) == 1
    # Envoy sends it in any case where it asks over HTTP, whatever is listed
    few = security(f"{ROUTE}, {over_http.replace('http', 'headersToExtAuth: [cookie], http')}")
    assert is_silent("ENV-003", *GIVEN, few)


def test_an_answer_is_not_waited_for_long() -> None:
    assert said("ENV-004", mesh("envoyExtAuthzGrpc: {}")) == [
        "medium: no timeout is set, and the default is 600 s"
    ]
    for wrong in ("11s", "1m", "0s", "soon"):
        assert len(said("ENV-004", mesh(f"envoyExtAuthzGrpc: {{timeout: {wrong}}}"))) == 1, wrong
    assert is_silent("ENV-004", mesh("envoyExtAuthzGrpc: {timeout: 2s}"))
    assert is_silent("ENV-004", security("extAuth: {}"))
    assert len(said("ENV-004", security("extAuth: {timeout: 30s}"))) == 1


def test_durations() -> None:
    cases = {
        "1s": 1.0,
        "1m30s": 90.0,
        "250ms": 0.25,
        "0.5s": 0.5,
        "1h": 3600.0,
        "": None,
        "1": None,
        "1sx": None,
    }
    assert {one: seconds_of(one) for one in cases} == cases


def test_a_policy_of_a_route_does_not_take_the_question_away() -> None:
    parent = security(f"{PARENT}, extAuth: {{{HTTP}}}", name="gw")
    cors = security(f"{ROUTE}, cors: {{}}")
    assert said("ENV-005", *GIVEN, parent, cors) == [
        "high: it replaces the policy gw of the Gateway, which asks"
    ]
    assert is_silent("ENV-005", *GIVEN, parent, cors.replace("cors", "mergeType: StrategicMerge, cors"))
    assert is_silent("ENV-005", *GIVEN, parent, security(f"{ROUTE}, jwt: {{}}"))
    assert is_silent("ENV-005", *GIVEN, cors)


def test_where_asking_is_switched_off() -> None:
    ask = "authorization: {extensionRef: {name: gw}}"
    for wrong in (
        proxy("authorization: {authPolicy: {disabled: true}}"),
        proxy(ask, "authPolicy: {disabled: true},"),
        proxy(ask, "permitInsecure: true,"),
        policy("TrafficPolicy", "gateway.kgateway.dev", "{extAuth: {disable: {}}}"),
        policy(
            "AuthorizationPolicy",
            "security.istio.io",
            "{action: CUSTOM, rules: [{to: [{operation: {notPaths: [/a]}}]}]}",
        ),
    ):
        assert len(said("ENV-006", wrong)) == 1, wrong
        public = wrong.replace("shop}", "shop, annotations: {token-gateway.dev/public: x}}", 1)
        assert is_silent("ENV-006", public), public
    assert is_silent("ENV-006", proxy(ask))
    assert is_silent("ENV-006", proxy("x: 1", "permitInsecure: true,"))


def test_where_the_configuration_of_contour_switches_asking_off() -> None:
    text = (
        "apiVersion: projectcontour.io/v1alpha1\nkind: ContourConfiguration\n"
        "metadata: {name: contour, namespace: projectcontour}\n"
        "spec: {globalExtAuth: {extensionRef: {name: a}, authPolicy: {disabled: OFF}}}\n"
    )
    assert said("ENV-006", text.replace("OFF", "true")) == [
        "high: routes are not asked about unless they say so"
    ]
    assert is_silent("ENV-006", text.replace("OFF", "false"))


def test_where_a_file_switches_asking_off() -> None:
    def file(filter_: str, route_: str = "") -> str:
        manager = '"@type": type.googleapis.com/x.v3.HttpConnectionManager'
        routes = f"routes: [{{route: {{cluster: b}}, {route_}}}]"
        hosts = f"route_config: {{virtual_hosts: [{{domains: [a], {routes}}}]}}"
        config = f"{{{manager}, http_filters: [{{name: f, typed_config: {{{filter_}}}}}], {hosts}}}"
        chain = f"{{filters: [{{typed_config: {config}}}]}}"
        return f"static_resources: {{listeners: [{{filter_chains: [{chain}]}}]}}\n"

    ask = '"@type": type.googleapis.com/x.v3.ExtAuthz'
    tokens = '"@type": type.googleapis.com/x.v3.JwtAuthentication'
    off = "typed_per_filter_config: {f: {disabled: true}}"
    assert is_silent("ENV-006", file(ask))
    assert said("ENV-006", file(ask, off)) == ["high: nobody is asked about ? "]
    wrapped = '{"@type": type.googleapis.com/x.v3.FilterConfig, config: {disabled: true}}'
    assert len(said("ENV-006", file(ask, off.replace("{disabled: true}", wrapped)))) == 1
    assert is_silent("ENV-006", file(ask, off.replace("f:", "another:")))
    portal = ask + ", http_service: {server_uri: {cluster: b}}"
    assert is_silent("ENV-006", file(portal, off)), "where people sign in nobody can be asked"
    switched = file(ask).replace("{name: f,", "{name: f, disabled: true,")
    assert said("ENV-006", switched) == ["high: nobody is asked about anything: no route switches it on"]
    on = file(ask, off.replace("disabled: true", "check_settings: {}"))
    assert is_silent("ENV-006", on.replace("{name: f, typed", "{name: f, disabled: true, typed"))
    assert len(said("ENV-006", file(f"{ask}, filter_enabled: {{default_value: {{numerator: 5}}}}"))) == 1
    assert len(said("ENV-006", file(f"{tokens}, rules: [{{match: {{prefix: /}}}}]"))) == 1
    assert is_silent("ENV-006", file(f"{tokens}, rules: [{{requires: {{provider_name: i}}}}]"))


def test_the_gateway_is_asked_in_its_own_dialect() -> None:
    asked = security(f"{ROUTE}, extAuth: {{{HTTP}}}")
    assert is_silent("ENV-017", *GIVEN, asked)
    for wrong in ("/auth/nginx/o", "/check", "''"):
        assert len(said("ENV-017", *GIVEN, asked.replace("/auth/envoy/o", wrong))) == 1, wrong
    assert len(said("ENV-017", *GIVEN, asked.replace("path:", "pathOverride:"))) == 1
    assert is_silent(
        "ENV-017", *GIVEN, asked.replace("/auth/envoy/o", "/check").replace("token-gateway", "opa")
    )
    assert is_silent(
        "ENV-017", *GIVEN, security(f"{ROUTE}, extAuth: {{grpc: {{backendRefs: [{{name: token-gateway}}]}}}}")
    )
