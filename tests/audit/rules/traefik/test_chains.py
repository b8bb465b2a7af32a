"""The order of middlewares, and those that are not there."""

from tests.audit.normal.traefik import written as w
from tests.audit.rules.traefik.judged import differing, hits

ASK = w.middleware("ask", w.ASK)
STEPS = {
    "strip": "stripPrefix: {prefixes: [/a]}",
    "replace": "replacePathRegex: {regex: ^/a, replacement: /b}",
    "pages": "errors: {status: ['400-499'], service: {name: p, port: 80}}",
    "pages5": "errors: {status: ['500-599'], service: {name: p, port: 80}}",
    "again": "retry: {attempts: 2}",
    "zip": "compress: {}",
    "users": "basicAuth: {secret: s, removeHeader: true}",
}


def test_what_comes_before_the_question() -> None:
    cases = {
        "strip, ask": ["high shop/orders stripprefix"],
        "replace, ask": ["high shop/orders replacepathregex"],
        "pages, ask": ["medium shop/orders errors"],
        "pages5, ask": [],
        "again, ask": ["low shop/orders retry"],
        "zip, ask": [],
        "ask, strip, pages, again": [],
        "strip, users": [],
        "strip": [],
    }
    texts = {w.route(middlewares=key.split(", ")): said for key, said in cases.items()}
    others = [w.middleware(name, spec) for name, spec in STEPS.items()]
    assert differing("TRF-008", texts, ASK, *others) == {}


def test_a_chain_has_the_order_of_what_it_stands_for() -> None:
    strip = w.middleware("strip", STEPS["strip"])
    route = w.route(middlewares=["all"])
    assert hits("TRF-008", route, w.chain("all", "strip", "ask"), strip, ASK)
    assert hits("TRF-008", route, w.chain("all", "ask", "strip"), strip, ASK) == []


def test_error_pages() -> None:
    def pages(more: str) -> str:
        return w.middleware("pages", f"errors: {{status: ['500'], service: {{name: p}}{more}}}")

    cases = {
        pages(""): ["medium"],
        pages(", errorRequestHeaders: []"): ["medium"],
        pages(", errorRequestHeaders: [Accept]"): [],
        pages(", errorRequestHeaders: [Accept, Cookie]"): ["high cookie"],
    }
    assert differing("TRF-015", cases) == {}


def test_what_is_not_there() -> None:
    assert [one.about for one in hits("TRF-020", w.route(middlewares=["gone"]), ASK)] == ["gone"]
    assert hits("TRF-020", w.route(middlewares=["gone"])) == [], "no middleware was given at all"
    assert hits("TRF-020", w.route(middlewares=["gone@docker"]), ASK) == []
    for spec in ("", "stripPrefix: {}, compress: {}"):
        assert len(hits("TRF-020", w.route(middlewares=["m"]), w.middleware("m", spec))) == 1, spec
    assert len(hits("TRF-020", w.route(middlewares=[""]), ASK)) == 1
    assert len(hits("TRF-020", w.route(middlewares=["c"]), w.chain("c", "gone"))) == 1
    file = "http: {routers: {r: {rule: Host(`a`), middlewares: [gone]}}, middlewares: {here: {compress: {}}}}"
    assert len(hits("TRF-020", file)) == 1


def test_cors() -> None:
    def cors(fields: str) -> str:
        return w.middleware("cors", f"headers: {{{fields}}}")

    cases = {
        cors("accessControlAllowOriginList: ['*']"): [],
        cors("accessControlAllowOriginList: ['*'], accessControlAllowCredentials: true"): [
            "high accessControlAllowOriginList"
        ],
        cors("accessControlAllowOriginList: ['https://a.example'], accessControlAllowCredentials: true"): [],
        cors("accessControlAllowOriginListRegex: ['^.*$'], accessControlAllowCredentials: true"): [
            "high accessControlAllowOriginListRegex"
        ],
    }
    assert differing("TRF-027", cases) == {}
