"""What reaches each real server of a request's headers, and what never does?"""

import pytest

from gateway.core.mint import IDENTITY_HEADERS
from gateway.dialects.untrusted import UNTRUSTED
from tests.edge.asking import ask, fresh
from tests.edge.backends import Backend, Seen
from tests.edge.stack import host_of, token
from tests.wire.backend_view import verified
from tests.wire.gateway_process import GatewayProcess
from tests.wire.http_message import Message
from tests.wire.raw_client import bearer

pytestmark = pytest.mark.wire

IDENTITY = [name.decode() for name in IDENTITY_HEADERS]
OURS = {
    *("host", "via", "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"),
    *("authorization", *IDENTITY),
}
FORGED = {
    **dict.fromkeys((name.lower() for name in UNTRUSTED if "method" not in name.lower()), "forged"),
    "x-forwarded-for": "10.0.0.1",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "gopher",
    "forwarded": "for=10.0.0.1;host=evil.example",
    "x-real-ip": "10.0.0.1",
    "true-client-ip": "10.0.0.1",
    "x-envoy-original-path": "/admin",
    "x-token-gateway-caller": "forged",
    "proxy": "http://evil.example",
    "X_Forwarded_For": "10.0.0.1",
    "X.Real.IP": "10.0.0.1",
    "Proxy-Connection": "keep-alive",
}


def everything(seen: Seen) -> str:
    return "\n".join((seen.target, *(f"{name}: {value}" for name, value in seen.headers)))


def through(
    gateway: GatewayProcess, backend: Backend, *headers: tuple[str, str], target: str | None = None
) -> Seen:
    """What the server has seen of this; the target ends in what no server gets."""
    asked = fresh() if target is None else target
    assert ask(gateway, backend.kind, asked, *headers).status == 200
    return backend.only(asked)


def test_the_token_is_ours_and_everything_else_is_as_it_was_sent(
    gateway: GatewayProcess, backend: Backend
) -> None:
    sent = token()
    odd = [
        ("X-Odd", 'a,  b;\tc="d"'),
        ("X-Twice", "1"),
        ("X-Twice", "2"),
        ("X-Empty", ""),
        ("X-High", "caf\xe9"),
    ]
    seen = through(gateway, backend, bearer(sent), *odd)
    message = Message(start_line="", headers=tuple(seen.headers), body=b"")
    assert verified(gateway, message)["sub"] == "corp:alice"
    assert all(part not in everything(seen) for part in sent.split(".")[1:])
    kept = [(name.lower(), value) for name, value in seen.headers if name.lower() not in OURS]
    high = "caf\xe9"
    if backend.kind == "go":  # JSON of Go is UTF-8, in which this octet is none
        high = "caf\ufffd"
    assert sorted(kept) == sorted([(name.lower(), value) for name, value in odd[:-1]] + [("x-high", high)])
    assert seen.values("x-twice") == ["1", "2"]


def test_who_is_served_is_our_word_alone(gateway: GatewayProcess, backend: Backend) -> None:
    seen = through(gateway, backend, bearer(token()), *FORGED.items())
    host = host_of(backend.kind)
    assert set(seen.names) == OURS
    assert len(seen.names) == len(OURS)
    told = {name: seen.values(name) for name in OURS - {"authorization"}}
    assert told == {
        "host": [host],
        "via": ["1.1 token-gateway"],
        "forwarded": [f"for=127.0.0.1;host={host};proto=http"],
        "x-forwarded-for": ["127.0.0.1"],
        "x-forwarded-host": [host],
        "x-forwarded-proto": ["http"],
        "x-real-ip": ["127.0.0.1"],
        "x-auth-subject": ["corp:alice"],
        "x-auth-client": ["web"],
        "x-auth-issuer": ["https://idp.example"],
        "x-auth-scopes": ["orders:read"],
    }


@pytest.mark.parametrize(
    "name", ["X-Auth-Subject", "X_Auth_Subject", "x.auth.scopes", "X-Auth_Client", "x~auth~issuer"]
)
def test_whoever_claims_an_identity_reaches_nobody(
    gateway: GatewayProcess, backend: Backend, name: str
) -> None:
    for target in (fresh(), fresh("/public")):
        assert ask(gateway, backend.kind, target, bearer(token()), (name, "admin")).status in {400, 403}
        assert target not in {seen.target for seen in backend.seen()}


