import subprocess
import sys
from base64 import urlsafe_b64encode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.redact.known_keys import KEYS
from gateway.redact.text import MARK, redact
from tests.leaks.made import KEYS as MADE
from tests.leaks.made import Maker

HEADER = "eyJhbGciOiJFUzI1NiJ9"
PAYLOAD = "eyJzdWIiOiJhbGljZSJ9"
SIGNATURE = "c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
JWT = f"{HEADER}.{PAYLOAD}.{SIGNATURE}"
SPACED = urlsafe_b64encode(b'{\n  "alg": "ES256"}').decode().rstrip("=")
PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (JWT, "[redacted]"),
        (f"token {JWT}, expired", "token [redacted], expired"),
        (f"glued{JWT}", "[redacted]"),
        (f"glued{HEADER}.{PAYLOAD}", "glued[redacted]"),
        (f"{HEADER}.{PAYLOAD}", "[redacted]"),
        (f"{HEADER}.{PAYLOAD}.", "[redacted]"),
        (HEADER, "[redacted]"),
        (JWT.replace(".", "%2E"), "[redacted]"),
        (JWT.replace(".", "%2e"), "[redacted]"),
        (JWT.replace(".", "%252E"), "[redacted]"),
        (f"{HEADER}.x..y.z rest", "[redacted] rest"),
        (f"{SPACED}.{PAYLOAD}.{SIGNATURE}", "[redacted]"),
        (f"{SPACED}.{PAYLOAD}", "[redacted]"),
        (f"{'A' * 16}.{'b' * 16}.{'c' * 16}", "[redacted]"),
        (f"{'A' * 16}%2e{'b' * 16}%2E{'c' * 16}", "[redacted]"),
        ("Bearer x", "Bearer [redacted]"),
        ("authorization: bearer  x y", "authorization: bearer  [redacted] y"),
        ("Bearer bearer x", "Bearer bearer [redacted]"),
        ("Bearer%20x", "Bearer%20[redacted]"),
        ("Basic dXNlcjpwYXNz", "Basic [redacted]"),
        ("DPoP x", "DPoP [redacted]"),
        ('"Bearer x"', '"Bearer [redacted]"'),
        (f"a {PEM} b", "a [redacted] b"),
        (PEM.replace("\n", "\\n"), "[redacted]"),
        (PEM[:40], "[redacted]"),
        (f"{PEM} and {PEM}", "[redacted] and [redacted]"),
        ("https://user:pass@host/a", "https://[redacted]@host/a"),
        ("https://user:p@ss@host/a", "https://[redacted]@host/a"),
        ("/a?access_token=x&b=c", "/a?access_token=[redacted]&b=c"),
        ("/a?b=c&Api-Key=x#f", "/a?b=c&Api-Key=[redacted]#f"),
        ("?code=x", "?code=[redacted]"),
        ("?x-amz-signature=x y", "?x-amz-signature=[redacted] y"),
        ("?next=%2Fa%3Fcode%3Dx&y=z", "?next=%2Fa%3Fcode%3D[redacted]&y=z"),
        ("?next=%252Fa%253Faccess_token%253Dx", "?next=%252Fa%253Faccess_token%253D[redacted]"),
        ("?user.password=a;b", "?user.password=[redacted]"),
        (JWT.replace(".", r"\u002e"), "[redacted]"),
        (r"\u0026access_token\u003dx y", r"\u0026access_token\u003d[redacted] y"),
    ],
)
def test_what_looks_like_a_secret_is_replaced(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GET /v1/orders?limit=10&sort=id on api.example.com",
        "https://idp.example.com/realms/prod/.well-known/openid-configuration",
        "token_gateway.server.http1.protocol",
        "eyes.example.com and newport.example.com and network.example.com",
        "tfp1_abcdefghijklmnop",
        "-----BEGIN PUBLIC KEY-----",
        "mail@example.com",
        "a bearer",
        "monkey=banana&zipcode=12345&design=new",
        "a == b",
    ],
)
def test_other_text_is_left_alone(text: str) -> None:
    assert redact(text) == text


def test_every_key_that_is_known_by_its_form_is_replaced() -> None:
    m = Maker(1)
    for key in KEYS:
        if key.is_unusual():
            secret = MADE[key.id](m)
            assert secret not in redact(f"a {secret} b"), key.id
            assert redact(redact(f"a {secret}b{secret}")) == redact(f"a {secret}b{secret}"), key.id


def test_nothing_is_compiled_for_it_before_a_text_may_hold_one() -> None:
    code = (
        "from gateway.redact import text; text.redact('GET /v1/orders?limit=10 a-host.example.com');"
        "print(text._keys.cache_info().currsize); text.redact('glpat-' + 'a' * 20);"
        "print(text._keys.cache_info().currsize); import sys; print('re2' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert ran.stdout.split() == ["0", "1", "False"]


CHAIN = "hf_7Q" + "~aQXcXE9zag9uLEpHztpUbfBTbFYQ8Ml9eKbasic p"
"""What follows the key is behind no scheme before the key is gone."""
FRAGMENTS = st.sampled_from(
    [
        *"ab.=&?#;@:/ \"'\\<>%-_+[]\n",
        "eyJ", "ewo", "%2E", "%3D", "%20", "://", "token", "key", "code", "Bearer ", "basic ",
        "dpop+", "[redacted]",
        "a" * 16, "b" * 9, HEADER, "gl" + "pat-", "k" + "_live_", "xo" + "xb-12345678-",
        "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "3F", "25",
    ]
)  # fmt: skip


GLUED = st.sampled_from([make(Maker(3)) for make in MADE.values()])


@example(CHAIN)
@given(st.lists(FRAGMENTS | GLUED | st.characters(), max_size=30).map("".join))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


def test_what_is_one_beside_what_is_gone_goes_too() -> None:
    assert redact(CHAIN) == "hf_[redacted]basic [redacted]"


def test_where_that_has_no_end_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.redact.text._MOST_LOOKS", 2)
    assert redact("a b") == "a b"
    assert redact(CHAIN) == MARK
    assert redact(MARK) == MARK


@given(
    st.binary(min_size=8, max_size=80).map(lambda octets: urlsafe_b64encode(octets).decode().rstrip("=")),
    st.sampled_from(
        [
            "Bearer {}",
            "Basic {}",
            "?access_token={}",
            "&sig={}",
            "https://u:{}@h/",
            "%3Fid_token%3D{}",
            HEADER + ".{}",
        ]
    ),
    st.text(max_size=20),
)
def test_a_secret_in_a_known_place_never_survives(secret: str, place: str, before: str) -> None:
    assert secret not in redact(f"{before} {place.format(secret)} after").replace("[redacted]", "")


HOSTILE = [
    "a", "a.", "eyJ", "eyJ.", "ew", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "://", "://a", "bearer ",
    "token=", "a=", "a" * 16 + ".", "%2E", "2E", " ", "token%3D", "@", "x@", "=", "a&",
]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_repetition_is_answered(piece: str) -> None:
    # Quadratic time over 400 000 characters would be minutes; no clock is read, the suite would hang.
    text = piece * (400_000 // len(piece))
    assert len(redact(text)) <= 10 * len(text)
