"""Which bytes are sent to the listener that are no request, or could be read as two? (H28-H34, H61, K01-K04)

Raw, where a dialect's request cannot say it. What is refused here is refused before there is a decision, with
one constant answer; what comes out of it is one word of a closed list.
"""

from collections.abc import Mapping
from typing import Final

from gateway.core.reason import Reason
from tests import builders as b
from tests.conformance.scenario import PERMIT, Expected
from tests.corpus.unread import BODY, MALFORMED, TOO_LARGE
from tests.hostile.crowd import head, presenting

CANARY: Final = "c4n4ry-5up3r-s3cr3t-0123456789"
RAW: Final = CANARY.encode()
GOOD: Final = presenting(b.token())
AUTHORIZATION: Final = b"Authorization: Bearer " + b.token().encode()
CHUNKED: Final = head(AUTHORIZATION, b"Transfer-Encoding: chunked")


def line(start: bytes) -> bytes:
    """The good request with another request line."""
    return start + GOOD[GOOD.index(b"\r\n") :]


def host(*lines: bytes) -> bytes:
    """The good request with these lines for its Host."""
    return GOOD.replace(b"Host: token-gateway\r\n", b"".join(one + b"\r\n" for one in lines))


UNREAD: Final[Mapping[str, tuple[bytes, str]]] = {
    "H28 PROXY version 1": (b"PROXY TCP4 10.42.0.7 10.0.0.2 1 2\r\n" + GOOD, MALFORMED),
    "H28 PROXY version 2": (
        b"\r\n\r\n\0\r\nQUIT\n!\x11\0\x0c\n*\0\x07\n\0\0\x02\0\x01\0\x02" + GOOD,
        MALFORMED,
    ),
    "H29 two hosts": (host(b"Host: token-gateway", b"Host: other"), MALFORMED),
    "H29 two hosts in one": (host(b"Host: a, b"), MALFORMED),
    "H29 no host": (host(), MALFORMED),
    "H29 a host in 1.0 as well": (host(b"Host: a", b"Host: b").replace(b"HTTP/1.1", b"HTTP/1.0"), MALFORMED),
    "H32 a chunk extension": (CHUNKED + b"5;ext=\n\r\nhello\r\n0\r\n\r\n", BODY),
    "H32 a size in 0x": (CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n", BODY),
    "H32 a size without end": (CHUNKED + b"FFFFFFFFFFFFFFFFF\r\n", BODY),
    "H32 a trailer that names a credential": (CHUNKED + b"0\r\n" + AUTHORIZATION + b"\r\n\r\n", BODY),
    "H32 chunked twice": (head(AUTHORIZATION, b"Transfer-Encoding: chunked, chunked"), MALFORMED),
    "H33 a body that is announced and never comes": (
        head(AUTHORIZATION, b"Expect: 100-continue", b"Content-Length: 5"),
        BODY,
    ),
    "H33 a length folded into Expect": (
        head(AUTHORIZATION, b"Expect: 100-continue\r\n Content-Length: 5"),
        MALFORMED,
    ),
    "H33 a length and chunks": (
        head(AUTHORIZATION, b"Content-Length: 5", b"Transfer-Encoding: chunked"),
        MALFORMED,
    ),
    "H34 the preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", MALFORMED),
    "H41 129 headers": (head(*(b"X-%d: 1" % number for number in range(129))), TOO_LARGE),
    "H41 10,000 headers": (head(*(b"X-%d: 1" % number for number in range(10_000))), TOO_LARGE),
    "H41 a header of 64 kB": (head(b"X-A: " + b"a" * 65_536), TOO_LARGE),
    "H61 HTTP/2.0": (line(b"GET /auth/nginx/orders HTTP/2.0"), MALFORMED),
    "H61 HTTP/1.2": (line(b"GET /auth/nginx/orders HTTP/1.2"), MALFORMED),
    "H61 HTTP/0.9": (line(b"GET /auth/nginx/orders HTTP/0.9"), MALFORMED),
    "H61 no version": (line(b"GET /auth/nginx/orders"), MALFORMED),
    "H61 a space behind the version": (line(b"GET /auth/nginx/orders HTTP/1.1 "), MALFORMED),
    "H62 a tab behind the method": (line(b"GET\t/auth/nginx/orders HTTP/1.1"), MALFORMED),
    "H62 a method of 10,000 letters": (line(b"G" * 10_000 + b" /auth/nginx/orders HTTP/1.1"), MALFORMED),
    "H62 another case": (line(b"GeT /auth/nginx/orders HTTP/1.1"), MALFORMED),
    "H14 a name with a long s": (head(AUTHORIZATION, "x-auth-\u017fubject: admin".encode()), MALFORMED),
    "H14 a name with a Kelvin sign": (head(AUTHORIZATION, "x-to\u212aen: admin".encode()), MALFORMED),
    "K01 a control character behind a token": (head(b"Authorization: Bearer " + RAW + b"\x01"), MALFORMED),
    "K02 one behind a token in the target": (
        line(b"GET /auth/nginx/orders?access_token=" + RAW + b"\x01 HTTP/1.1"),
        MALFORMED,
    ),
    "K04 a host that is none": (host(b"Host: a:b:c/" + RAW), MALFORMED),
    "K08 a secret that is too long": (head(b"Cookie: " + RAW * 2_000), TOO_LARGE),
}

READ: Final[Mapping[str, tuple[bytes, int, Expected]]] = {
    "the good request": (GOOD, 200, PERMIT),
    "H29 HTTP/1.0 without a host, which is not the carrier": (
        host().replace(b"HTTP/1.1", b"HTTP/1.0"),
        200,
        PERMIT,
    ),
    "H30 a target in absolute form is no URL of ours": (
        line(b"GET https://api.example.com/auth/nginx/orders HTTP/1.1"),
        403,
        Reason.POLICY_UNKNOWN,
    ),
    "K02 a token behind our URL": (
        line(b"GET /auth/nginx/orders?access_token=" + RAW + b" HTTP/1.1"),
        403,
        Reason.POLICY_UNKNOWN,
    ),
    "V34 the path of another listener": (line(b"GET /metrics HTTP/1.1"), 403, Reason.POLICY_UNKNOWN),
    "V33 a probe's path": (line(b"GET /livez HTTP/1.1"), 403, Reason.POLICY_UNKNOWN),
}
