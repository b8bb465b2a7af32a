"""Open routers that are tried before a protected one."""

from tests.audit.normal.traefik import written as w
from tests.audit.rules.traefik.judged import differing

GUARDED = "Host(`api.example.com`) && PathPrefix(`/v1`)"
ASK = w.middleware("ask", w.ASK)
WIDE = "HostRegexp(`^[a-z0-9-]+\\.example\\.com$`) && PathPrefix(`/`)"


def other(rule: str, more: str = "kind: Rule", **fields: str) -> str:
    return w.route(rule=rule, more=more, name="other", **fields)


def test_what_takes_the_requests_of_a_protected_router() -> None:
    said = ["high shop/orders"]
    high = "priority: 1000"
    cases = {
        other(WIDE): said,
        other(WIDE, "priority: 1"): [],
        other(WIDE, annotations="{token-gateway.dev/public: for everybody}"): [],
        other(WIDE, entry_points="[internal]"): [],
        other("Host(`api.example.com`)"): [],
        other("Host(`api.example.com`)", high): said,
        other("PathPrefix(`/`)", high): said,
        other("HostRegexp(`.+`)", high): said,
        other("Host(`api.example.com`) && PathPrefix(`/v1/public`)"): [],
        other("Host(`api.example.com`) && Path(`/v1`)", high): [],
        other("Host(`api.example.com`) && PathRegexp(`^/v1/public/.*`)"): [],
        other("Host(`api.example.com`) && PathRegexp(`^/v[0-9]+/.*`)"): said,
        other("Host(`api.example.com`) && PathRegexp(`[.](css|js)$`)", high): said,
        other("Host(`api.example.com`) && Header(`X-Canary`, `1`)", high): said,
        other("Host(`api.example.com`) && ClientIP(`10.0.0.0/8`)", high): [],
        other("Host(`api.example.com`) && !ClientIP(`10.0.0.0/8`)", high): said,
        other("Host(`api.example.com`) && !Path(`/address of the client`)", high): said,
        other("Host(`www.example.com`)", high): [],
        other("Host(`api.example.com`)", high, services="[]"): [],
    }
    guarded = w.route(rule=GUARDED, middlewares=["ask"], entry_points="[web]")
    found = {text: cases[text] for text in cases}
    assert differing("TRF-019", found, guarded, ASK) == {}


def test_methods_that_are_not_shared() -> None:
    guarded = w.route(rule=f"{GUARDED} && Method(`POST`)", middlewares=["ask"])
    cases = {
        other("Host(`api.example.com`) && Method(`GET`)", "priority: 1000"): [],
        other("Host(`api.example.com`) && Method(`POST`)", "priority: 1000"): ["high shop/orders"],
    }
    assert differing("TRF-019", cases, guarded, ASK) == {}
