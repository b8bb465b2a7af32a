"""What Traefik shows, from its objects, from an Ingress, and from its files."""

from gateway.audit.controller import Controller
from gateway.audit.exposure import ANY_HOST, Backend, Exposure, Mechanism, PathKind, PathMatch, Reaches, Tls
from tests.audit.normal.traefik import written as w
from tests.audit.showing import exposures


def one(*texts: str, file: str = "given.yaml") -> Exposure:
    (found,) = exposures(*texts, file=file)
    return found


def test_a_route_whose_chain_asks_the_gateway() -> None:
    found = one(w.route(middlewares=["chain"]), w.chain("chain", "ask"), w.middleware("ask", w.ASK))
    assert (found.host, found.path) == ("api.example.com", PathMatch(PathKind.PREFIX, "/"))
    assert found.controller is Controller.TRAEFIK
    assert found.backends == (Backend("shop", "orders", "80"),)
    assert found.auth is not None
    assert (found.auth.mechanism, found.auth.dialect, found.auth.policy) == (
        Mechanism.EXTERNAL,
        "traefik",
        "orders",
    )
    assert found.auth.service == Backend("token-gateway", "token-gateway", "8443")
    assert found.auth.response_headers == frozenset({"authorization", "x-auth-subject"})
    assert found.auth.request_headers is None
    assert (found.token.reaches, found.token.place.pointer) == (
        Reaches.NO,
        "spec.forwardAuth.authResponseHeaders",
    )
    assert found.is_protected
    assert found.source.pointer == "spec.routes[0].match"


FATES = {
    "nobody is asked": ([], {}, Reaches.YES, "spec.routes[0].match"),
    "asked, and it takes nothing": (
        ["a"],
        {"a": "forwardAuth: {address: https://a.example/}"},
        Reaches.YES,
        "spec.forwardAuth.address",
    ),
    "by an expression": (
        ["a"],
        {"a": "forwardAuth: {address: https://a.example/, authResponseHeadersRegex: ^Auth}"},
        Reaches.NO,
        "spec.forwardAuth.authResponseHeadersRegex",
    ),
    "by an expression beside a list": (
        ["a"],
        {
            "a": "forwardAuth: {address: https://a.example/, authResponseHeaders: [X-A], "
            "authResponseHeadersRegex: ^Auth}"
        },
        Reaches.NO,
        "spec.forwardAuth.authResponseHeadersRegex",
    ),
    "by one that does not mean it": (
        ["a"],
        {"a": "forwardAuth: {address: https://a.example/, authResponseHeadersRegex: ^X-}"},
        Reaches.YES,
        "spec.forwardAuth.address",
    ),
    "by one that is not read": (
        ["a"],
        {"a": "forwardAuth: {address: https://a.example/, authResponseHeadersRegex: '(a+)+$'}"},
        Reaches.CANNOT_TELL,
        "spec.forwardAuth.address",
    ),
    "a header taken away": (
        ["h"],
        {"h": "headers: {customRequestHeaders: {authorization: ''}}"},
        Reaches.NO,
        "spec.headers.customRequestHeaders.authorization",
    ),
    "a password that stays": (["b"], {"b": "basicAuth: {secret: users}"}, Reaches.YES, "spec.basicAuth"),
    "a password that goes": (
        ["b"],
        {"b": "basicAuth: {secret: users, removeHeader: true}"},
        Reaches.NO,
        "spec.basicAuth.removeHeader",
    ),
    "a plug-in": (["p"], {"p": "plugin: {geoblock: {}}"}, Reaches.CANNOT_TELL, "spec.plugin"),
    "a middleware that was not given": (
        ["x"],
        {},
        Reaches.CANNOT_TELL,
        "spec.routes[0].middlewares[0].name",
    ),
}


