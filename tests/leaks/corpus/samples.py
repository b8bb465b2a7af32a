"""What has to be found, and what has not?

For each type texts with a secret between `<<` and `>>`, and texts that look like one and hold none.
"""

from base64 import b64encode
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import quote

from tests.leaks.made import CLAIMS, HEX, KEYS, Maker, wrapped


class Sample(NamedTuple):
    """A text, and the one secret in it, if there is one."""

    type: str
    before: bytes
    secret: bytes
    after: bytes

    @property
    def text(self) -> bytes:
        return self.before + self.secret + self.after


FRAMES: Final = (
    (b"", b""),
    (b"key ", b" was used\n"),
    (b'{"msg":"', b'","level":"info"}\n'),
    (b"a\\n", b"\\nb"),
    (b"x=%22", b"%22&y=1"),
    (b"\xff\x00", b"\x00\xfe"),
    (b"<", b">"),
    (b"`", b"`"),
    (b"line one\r\n", b"\r\nline three"),
)

_K8S: Final = {
    **CLAIMS,
    "sub": "system:serviceaccount:shop:orders",
    "kubernetes.io": {"namespace": "shop", "serviceaccount": {"name": "orders", "uid": "1"}},
}
_K8S_LEGACY: Final = {
    "iss": "kubernetes/serviceaccount",
    "kubernetes.io/serviceaccount/namespace": "shop",
    "sub": "system:serviceaccount:shop:orders",
}


def true_samples() -> Iterator[Sample]:
    """Every type, in every frame that fits it."""
    m = Maker(7)
    for type_, secret in _of_their_form(m):
        for before, after in FRAMES:
            yield Sample(type_, before, secret, after)
    yield from _wrapped(m)
    for id_, make in KEYS.items():
        for before, after in FRAMES:
            yield Sample(id_, before, make(m).encode(), after)
    yield from _named(m)


def _of_their_form(m: Maker) -> Iterator[tuple[str, bytes]]:
    for algorithm in (
        "none",
        "HS256",
        "HS384",
        "HS512",
        "RS256",
        "PS256",
        "RS512",
        "ES256",
        "ES384",
        "EdDSA",
    ):
        yield "jwt", m.jwt(algorithm)
    for dot in (b"%2E", b"%2e", b"%252E", b"\\u002e", b"\\u002E", b"\\\\u002e"):
        yield "jwt", m.jwt("RS256").replace(b".", dot)
    yield "jwt", m.jwt("ES256").rpartition(b".")[0]  # cut short
    yield "jwt", m.jwt("ES256", typ="dpop+jwt", jwk={"kty": "EC", "x": m.text(43)})
    yield "jwt", m.jwt("ES256") + b"~" + m.text(40).encode() + b"~" + m.text(40).encode() + b"~"
    yield "jwe", m.jwe()
    yield "kubernetes-service-account-token", m.jwt("RS256", _K8S)
    yield "kubernetes-legacy-token", m.jwt("RS256", _K8S_LEGACY)
    yield "jwt-base64", b64encode(m.jwt("RS256", _K8S_LEGACY))
    for kind in (
        "PRIVATE KEY",
        "EC PRIVATE KEY",
        "RSA PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
    ):
        yield "private-key", m.pem(kind).replace(b"\n", b"\\n")
        yield "private-key", m.pem(kind, 1200)


def _wrapped(m: Maker) -> Iterator[Sample]:
    """A wrapped token begins and ends with its line, or with a quote."""
    for line_break in (b"\n", b"\r\n", b"\\\n", b"\\\r\n    ", b"=\r\n", b"\\n", b"\\r\\n", b"\n        "):
        for width in (64, 76):
            for algorithm in ("HS256", "ES256", "RS256", "PS256", "RS512"):
                for before, after in (
                    (b"token: ", b"\nINFO next line\n"),
                    (b'{"t":"', b'","u":1}\n'),
                    (b"", b""),
                ):
                    secret = wrapped(m.jwt(algorithm), width, line_break)
                    yield Sample("jwt", before, secret, after)


