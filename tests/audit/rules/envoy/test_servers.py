from tests.audit.normal.shown import policy
from tests.audit.rules.said import is_silent, said

CONTOUR, KGATEWAY = "projectcontour.io", "gateway.kgateway.dev"
SERVER = "{services: [{name: gw, port: 1}], validation: {caSecret: a, subjectName: b}}"


def proxy(authorization: str) -> str:
    host = f"{{fqdn: a.b, tls: {{secretName: s}}, authorization: {authorization}}}"
    return policy("HTTPProxy", CONTOUR, f"{{virtualhost: {host}}}", version="v1")


def extension(spec: str = SERVER, name: str = "p") -> str:
    return policy("ExtensionService", CONTOUR, spec, name=name)


NAMED = "{extensionRef: {name: p}}"


def test_whom_contour_asks_is_there() -> None:
    assert is_silent("ENV-011", proxy(NAMED))
    assert is_silent("ENV-011", proxy(NAMED), extension())
    wrong = [
        (proxy("{extensionRef: {name: q}}"), extension()),
        (proxy("{responseTimeout: 2s}"), extension()),
        (proxy(NAMED), extension("{services: []}")),
        (proxy(NAMED), extension("{services: [{name: gw}]}")),
        (proxy("{extensionRef: {name: p}, httpSettings: {}}"), extension()),
        (proxy("{extensionRef: {name: p}, serviceType: tcp}"), extension()),
    ]
    for given in wrong:
        assert len(said("ENV-011", *given)) == 1, given
    spec = "{globalExtAuth: {extensionRef: {name: p}}}"
    everywhere = policy("ContourConfiguration", CONTOUR, spec)
    assert is_silent("ENV-011", proxy("{authPolicy: {disabled: true}}"), everywhere, extension())


def test_whom_the_mesh_asks_is_there() -> None:
    def mesh(provider: str) -> str:
        spec = f"{{meshConfig: {{extensionProviders: [{{name: gw, {provider}}}]}}}}"
        return policy("IstioOperator", "install.istio.io", spec)

    asked = policy(
        "AuthorizationPolicy", "security.istio.io", "{action: CUSTOM, provider: {name: gw}, rules: [{}]}"
    )
    whole = "envoyExtAuthzGrpc: {service: gw.auth.svc, port: 1}"
    assert is_silent("ENV-011", mesh(whole), asked)
    assert is_silent("ENV-011", asked)
    assert len(said("ENV-011", mesh("envoyOtelAls: {}"), asked)) == 1
    assert len(said("ENV-011", mesh(whole), asked.replace("name: gw", "name: other"))) == 1
    for wrong in (whole.replace(", port: 1", ""), whole.replace("gw.auth.svc", "gw")):
        assert len(said("ENV-011", mesh(wrong), asked)) == 1, wrong


def test_whom_kgateway_and_envoy_gateway_ask_is_there() -> None:
    asking = policy("TrafficPolicy", KGATEWAY, "{extAuth: {extensionRef: {name: gw}}}")
    whole = policy(
        "GatewayExtension", KGATEWAY, "{extAuth: {grpcService: {backendRef: {name: a}}}}", name="gw"
    )
    assert is_silent("ENV-011", asking, whole)
    assert is_silent("ENV-011", asking)
    assert len(said("ENV-011", asking, whole.replace("name: gw", "name: other"))) == 1
    assert len(said("ENV-011", asking, whole.replace("{name: a}", "{}"))) == 1
    assert len(said("ENV-011", asking.replace("{name: gw}", "{}"))) == 1
    for spec in ("{extAuth: {grpc: {}}}", "{apiKeyAuth: {}}"):
        assert len(said("ENV-011", policy("SecurityPolicy", "gateway.envoyproxy.io", spec))) == 1, spec


def file(filter_: str, clusters: str = "") -> str:
    manager = f'{{"@type": type.googleapis.com/x.v3.HttpConnectionManager, http_filters: [{filter_}]}}'
    chain = f"{{filters: [{{typed_config: {manager}}}]}}"
    return f"static_resources: {{listeners: [{{filter_chains: [{chain}]}}], clusters: [{clusters}]}}\n"


def filter_of(message: str, config: str) -> str:
    return f'{{typed_config: {{"@type": type.googleapis.com/x.v3.{message}, {config}}}}}'


ASK = filter_of("ExtAuthz", "grpc_service: {envoy_grpc: {cluster_name: gw}}")
LOCAL = "{name: gw}"