@pytest.mark.parametrize(
    "header",
    [("Authorization", "Bearer x"), ("X-Api-Token", "x"), ("Cookie", "api_token=x"), ("Cookie", "a=1")],
    ids=lambda pair: pair[0],
)
def test_nobody_is_named_where_nobody_is_asked(
    gateway: GatewayProcess, backend: Backend, header: tuple[str, str]
) -> None:
    seen = through(gateway, backend, header, target=fresh("/public"))
    assert [value for name in IDENTITY for value in seen.values(name) if value] == []
    assert (seen.values("authorization"), seen.values("x-api-token")) == ([], [])
    assert seen.values("cookie") == [value for name, value in [header] if value == "a=1"]


def test_an_api_key_goes_no_further(gateway: GatewayProcess, backend: Backend) -> None:
    sent = token()
    seen = through(gateway, backend, ("X-Api-Token", sent), ("X-Api-Tokens", "other"))
    assert (seen.values("x-api-token"), seen.values("x-api-tokens")) == ([], ["other"])
    assert sent not in everything(seen)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("api_token=T", None),
        ("a=1; api_token=T; b=2", "a=1; b=2"),
        (
            'a="q s"; api_token=T; A=1; api%5Ftoken=no; API_TOKEN=no',
            'a="q s"; A=1; api%5Ftoken=no; API_TOKEN=no',
        ),
        ("a=1; b==; c; api_token=T; a=1", "a=1; b==; c; a=1"),
    ],
)
def test_our_cookie_alone_is_taken_out(
    gateway: GatewayProcess, backend: Backend, before: str, after: str | None
) -> None:
    sent = token()
    origin = ("Sec-Fetch-Site", "same-origin")
    seen = through(
        gateway, backend, ("Cookie", before.replace("T", sent, 1) if "=T" in before else before), origin
    )
    assert seen.values("cookie") == ([] if after is None else [after])
    assert sent not in everything(seen)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("access_token=T", ""),
        ("a=%2F&access_token=T&b=+", "?a=%2F&b=+"),
        ("access_token=T&&x=%00%zz&access_tokens=1", "?&x=%00%zz&access_tokens=1"),
        ("q=a%26access_token%3Dz;access_token=T;z", "?q=a%26access_token%3Dz;z"),
    ],
)
def test_our_parameter_alone_is_taken_out(
    gateway: GatewayProcess, backend: Backend, before: str, after: str
) -> None:
    sent, path = token(), fresh()
    assert ask(gateway, backend.kind, f"{path}?{before.replace('T', sent)}", ("X-A", "1")).status == 200
    seen = backend.only(path + after)
    assert sent not in everything(seen)


@pytest.mark.parametrize(
    "name", ["access%5Ftoken", "%61ccess_token", "ACCESS_TOKEN", "access%5ftoken", "access%255Ftoken"]
)
def test_a_parameter_in_another_spelling_is_never_passed_on(
    gateway: GatewayProcess, backend: Backend, name: str
) -> None:
    sent, path = token(), fresh()
    status = ask(gateway, backend.kind, f"{path}?a=1&{name}={sent}", ("X-A", "1")).status
    assert status in {400, 401}
    assert all(path not in seen.target for seen in backend.seen())


def test_what_belongs_to_the_clients_connection_ends_here(gateway: GatewayProcess, backend: Backend) -> None:
    hop_by_hop = [
        *(
            ("Connection", "keep-alive, TE"),
            ("Keep-Alive", "timeout=5"),
            ("TE", "trailers"),
            ("Trailer", "X-Sum"),
        ),
        *(
            ("Proxy-Authorization", "Basic eDp5"),
            ("Proxy-Connection", "close"),
            ("HTTP2-Settings", "AAMAAABk"),
        ),
    ]
    seen = through(gateway, backend, bearer(token()), *hop_by_hop)
    assert set(seen.names) == OURS


@pytest.mark.parametrize(
    "option", ["X-Auth-Subject", "Authorization", "Cookie", "X-Custom", "close, x-forwarded-for"]
)
def test_nobody_has_a_header_taken_away(gateway: GatewayProcess, backend: Backend, option: str) -> None:
    target = fresh()
    answer = ask(gateway, backend.kind, target, bearer(token()), ("Connection", option), ("X-Custom", "1"))
    assert answer.status in {400, 403}
    assert target not in {seen.target for seen in backend.seen()}


@pytest.mark.parametrize("upgrade", ["h2c", "TLS/1.0", "foo"])
def test_no_other_protocol_is_asked_for(gateway: GatewayProcess, backend: Backend, upgrade: str) -> None:
    target = fresh()
    headers = (
        ("Connection", "Upgrade, HTTP2-Settings"),
        ("Upgrade", upgrade),
        ("HTTP2-Settings", "AAMAAABk"),
    )
    answer = ask(gateway, backend.kind, target, bearer(token()), *headers)
    assert answer.status in {200, 403}
    for seen in backend.seen():
        assert {"upgrade", "http2-settings"} & set(seen.names) == set()
