"""Do backends get our public keys, cheaply, and nobody anything else?"""

import json

import jwt
import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.headers import HeaderPairs, Headers
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.keys.keyring import Keyring
from gateway.keys.memory import MemoryStore
from gateway.keys.store import open_keyring
from gateway.server.keys_pages import JWKS_PATH, OPENID_CONFIGURATION_PATH, KeysPages
from gateway.server.listener import listen
from gateway.server.pages import METHOD_NOT_ALLOWED, NOT_FOUND

ISSUER = "https://gateway.example"
JWKS_URI = "https://gateway.example/.well-known/jwks.json"
PATHS = (JWKS_PATH, OPENID_CONFIGURATION_PATH)


def new_keyring() -> Keyring:
    return open_keyring(MemoryStore(), algorithm="ES256", clock=lambda: 0.0)


KEYRING = new_keyring()
PAGES = KeysPages(KEYRING, ISSUER, JWKS_URI)


def ask(
    target: bytes, method: bytes = b"GET", headers: HeaderPairs = (), pages: KeysPages = PAGES
) -> HttpAnswer:
    return pages(HttpRequest(method=method, target=target, headers=Headers.of(headers), peer="192.0.2.1"))


def etag_of(answer: HttpAnswer) -> bytes:
    return dict(answer.headers)[b"ETag"]


@pytest.mark.parametrize("path", PATHS)
def test_the_headers(path: bytes) -> None:
    answer = ask(path)
    etag = etag_of(answer)
    assert answer.status == 200
    assert answer.headers == (
        (b"ETag", etag),
        (b"Content-Type", b"application/json"),
        (b"Cache-Control", b"public, max-age=300"),
        (b"X-Content-Type-Options", b"nosniff"),
    )
    assert len(etag) == 45
    assert etag[:1] == etag[-1:] == b'"'


def test_the_bodies_are_those_of_the_keyring() -> None:
    assert ask(JWKS_PATH).body == KEYRING.jwks()
    assert ask(OPENID_CONFIGURATION_PATH).body == KEYRING.openid_configuration(ISSUER, JWKS_URI)
    assert json.loads(ask(OPENID_CONFIGURATION_PATH).body)["jwks_uri"] == JWKS_URI


@pytest.mark.parametrize("path", PATHS)
def test_head_is_answered_as_get_and_the_query_is_ignored(path: bytes) -> None:
    fresh = ask(path)
    assert ask(path, b"HEAD") == fresh
    assert ask(path + b"?") == ask(path + b"?token=secret") == ask(path + b"?a=b#c") == fresh


def test_the_entity_tag_is_that_of_the_bytes() -> None:
    assert etag_of(ask(JWKS_PATH)) != etag_of(ask(OPENID_CONFIGURATION_PATH))
    again = KeysPages(KEYRING, ISSUER, JWKS_URI)
    assert etag_of(ask(JWKS_PATH, pages=again)) == etag_of(ask(JWKS_PATH))
    rotated = KeysPages(new_keyring(), ISSUER, JWKS_URI)
    assert etag_of(ask(JWKS_PATH, pages=rotated)) != etag_of(ask(JWKS_PATH))


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
@pytest.mark.parametrize(
    "conditions", [[b"%b"], [b"W/%b"], [b'"other", %b'], [b'"other",%b\t , "more"'], [b'"other"', b"%b"]]
)
def test_who_has_the_page_already_is_told_so(path: bytes, method: bytes, conditions: list[bytes]) -> None:
    fresh = ask(path)
    etag = etag_of(fresh)
    headers = tuple((b"if-none-match", one.replace(b"%b", etag)) for one in conditions)
    answer = ask(path, method, headers)
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers == fresh.headers


def test_a_star_stands_for_any_page() -> None:
    assert ask(JWKS_PATH, headers=((b"if-none-match", b"*"),)).status == 304


