"""Is the way from the client encrypted?"""

from gateway.audit.estate.nginx_levels import nginx_of
from gateway.audit.exposure import Tls
from gateway.audit.normal.nginx_listen import has_certificate, tls_of
from tests.audit.showing import estate_of


def judged(lines: str) -> tuple[Tls, bool]:
    given = nginx_of(estate_of(f"server {{ {lines} }}", file="nginx.conf"))
    (server,) = given.servers
    return tls_of(server), has_certificate(server)


def test_by_its_listen_lines() -> None:
    redirect = "if ($scheme = http) { return 301 https://$host$request_uri; }"
    cases = {
        "": Tls.NONE,
        "listen 80;": Tls.NONE,
        "listen 443 ssl;": Tls.ONLY,
        "listen 443 ssl http2; listen [::]:443 quic reuseport;": Tls.ONLY,
        "listen 80; listen 443 ssl;": Tls.OPTIONAL,
        f"listen 80; listen 443 ssl; {redirect}": Tls.ONLY,
        "listen 80; listen 443 ssl; if ($host = x) { return 301 https://x; }": Tls.ONLY,
        "listen 80; listen 443 ssl; if ($scheme = http) { set $a 1; }": Tls.OPTIONAL,
        "listen 443; ssl on;": Tls.ONLY,
        "listen 127.0.0.1:8080;": Tls.UNKNOWN,
        "listen unix:/run/nginx.sock; listen [::1]:80;": Tls.UNKNOWN,
        "listen 127.0.0.1:8080; listen 80;": Tls.NONE,
        "listen 127.0.0.1:8080; listen 443 ssl;": Tls.UNKNOWN,
    }
    for lines, expected in cases.items():
        assert judged(lines)[0] is expected, lines


def test_a_certificate_or_none_on_purpose() -> None:
    assert judged("listen 443 ssl; ssl_certificate /x.crt;")[1]
    assert judged("listen 443 ssl; ssl_reject_handshake on;")[1]
    assert judged("listen 443 ssl; include ssl.conf;")[1], "it may be named there"
    assert not judged("listen 443 ssl; include mime.types;")[1]