def _named(m: Maker) -> Iterator[Sample]:
    value = m.text(24).encode()
    basic = b64encode(b"alice:correct horse battery staple")
    for scheme in (
        b"Bearer ",
        b"bearer ",
        b"DPoP ",
        b"Token ",
        b"ApiKey ",
        b"Negotiate YII",
        b"Basic ",
        b"Custom-1 ",
    ):
        for name in (b"Authorization: ", b"authorization=", b"proxy-authorization: ", b'{"Authorization":"'):
            secret = basic if scheme == b"Basic " else b"YII" + value if scheme == b"Negotiate YII" else value
            scheme = scheme.removesuffix(b"YII")  # noqa: PLW2901
            after = b'"}\n' if name.startswith(b"{") else b"\n"
            yield Sample("authorization-header", name + scheme, secret, after)
    yield Sample("authorization-header", b'{"Authorization":["Bearer ', value, b'"],"Accept":["*/*"]}')
    yield Sample("authorization-header", b"map[Authorization:[Bearer ", value, b"] Accept:[*/*]]")
    yield Sample("authorization-header", b"sent Bearer ", value, b" to it")
    yield Sample("authorization-header", b"sent Basic ", basic, b" to it")
    for name in (
        b"X-Api-Key",
        b"x-api-key",
        b"apikey",
        b"X-Auth-Token",
        b"X-Amz-Security-Token",
        b"PRIVATE-TOKEN",
    ):
        yield Sample("api-key-header", name + b": ", value, b"\r\n")
        yield Sample("api-key-header", b'{"' + name + b'":"', value, b'"}')
    yield from _parameters(m)
    yield from _others(m)


def _parameters(m: Maker) -> Iterator[Sample]:
    value = m.text(24).encode()
    for name in (
        b"access_token",
        b"id_token",
        b"refresh_token",
        b"client_secret",
        b"api_key",
        b"X-Amz-Signature",
    ):
        yield Sample("query-token", b"GET /a?b=c&" + name + b"=", value, b"&d=e HTTP/1.1")
        yield Sample("query-token", b"GET /a?" + name + b"=", b"x", b" HTTP/1.1")
        yield Sample("query-token", b"?next=%2Fa%3F" + name + b"%3D", value, b"%26b%3Dc&d=e")
        yield Sample("query-token", b'{"url":"/a?b=c\\u0026' + name + b"=", value, b'\\u0026d=e"}')
        yield Sample("named-secret", b'{"' + name + b'":"', value, b'","expires_in":300}')
        yield Sample("named-secret", b'{\\"' + name + b'\\":\\"', value, b'\\"}')
        yield Sample("named-secret", name + b"=", value, b" level=info")
        yield Sample("named-secret", name + b": ", value, b", and more")
    for name in (b"code", b"key", b"sig", b"auth", b"ticket"):
        yield Sample("query-token", b"GET /a?b=c&" + name + b"=", value, b"&d=e HTTP/1.1")
    for name in (b"code", b"key", b"sig", b"auth", b"session", b"token", b"sid"):
        for worth in (
            m.text(16, HEX).encode(),
            b"4%2F0" + value,
            (m.text(5) + "7" + m.text(6)).encode(),
            _uuid(m),
        ):
            yield Sample("query-token", b"GET /a?b=c&" + name + b"=", worth, b"&d=e HTTP/1.1")
    yield Sample("query-token", b"/a?password=", quote("p&ss=wörd").encode(), b"&b=c")
    for text in (b"hunter22", b"correct horse battery", b"it's mine", b'\\"quoted\\"x'):
        yield Sample("named-secret", b'{"password":"', text, b'","user":"alice"}')


def _uuid(m: Maker) -> bytes:
    return "-".join(m.text(size, HEX) for size in (8, 4, 4, 4, 12)).encode()


def _others(m: Maker) -> Iterator[Sample]:
    value = m.text(24).encode()
    for name in (b"JSESSIONID", b"session", b"_oauth2_proxy", b"connect.sid", b"__Host-shop", b"PHPSESSID"):
        yield Sample("session-cookie", b"Cookie: theme=dark; " + name + b"=", value, b"; lang=en")
    yield Sample("url-userinfo", b"dial postgres://", b"alice:" + value, b"@db.shop:5432/orders")
    for option in (b"-u ", b"--user=", b"--proxy-user "):
        yield Sample("curl-auth-user", b"+ curl -sS " + option + b"alice:", value, b" https://a/")
        yield Sample("curl-auth-user", b"+ curl -sS " + option + b"'alice:", value, b"' https://a/")
    yield Sample("url-userinfo", b"GET http://", b"alice:p:w", b"@shop/")
    yield Sample("url-userinfo", b"clone https://", value, b"@git.example.com/a.git")