def address(host: str, tls: str = "") -> str:
    end = f"{{endpoint: {{address: {{socket_address: {{address: {host}}}}}}}}}"
    return (
        f"{{name: gw, {tls} load_assignment: {{cluster_name: gw, endpoints: [{{lb_endpoints: [{end}]}}]}}}}"
    )


def test_whom_a_file_asks_is_there() -> None:
    assert is_silent("ENV-011", file(ASK, LOCAL))
    keys = "providers: {i: {remote_jwks: {http_uri: {cluster: CLUSTER}}}}, rules: [{}]"
    assert is_silent("ENV-011", file(filter_of("JwtAuthentication", keys.replace("CLUSTER", "gw")), LOCAL))
    wrong = [
        file(ASK),
        file(filter_of("ExtAuthz", "x: 1"), LOCAL),
        file("{name: envoy.filters.http.ext_authz}", LOCAL),
        file(filter_of("JwtAuthentication", keys.replace("CLUSTER", "issuer")), LOCAL),
        file(filter_of("JwtAuthentication", "rules: []"), LOCAL),
    ]
    for one in wrong:
        assert len(said("ENV-011", one)) == 1, one
    assert is_silent("ENV-011", file(filter_of("ExtAuthz", "grpc_service: {google_grpc: {target_uri: x}}")))


def test_whoever_is_asked_is_verified() -> None:
    context = "trusted_ca: {filename: a}, match_typed_subject_alt_names: [{}]"
    tls = (
        f"transport_socket: {{typed_config: {{common_tls_context: {{validation_context: {{{context}}}}}}}}},"
    )
    assert is_silent("ENV-012", file(ASK, address("127.0.0.1")))
    assert is_silent("ENV-012", file(ASK, address("gw.example.com", tls)))
    for wrong in (
        address("gw.example.com"),
        address("gw.example.com", tls.replace("trusted_ca: {filename: a},", "")),
        address("gw.example.com", tls.replace("[{}]", "[]")),
        address("gw.example.com", tls.replace("[{}]", "[{}], trust_chain_verification: ACCEPT_UNTRUSTED")),
    ):
        assert len(said("ENV-012", file(ASK, wrong))) == 1, wrong
    assert is_silent("ENV-012", extension())
    assert len(said("ENV-012", extension("{services: [{name: gw, port: 1}]}"))) == 1
    assert said("ENV-012", extension("{protocol: h2c}")) == ["info: it is asked in the clear"]


def test_whoever_could_be_asked_is_asked() -> None:
    assert is_silent("ENV-018", proxy(NAMED), extension())
    assert is_silent("ENV-018", extension())
    assert len(said("ENV-018", proxy("{}"), extension())) == 1
    for limits in ("extensionService: shop/p", "extensionService: {name: p, namespace: shop}"):
        other = policy("ContourConfiguration", CONTOUR, f"{{rateLimitService: {{{limits}}}}}")
        assert is_silent("ENV-018", proxy("{}"), extension(), other), limits
    unused = policy("GatewayExtension", KGATEWAY, "{}", name="gw")
    assert len(said("ENV-018", policy("TrafficPolicy", KGATEWAY, "{cors: {}}"), unused)) == 1
    assert is_silent("ENV-018", file(ASK, address("10.0.0.1")))
    assert said("ENV-018", file(filter_of("Router", "x: 1"), address("10.0.0.1"))) == [
        "low: nothing leads to the cluster gw"
    ]


def test_a_route_that_names_a_filter_of_no_chain() -> None:
    kind = "'@type': type.googleapis.com/x.v3.ExtAuthzPerRoute"
    told = f"typed_per_filter_config: {{NAME: {{{kind}, disabled: true}}}}"
    manager = '"@type": type.googleapis.com/x.v3.HttpConnectionManager'
    routes = f"routes: [{{route: {{cluster: b}}, {told}}}]"
    hosts = f"route_config: {{virtual_hosts: [{{domains: [a], {routes}}}]}}"
    config = f"{{{manager}, http_filters: [{{name: f}}], {hosts}}}"
    chain = f"{{filters: [{{typed_config: {config}}}]}}"
    text = f"static_resources: {{listeners: [{{filter_chains: [{chain}]}}]}}\n"
    assert said("ENV-018", text.replace("NAME", "g")) == ["low: no chain has the filter g"]
    assert is_silent("ENV-018", text.replace("NAME", "f"))