def test_the_fate_of_the_token_and_the_line_that_decides_it() -> None:
    differ = {}
    for name, (named, specs, reaches, pointer) in FATES.items():
        found = one(w.route(middlewares=named), *(w.middleware(key, spec) for key, spec in specs.items()))
        if (found.token.reaches, found.token.place.pointer) != (reaches, pointer):
            differ[name] = found.token
    assert differ == {}


def test_who_is_asked() -> None:
    cases = {
        "basicAuth: {secret: users}": Mechanism.BASIC,
        "digestAuth: {secret: users}": Mechanism.BASIC,
        "plugin: {jwt: {source: x}}": Mechanism.JWT,
        "plugin: {my-oidc-plugin: {}}": Mechanism.OIDC,
        "plugin: {apiKey: {}}": Mechanism.API_KEY,
        "plugin: {traefik-oauth: {}}": Mechanism.UNKNOWN,
        "plugin: {geoblock: {}}": None,
        "ipAllowList: {sourceRange: [10.0.0.0/8]}": None,
    }
    found = {spec: one(w.route(middlewares=["m"]), w.middleware("m", spec)).auth for spec in cases}
    assert {spec: auth.mechanism if auth else None for spec, auth in found.items()} == cases


def test_a_middleware_of_another_provider_is_found() -> None:
    file = "http: {middlewares: {ask: {basicAuth: {users: ['a:b']}}}}"
    assert one(w.route(middlewares=["ask@file"]), file).auth is not None
    found = one(w.route(middlewares=["shop-ask@kubernetescrd"]), w.middleware("ask", w.ASK))
    assert found.auth is not None
    assert found.auth.policy == "orders"


def test_chains_that_stand_for_each_other_come_to_an_end() -> None:
    found = one(
        w.route(middlewares=["a"]), w.chain("a", "b", "ask"), w.chain("b", "a"), w.middleware("ask", w.ASK)
    )
    assert found.auth is not None


def test_tls_is_what_the_router_or_its_entry_points_say() -> None:
    static = (
        "entryPoints: {web: {address: ':80', http: {redirections: {entryPoint: {to: secure}}}}, "
        "plain: {address: ':81'}, secure: {address: ':443', http: {tls: {}}}}"
    )
    cases = {
        "[web]": Tls.ONLY,
        "[plain]": Tls.NONE,
        "[secure]": Tls.ONLY,
        "[plain, secure]": Tls.OPTIONAL,
        "[other]": Tls.UNKNOWN,
    }
    assert {one_of: one(w.route(entry_points=one_of), static).tls for one_of in cases} == cases
    assert one(w.route(entry_points="[web]")).tls is Tls.UNKNOWN
    assert one(w.route(entry_points="[plain]", tls="{}"), static).tls is Tls.ONLY


def test_a_redirect_to_https_shows_nothing() -> None:
    found = one(w.route(middlewares=["up"]), w.middleware("up", "redirectScheme: {scheme: https}"))
    assert (found.backends, found.token.reaches) == ((), Reaches.NO)


def test_the_middlewares_of_an_entry_point_come_first() -> None:
    static = "entryPoints: {web: {address: ':80', http: {middlewares: [shop-ask@kubernetescrd]}}}"
    found = one(w.route(entry_points="[web]"), w.middleware("ask", w.ASK), static)
    assert found.auth is not None
    both = "entryPoints: {web: {http: {middlewares: [shop-ask@kubernetescrd]}}, two: {address: ':81'}}"
    assert one(w.route(entry_points="[web, two]"), w.middleware("ask", w.ASK), both).auth is None


def test_client_certificates() -> None:
    option = w.object("TLSOption", "mtls", "{clientAuth: {clientAuthType: RequireAndVerifyClientCert}}")
    found = one(w.route(tls="{options: {name: mtls}}"), option)
    assert found.auth is not None
    assert found.auth.mechanism is Mechanism.CLIENT_CERTIFICATE
    assert found.token.reaches is Reaches.YES
    loose = w.object("TLSOption", "mtls", "{clientAuth: {clientAuthType: VerifyClientCertIfGiven}}")
    assert one(w.route(tls="{options: {name: mtls}}"), loose).auth is None
    default = w.object("TLSOption", "default", "{clientAuth: {clientAuthType: RequireAndVerifyClientCert}}")
    assert one(w.route(tls="{}"), default).auth is not None


