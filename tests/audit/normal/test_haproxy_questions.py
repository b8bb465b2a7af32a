"""Which lines ask, and which variables tell of the answer."""

from gateway.audit.estate.haproxy_syntax import HaproxyText, Line, read_haproxy
from gateway.audit.exposure import Fails, Mechanism
from gateway.audit.normal.haproxy_conditions import ways_of
from gateway.audit.normal.haproxy_questions import (
    Question,
    is_a_no,
    mechanism_of,
    questions_of,
    verified_variables,
)


def read(*lines: str) -> tuple[HaproxyText, tuple[Line, ...]]:
    text = read_haproxy("frontend f\n" + "".join(f" {one}\n" for one in lines) + "backend auth-agents\n", "f")
    assert not text.problems
    return text, text.sections[0].lines


def question(line: str) -> Question:
    text, lines = read(line)
    (found,) = questions_of(lines, text)
    return found


def test_our_own_action() -> None:
    found = question(
        "http-request lua.token_gateway https://gw.example:4180/auth/haproxy/orders 60 Authorization,Cookie ,"
    )
    assert found.replaced == {"authorization", "cookie"}
    auth = found.auth(Fails.CLOSED)
    assert (auth.dialect, auth.policy, auth.removes_unanswered) == ("haproxy", "orders", True)
    assert auth.response_headers == frozenset({"authorization", "cookie"})


def test_haproxy_auth_request() -> None:
    found = question("http-request lua.auth-intercept auth /verify GET * 'authorization,X-User' -")
    assert (found.backend, found.overwritten) == ("auth", frozenset({"authorization", "x-user"}))
    assert not found.auth(Fails.CLOSED).removes_unanswered
    found = question("http-request lua.auth-intercept auth /verify GET * * *")
    assert found.auth(Fails.CLOSED).response_headers is None
    assert question("http-request lua.auth-request auth /verify").overwritten == frozenset()


def test_an_agent_is_found_with_its_backend() -> None:
    found = question("filter spoe engine auth config spoe.conf")
    assert (found.variables, found.backend) == (("txn.auth.",), "auth-agents")


def test_other_scripts_ask_if_their_name_says_so() -> None:
    assert question("http-request lua.oidc_check http://127.0.0.1:1/x").target is not None
    text, lines = read("http-request lua.ban_bots", "http-request deny")
    assert list(questions_of(lines, text)) == []


def test_what_haproxy_checks_itself() -> None:
    _, lines = read(
        "http-request set-var(txn.ok,ifnotexists) http_auth_bearer,jwt_verify(txn.alg,/k)",
        "http-request set-var(txn.path) path",
    )
    verified = verified_variables(lines)
    assert verified == {"txn.ok": Mechanism.JWT}
    table = {
        "{ var(txn.ok) -m int 1 }": Mechanism.JWT,
        "{ var(txn.path) -m beg /x }": None,
        "{ http_auth(users) }": Mechanism.BASIC,
        "{ var(txn.ok) -m bool }": None,
        "{ http_auth_bearer,jwt_verify(txn.alg,/k) 1 }": Mechanism.JWT,
        "{ http_auth_bearer,jwt_verify(txn.alg,/k) -m found }": None,
        "{ req.hdr(authorization) -m str abc }": Mechanism.API_KEY,
        "{ req.hdr(authorization) -m beg Bearer }": None,
        "{ ssl_c_verify 0 }": Mechanism.CLIENT_CERTIFICATE,
        "{ req.hdr(X-Api-Key) -f keys.lst }": Mechanism.API_KEY,
        "{ req.hdr(X-Api-Key) -m found }": None,
        "{ path /x }": None,
    }
    for condition, expected in table.items():
        _, (line,) = read(f"http-request deny unless {condition}")
        ways = ways_of(line.words, {})
        assert ways is not None
        assert mechanism_of(ways[0][0], verified) is expected, condition


def test_who_has_shown_nothing() -> None:
    table = {
        "!{ ssl_c_used }": True,
        "{ ssl_c_used 0 }": True,
        "{ ssl_c_used 1 }": False,
        "{ ssl_c_used }": False,
        "!{ ssl_c_verify 0 }": True,
        "{ ssl_c_verify 0 }": False,
        "{ ssl_c_verify gt 0 }": True,
        "{ ssl_c_verify ne 0 }": True,
        "{ ssl_c_verify 10 }": True,
    }
    for condition, expected in table.items():
        _, (line,) = read(f"http-request deny if {condition}")
        ways = ways_of(line.words, {})
        assert ways is not None
        assert is_a_no(ways[0][0], Mechanism.CLIENT_CERTIFICATE) is expected, condition
