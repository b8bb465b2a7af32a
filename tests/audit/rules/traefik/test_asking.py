"""How Traefik asks."""

from tests.audit.normal.traefik import written as w
from tests.audit.rules.traefik.judged import differing, hits


def ask(fields: str) -> str:
    return w.middleware("ask", f"forwardAuth: {{{fields}}}")


def test_clear_text() -> None:
    cases = {
        ask("address: 'https://gw.example/auth'"): [],
        ask("address: 'http://127.0.0.1:9000/auth'"): [],
        ask("address: 'http://[::1]:9000/auth'"): [],
        ask("address: 'http://gw.shop.svc:9000/auth'"): ["high"],
        ask("address: 'http://localhost.example/auth'"): ["high"],
        ask("address: 'ftp://gw.example'"): ["high"],
        ask("address: ''"): ["high"],
        ask("trustForwardHeader: false"): ["high"],
        "http: {middlewares: {a: {ForwardAuth: {ADDRESS: 'http://gw.example'}}}}": ["high"],
    }
    assert differing("TRF-001", cases) == {}
    (hit,) = hits("TRF-001", ask("address: 'http://user:hunter2@gw.example/hunter3'"))
    assert "hunter" not in f"{hit.what} {hit.about} {hit.place}"


STATIC = "entryPoints: {{web: {{address: ':80'{}}}, other: {{forwardedHeaders: {{insecure: true}}}}}}"


def test_forwarded_headers() -> None:
    trusting = ask("address: 'https://gw.example', trustForwardHeader: true")
    route = w.route(middlewares=["ask"], entry_points="[web]")
    assert (
        differing(
            "TRF-002",
            {
                ask("address: 'https://gw.example'"): ["high"],
                ask("address: 'https://gw.example', trustForwardHeader: maybe"): ["high"],
                ask("address: 'https://gw.example', trustForwardHeader: false"): [],
                trusting: ["medium"],
            },
            route,
        )
        == {}
    )
    doors = {
        "": ["medium web"],
        ", forwardedHeaders: {trustedIPs: [10.0.0.0/8]}": [],
        ", forwardedHeaders: {insecure: false}": [],
        ", forwardedHeaders: {insecure: true}": ["high web"],
        ", forwardedHeaders: {trustedIPs: ['0.0.0.0/0']}": ["high web"],
        ", proxyProtocol: {insecure: true}": ["high web"],
    }
    assert (
        differing("TRF-002", {STATIC.format(key): said for key, said in doors.items()}, trusting, route) == {}
    )
    unused = hits("TRF-002", trusting, STATIC.format(""))
    assert [f"{one.severity} {one.about}" for one in unused] == ["high other", "medium web"]


def test_certificates_that_are_not_verified() -> None:
    cases = {
        ask("address: 'https://a', tls: {insecureSkipVerify: true}"): ["high"],
        ask("address: 'https://a', tls: {insecureSkipVerify: false}"): [],
        w.object("ServersTransport", "t", "{insecureSkipVerify: true}"): ["high"],
        w.object("ServersTransport", "t", "{rootCAs: []}"): [],
        w.object("ServersTransportTCP", "t", "{tls: {insecureSkipVerify: true}}"): ["high"],
        "http: {serversTransports: {t: {insecureSkipVerify: true}}}": ["high"],
        "tcp: {serversTransports: {t: {tls: {insecureSkipVerify: true}}}}": ["high"],
        "{entryPoints: {}, serversTransport: {insecureSkipVerify: true}}": ["high"],
        "{entryPoints: {}, serversTransport: {insecureSkipVerify: false}}": [],
    }
    assert differing("TRF-007", cases) == {}


def test_bodies_without_a_bound() -> None:
    cases = {
        ask("maxResponseBodySize: 65536"): [],
        ask("maxResponseBodySize: -1"): ["medium response"],
        ask("maxResponseBodySize: many"): ["medium response"],
        ask("address: x"): ["medium response"],
        ask("maxResponseBodySize: 1, forwardBody: true"): ["medium request"],
        ask("maxResponseBodySize: 1, forwardBody: true, maxBodySize: 10"): [],
        ask("maxResponseBodySize: 1, forwardBody: true, maxBodySize: -1"): ["medium request"],
    }
    assert differing("TRF-009", cases) == {}


def test_the_dialect_of_another_proxy() -> None:
    base = "https://gw.example"
    cases = {
        ask(f"address: '{base}/auth/traefik/orders'"): [],
        ask(f"address: '{base}/auth/nginx/orders'"): ["high"],
        ask(f"address: '{base}/auth/verify/orders'"): [],
        ask(f"address: '{base}/api/authz/forward-auth'"): [],
    }
    assert differing("TRF-023", cases, w.route(middlewares=["ask"])) == {}


def test_what_no_router_passes() -> None:
    good = ask("address: 'https://gw.example'")
    assert [one.place.owner for one in hits("TRF-024", good, w.route())] == ["Middleware/shop/ask"]
    assert hits("TRF-024", good) == [], "no router was given at all"
    elsewhere = w.object("IngressRoute", "r", "{routes: [{match: Host(`a`)}]}", namespace="other")
    assert hits("TRF-024", good, elsewhere) == [], "none of its namespace was given"
    assert hits("TRF-024", good, w.route(middlewares=["ask"])) == []
    assert hits("TRF-024", good, w.route(), w.chain("c", "ask")) != []
    by_entry_point = "entryPoints: {web: {http: {middlewares: [shop-ask@kubernetescrd]}}}"
    assert hits("TRF-024", good, w.route(), by_entry_point) == []
    http_route = (
        "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: h, namespace: shop}, "
        "spec: {rules: [{filters: [{type: ExtensionRef, extensionRef: "
        "{group: traefik.io, kind: Middleware, name: c}}]}]}}"
    )
    assert hits("TRF-024", good, w.route(), w.chain("c", "ask"), http_route) == []
    crossing = "providers: {kubernetesCRD: {allowCrossNamespace: true}}"
    assert hits("TRF-024", good, w.route(), crossing) == []
    file = "http: {routers: {r: {rule: Host(`a`)}}, middlewares: {b: {basicAuth: {users: []}}}}"
    assert len(hits("TRF-024", file)) == 1