FALSE: Final = (
    b"GET /v1/orders?limit=10&sort=id&page=2 HTTP/1.1",
    (
        b'10.0.0.1 - - [27/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "https://shop.example.com/a" '
        b'"curl/8"'
    ),
    b'a bearer of bad news; Bearer authentication is required; WWW-Authenticate: Bearer realm="orders"',
    b"basic auth failed: Basic authentication needs a password",
    b"authorization: denied by policy; Authorization: Bearer token missing",
    b"token: invalid, token expired, token=null token=<redacted> token=*** password=$PASSWORD",
    b"password: required; secret=shop/orders key=shop/orders code=200 exit code=1",
    b"status_code=200 sort_key=name page_token= max_tokens=4096 token_type=Bearer token_count=12345678",
    b"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    b"commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904 and uuid 123e4567-e89b-12d3-a456-426614174000",
    b"eyes.example.com newport.example.com network.example.com eyJust.a.word",
    b"eyJ0aGlzIjoiaXMgSlNPTiBhbmQgbm8gdG9rZW4ifQ==",
    (
        b"-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAAAAAAAAAAAAAAAAAAAA\n-----END "
        b"PUBLIC KEY-----"
    ),
    (
        b"-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUAAAAAAAAAAAAAAAAAAAAAAAAAAAwCgYIKoZI\n-----END "
        b"CERTIFICATE-----"
    ),
    b"a file that begins with -----BEGIN PRIVATE KEY----- is a key",
    b"https://shop.example.com:8443/a@b?c=d http://[::1]:80/ mail@example.com ssh://git@git.example.com/a",
    b"https://user:${PASSWORD}@host/ https://<user>:<password>@host/",
    b"session closed; session=closed; session-id: none; signature=valid credentials=same-origin",
    b"sk_test is a prefix; ghp_ is one too; glpat-, xoxb-, AKIA, AIza and hvs. are",
    b"AKIAIOSFODNN7EXAMPLE ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk_test_xxxxxxxxxxxxxxxxxxxxxxxx",
    b"users.abcdefghijklmnopqrstuvwx builders.ABCDEFGHIJKLMNOPQRSTUVWX",
    (
        b"[REDACTED:jwt:tfp1_abcdefghijklmnop] token=[REDACTED:query-token:tfp1_abcdefghijklmnop] Bearer "
        b"[REDACTED:jwt:a]"
    ),
    b"GET /a?code=404&key=front&auth=true&sig=1&token=null&sid=42&session=new&ticket=OPS-1234 HTTP/1.1",
    b"/a?code=SUMMER2026&key=uploads%2F2026%2Fcart.png&token=abc&otp=123456&page_token=2&auth=none&credential=x",
    b"/a?next=%2Fb%3Fcode%3D200%26key%3Dname&session_id=closed#x",
    b"tfp1_abcdefghijklmnop sfp1_abcdefghijklmnop jti=8d7e6f5a",
    b'{"access_token_ttl":300,"token_endpoint":"https://idp.example.com/token","secret_name":"orders-tls"}',
    b'{"key":"shop/orders","keyId":"2026-11","credential":{"type":"bearer"},"auth":{"policy":"orders"}}',
    (
        b"X-Request-Id: 0123456789abcdef0123456789abcdef traceparent: "
        b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    ),
    b"secret: /var/run/secrets/kubernetes.io/serviceaccount/token key_file=/etc/tls/tls.key",
    b"Set-Cookie: theme=dark; Path=/; SameSite=Lax",
    b"sort -u alice:longpassword; curl -u alice https://a/; curl -u alice:$PASSWORD https://a/",
    b"PASSWORDS: Final = password.partition; PrivateKey = EllipticCurve; Authorization: Bearer eyJ...",
    b"theme=dark; lang=en; consent=2026-11-27",
    b"\x00\x01\x02\xff\xfe binary \x80\x81",
)