def test_the_highest_priority_is_tried_first() -> None:
    low, high = one(w.route()), one(w.route(more="priority: 500"))
    assert (low.rank, high.rank) == ((-len("Host(`api.example.com`)"),), (-500,))


def test_tcp_and_udp_see_no_requests() -> None:
    passed = one(w.tcp("HostSNI(`db.example.com`)", tls="{passthrough: true}"))
    assert (passed.host, passed.tls, passed.auth) == ("db.example.com", Tls.PASSED_THROUGH, None)
    assert passed.token.reaches is Reaches.YES
    ended = one(w.tcp("HostSNI(`db.example.com`)", tls="{}"))
    assert ended.tls is Tls.ONLY
    raw = one(w.tcp("HostSNI(`*`)"))
    assert (raw.host, raw.path.kind, raw.tls) == (ANY_HOST, PathKind.UNKNOWN, Tls.NONE)
    udp = one(w.object("IngressRouteUDP", "dns", "{routes: [{services: [{name: dns, port: 53}]}]}"))
    assert (udp.host, udp.tls, udp.backends) == (
        ANY_HOST,
        Tls.PASSED_THROUGH,
        (Backend("shop", "dns", "53"),),
    )


def test_a_second_layer_is_behind_the_first() -> None:
    parent = w.object(
        "IngressRoute",
        "top",
        "{entryPoints: [web], routes: [{match: Host(`api.example.com`), middlewares: [{name: ask}]}]}",
    )
    child = w.object(
        "IngressRoute",
        "below",
        "{parentRefs: [{name: top}], routes: "
        "[{match: PathPrefix(`/v1`), services: [{name: orders, port: 80}]}]}",
    )
    _, found = exposures(parent, child, w.middleware("ask", w.ASK))
    assert (found.host, found.path.value) == ("api.example.com", "/v1")
    assert found.auth is not None


def test_weighted_and_mirrored_services() -> None:
    weighted = w.object(
        "TraefikService",
        "both",
        "{weighted: {services: [{name: a, port: 80, weight: 1}, {name: m, kind: TraefikService}]}}",
    )
    mirror = w.object(
        "TraefikService", "m", "{mirroring: {name: b, port: 80, mirrors: [{name: spy, port: 80}]}}"
    )
    found = one(w.route(services="[{name: both, kind: TraefikService}]"), weighted, mirror)
    assert found.backends == (Backend("shop", "a", "80"), Backend("shop", "b", "80"))
    assert [(one.to, one.place.owner) for one in found.mirrors] == [("spy", "TraefikService/shop/m")]


def test_the_dashboard_is_a_backend() -> None:
    found = one(w.route(services="[{name: api@internal, kind: TraefikService}]"))
    assert [(one.name, one.kind) for one in found.backends] == [("api@internal", "TraefikInternal")]


INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: orders
  namespace: shop
  annotations:
    traefik.ingress.kubernetes.io/router.middlewares: shop-ask@kubernetescrd
    traefik.ingress.kubernetes.io/router.tls: "true"
spec:
  ingressClassName: traefik
  defaultBackend: {service: {name: rest, port: {number: 80}}}
  rules:
  - host: "*.example.com"
    http:
      paths:
      - {path: /v1, pathType: Prefix, backend: {service: {name: orders, port: {number: 80}}}}
      - {path: /v1/x, pathType: Exact, backend: {service: {name: orders, port: {number: 80}}}}