@pytest.mark.parametrize("condition", [b"", b'"other"', b'"', b'W/"other"', b"*, *", b",", b"%b", b"w/%b"])
def test_any_other_condition_gets_the_page(condition: bytes) -> None:
    bare = etag_of(ask(JWKS_PATH)).strip(b'"')
    value = condition.replace(b"w/%b", b'w/"%b"' % bare).replace(b"%b", bare)
    assert ask(JWKS_PATH, headers=((b"if-none-match", value),)) == ask(JWKS_PATH)


def test_the_tag_of_one_page_is_not_that_of_the_other() -> None:
    other = etag_of(ask(OPENID_CONFIGURATION_PATH))
    assert ask(JWKS_PATH, headers=((b"if-none-match", other),)).status == 200


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", [b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"get", b"PATCH"])
def test_another_method_is_refused_whatever_its_conditions(path: bytes, method: bytes) -> None:
    assert ask(path, method) is METHOD_NOT_ALLOWED
    assert ask(path, method, ((b"if-none-match", b"*"),)) is METHOD_NOT_ALLOWED


@pytest.mark.parametrize(
    "target",
    [
        b"/",
        b"",
        b"*",
        b"/.well-known/jwks.json/",
        b"/.well-known/JWKS.json",
        b"//.well-known/jwks.json",
        b"/.well-known/../.well-known/jwks.json",
        b"/.well-known/jwks%2ejson",
        b"/.well-known/jwks.json;a",
        b"/.well-known/jwks.json#a",
        b"/livez",
        b"/metrics",
        b"/auth/nginx/orders",
    ],
)
def test_any_other_path_is_not_found(target: bytes) -> None:
    assert ask(target) is NOT_FOUND
    assert ask(target, b"POST") is NOT_FOUND


async def test_over_a_real_connection_a_stock_verifier_finds_the_key() -> None:
    listener = await listen(PAGES, host="127.0.0.1", port=0)
    signer = KEYRING.signer()
    assert signer is not None
    url = f"http://127.0.0.1:{listener.port}"
    async with ClientSession(url) as client:
        async with client.get("/.well-known/openid-configuration") as answer:
            assert (await answer.json())["id_token_signing_alg_values_supported"] == ["ES256"]
        async with client.get("/.well-known/jwks.json") as answer:
            key = jwt.PyJWKSet.from_dict(await answer.json())[signer.kid]
            etag = answer.headers["ETag"]
        async with client.head("/.well-known/jwks.json") as answer:
            assert (answer.status, answer.headers["ETag"], await answer.read()) == (200, etag, b"")
        async with client.get("/.well-known/jwks.json", headers={"If-None-Match": etag}) as answer:
            assert (answer.status, answer.headers["ETag"], await answer.read()) == (304, etag, b"")
        async with client.delete("/.well-known/jwks.json") as answer:
            assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert key.Algorithm.verify(b"message", key.key, signer.sign(b"message"))
    await listener.drain(1)


# The closed set: what any request can be answered with.
FRESH = [ask(path) for path in PATHS]
CLOSED_SET = [
    *FRESH,
    *(HttpAnswer(status=304, headers=fresh.headers) for fresh in FRESH),
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
]
names = st.sampled_from([b"if-none-match", b"host", b"range", b"authorization", b"accept"]) | st.binary(
    max_size=20
)
values = st.binary(max_size=60) | st.sampled_from([b"*", *map(etag_of, FRESH)])


@given(
    method=st.sampled_from([b"GET", b"HEAD", b"POST"]) | st.binary(max_size=10),
    target=st.binary(max_size=60)
    | st.builds(bytes.__add__, st.sampled_from(PATHS), st.binary(max_size=20).map(lambda tail: b"?" + tail)),
    headers=st.lists(st.tuples(names, values), max_size=5).map(tuple),
)
def test_whatever_is_asked_the_answer_is_one_of_six(
    method: bytes, target: bytes, headers: HeaderPairs
) -> None:
    answer = ask(target, method, headers)
    assert answer in CLOSED_SET
    if method not in (b"GET", b"HEAD"):
        assert answer.status in (404, 405)
