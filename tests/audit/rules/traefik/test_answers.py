"""What gets past the one who was asked."""

from tests.audit.normal.traefik import written as w
from tests.audit.rules.traefik.judged import differing, hits
from tests.dialects.snippets import policies as p

OURS = "address: 'https://gw.example/auth/traefik/orders'"
IDENTITY = "X-Auth-Subject, X-Auth-Issuer, X-Auth-Client, X-Auth-Scopes"


def ask(fields: str) -> str:
    return w.middleware("ask", f"forwardAuth: {{{fields}}}")


def test_the_token() -> None:
    cases = {
        ask("address: 'https://a'"): ["high authorization"],
        ask("authResponseHeaders: []"): ["high authorization"],
        ask("authResponseHeaders: [Remote-User]"): ["high authorization"],
        ask("authResponseHeaders: [AUTHORIZATION]"): [],
        ask("authResponseHeadersRegex: '^Authorization$'"): [],
        ask("authResponseHeadersRegex: '^X-'"): ["high authorization"],
        ask("authResponseHeadersRegex: '(x+)+'"): [],
    }
    assert differing("TRF-003", cases) == {}


def test_a_token_that_a_later_step_of_every_router_takes_is_gone() -> None:
    loose = ask("address: 'https://a'")
    clean = w.middleware("clean", "headers: {customRequestHeaders: {Authorization: ''}}")
    guarded = w.route(middlewares=["ask", "clean"])
    assert hits("TRF-003", loose, clean, guarded) == []
    assert len(hits("TRF-003", loose, clean, guarded, w.route(middlewares=["ask"], name="two"))) == 1


def test_the_credentials_of_the_policy_count_too() -> None:
    given = ask(f"{OURS}, authResponseHeaders: [Authorization, {IDENTITY}]")
    for policy, lacking in ((p.PLAIN, []), (p.HEADER, ["x-device-token"]), (p.COOKIE, ["cookie"])):
        found = hits("TRF-003", given, policies={"orders": policy})
        assert [one.about for one in found] == lacking
    assert hits("TRF-003", given, policies={"other": p.COOKIE}) == []
    cleaned = w.middleware("clean", "headers: {customRequestHeaders: {x-device-token: ''}}")
    after, before = w.route(middlewares=["ask", "clean"]), w.route(middlewares=["clean", "ask"])
    assert hits("TRF-003", given, cleaned, after, policies={"orders": p.HEADER}) == []
    assert len(hits("TRF-003", given, cleaned, before, policies={"orders": p.HEADER})) == 1


def test_expressions() -> None:
    cases = {
        ask(f"authResponseHeadersRegex: '{pattern}'"): said
        for pattern, said in {
            "^X-Auth-(A|B)$": [],
            "(?i)^x-auth-.*$": [],
            "^X-A$|^X-B$": ["medium"],
            "^X-Auth-": ["medium"],
            "X-Auth$": ["medium"],
            "X-Auth": ["medium"],
        }.items()
    }
    assert differing("TRF-004", cases) == {}


def test_passwords() -> None:
    cases = {
        w.middleware("a", "basicAuth: {secret: s}"): ["medium"],
        w.middleware("a", "basicAuth: {secret: s, removeHeader: false}"): ["medium"],
        w.middleware("a", "digestAuth: {secret: s, removeHeader: true}"): [],
        "http: {middlewares: {a: {digestauth: {users: []}}}}": ["medium"],
    }
    assert differing("TRF-021", cases) == {}


def test_identity_headers_are_of_our_gateway_alone() -> None:
    cases = {
        ask(f"{OURS}, authResponseHeaders: [Authorization, {IDENTITY}]"): [],
        ask(f"{OURS}, authResponseHeaders: [Authorization]"): ["high"],
        ask(f"{OURS}, authResponseHeadersRegex: '^X-Auth-.*$'"): [],
        ask("address: 'https://other.example/check', authResponseHeaders: [Authorization]"): [],
    }
    assert differing("TRF-022", cases) == {}
    (hit,) = hits("TRF-022", ask(f"{OURS}, authResponseHeaders: [X-Auth-Subject, X-Auth-Client]"))
    assert hit.what == "a client may say X-Auth-Issuer, X-Auth-Scopes itself"


def test_what_the_gateway_is_shown() -> None:
    cases = {
        ask(f"{OURS}"): [],
        ask(f"{OURS}, authRequestHeaders: []"): [],
        ask(f"{OURS}, authRequestHeaders: [Authorization]"): ["low"],
        ask("address: 'https://other.example/check', authRequestHeaders: [Cookie]"): [],
    }
    assert differing("TRF-026", cases) == {}