"""


def test_an_ingress_with_annotations() -> None:
    prefix, exact, rest = exposures(INGRESS, w.middleware("ask", w.ASK))
    assert (prefix.host, prefix.path) == ("*.example.com", PathMatch(PathKind.BEGINS_WITH, "/v1"))
    assert exact.path == PathMatch(PathKind.EXACT, "/v1/x")
    assert (rest.host, rest.backends) == (ANY_HOST, (Backend("shop", "rest", "80"),))
    assert rest.rank > prefix.rank
    for found in (prefix, exact, rest):
        assert found.auth is not None
        assert (found.auth.policy, found.tls, found.class_name) == ("orders", Tls.ONLY, "traefik")
    strict = "providers: {kubernetesIngress: {strictPrefixMatching: true}}"
    kinds = [one.path.kind for one in exposures(INGRESS, strict) if one.path.value.startswith("/v1")]
    assert kinds == [PathKind.EXACT, PathKind.BEGINS_WITH, PathKind.EXACT]


DYNAMIC = """\
http:
  routers:
    api:
      rule: Host(`api.example.com`) && PathPrefix(`/v1`)
      entryPoints: [web]
      service: both
      middlewares: [ask]
      tls: {}
  middlewares:
    ask:
      forwardAuth:
        address: "https://user:hunter2@10.0.0.1:8443/auth/traefik/orders"
        authresponseheaders: [authorization]
  services:
    both: {weighted: {services: [{name: one, weight: 1}, {name: copied, weight: 1}]}}
    one: {loadBalancer: {servers: [{url: "http://10.0.0.2:8080"}, {url: "http://orders.shop.svc"}]}}
    copied: {mirroring: {service: one, mirrors: [{name: spy, percent: 10}]}}
tcp:
  routers:
    db: {rule: HostSNI(`db.example.com`), service: db, tls: {passthrough: true}}
  services:
    db: {loadBalancer: {servers: [{address: "10.0.0.3:5432"}]}}
"""
TOML = """\
[http.routers.api]
rule = "Host(`api.example.com`)"
service = "one"
middlewares = ["ask"]
[http.middlewares.ask.forwardAuth]
address = "https://10.0.0.1:8443/auth/traefik/orders"
authResponseHeaders = ["Authorization"]
[http.services.one.loadBalancer]
[[http.services.one.loadBalancer.servers]]
url = "http://10.0.0.2:8080"
"""


def test_a_file_of_its_provider() -> None:
    api, db = exposures(DYNAMIC)
    assert api.backends == (Backend("", "10.0.0.2", "8080", "Server"), Backend("shop", "orders", "80"))
    assert [one.to for one in api.mirrors] == ["spy"]
    assert (api.tls, api.token.reaches) == (Tls.ONLY, Reaches.NO)
    assert api.auth is not None
    assert api.auth.url == "https://10.0.0.1:8443/auth/traefik/orders"
    assert "hunter2" not in repr(api)
    assert api.source.owner == "router api"
    assert (db.host, db.tls, db.backends) == (
        "db.example.com",
        Tls.PASSED_THROUGH,
        (Backend("", "10.0.0.3", "5432", "Server"),),
    )


def test_the_same_in_toml_and_in_a_config_map() -> None:
    (found,) = exposures(TOML, file="dynamic.toml")
    assert (found.token.reaches, found.token.place.line, found.source.line) == (Reaches.NO, 7, 2)
    indented = "\n".join(f"    {line}" for line in TOML.splitlines())
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: traefik, namespace: edge}\ndata:\n  d.toml: |\n"
    config_map = f"{head}{indented}\n"
    (found,) = exposures(config_map)
    assert (found.token.reaches, found.token.place.line) == (Reaches.NO, 12)
    assert found.token.place.owner == "ConfigMap/edge/traefik"
    assert found.of is not None


def test_what_the_access_log_writes_is_on_each() -> None:
    static = "{accessLog: {fields: {headers: {names: {Authorization: keep}}}}, entryPoints: {web: {}}}"
    assert [one.name for one in one(w.route(), static).logs] == ["authorization", "query"]


def test_public_on_purpose() -> None:
    notes = "{token-gateway.dev/public: a catalogue for everybody}"
    assert one(w.route(annotations=notes)).public == "a catalogue for everybody"
