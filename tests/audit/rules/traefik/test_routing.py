"""Copies, and certificates that a client may say."""

from tests.audit.normal.traefik import written as w
from tests.audit.rules.traefik.judged import differing, hits

ASK = w.middleware("ask", w.ASK)
MIRROR = w.object("TraefikService", "m", "{mirroring: {name: a, port: 80, mirrors: [{name: spy, port: 80}]}}")
MIRRORED = "[{name: m, kind: TraefikService}]"


def test_mirrors_of_what_is_protected() -> None:
    (hit,) = hits("TRF-016", MIRROR, ASK, w.route(middlewares=["ask"], services=MIRRORED))
    assert (hit.place.owner, hit.about) == ("TraefikService/shop/m", "shop/orders spy")
    assert hits("TRF-016", MIRROR, ASK, w.route(services=MIRRORED)) == []


def test_what_is_served_in_clear_text() -> None:
    points = (
        "entryPoints: {web: {address: ':80'}, tls: {address: ':443', http: {tls: {}}}, "
        "up: {http: {redirections: {entryPoint: {to: tls}}}}, here: {address: 'localhost:80'}}"
    )
    up = w.middleware("up", "redirectScheme: {scheme: https}")

    def through(name: str, **more: str) -> str:
        return w.route(entry_points=f"[{name}]", middlewares=["ask"], **more)

    cases = {
        through("web"): ["high shop/orders web"],
        through("tls"): [],
        through("up"): [],
        through("here"): [],
        through("web, tls"): ["high shop/orders web"],
        through("web", tls="{}"): [],
        through("web", services="[]"): [],
        w.route(entry_points="[web]"): [],
        w.route(entry_points="[web]", middlewares=["up", "ask"]): [],
    }
    assert differing("TRF-028", cases, points, ASK, up) == {}
    by_name = {through("web"): ["medium shop/orders"], through("websecure"): [], through("web", tls="{}"): []}
    assert differing("TRF-028", by_name, ASK) == {}


def option(kind: str) -> str:
    return w.object("TLSOption", "o", f"{{clientAuth: {{clientAuthType: {kind}}}}}")


def test_certificates() -> None:
    told = w.middleware("told", "passTLSClientCert: {pem: true}")
    both = w.middleware("both", "passTLSClientCert: {pem: true, info: {serialNumber: true}}")
    clean = w.middleware("clean", "headers: {customRequestHeaders: {X-Forwarded-Tls-Client-Cert: ''}}")
    around = (told, both, clean)
    tls = "{options: {name: o}}"
    required = option("RequireAndVerifyClientCert")
    assert hits("TRF-017", w.route(middlewares=["told"], tls=tls), *around, required) == []
    cases = {
        w.route(middlewares=["told"], tls=tls): ["high shop/orders"],
        w.route(middlewares=["told"]): ["high shop/orders"],
        w.route(middlewares=["clean", "told"], tls=tls): [],
        w.route(middlewares=["told", "clean"], tls=tls): ["high shop/orders"],
        w.route(middlewares=["clean", "both"], tls=tls): ["high shop/orders"],
        w.route(middlewares=["told"], tls="{options: {name: not-given}}"): [],
    }
    assert differing("TRF-017", cases, *around, option("VerifyClientCertIfGiven")) == {}
