"""Encryption, and with whom."""

from tests.audit.nginx_texts import OPEN, TRAEFIK, ingress, server
from tests.audit.rules.nginx.judging import in_file, objects, said


def test_ngx_022_backends_that_are_not_verified() -> None:
    whole = {
        "backend-protocol": "HTTPS",
        "proxy-ssl-verify": "on",
        "proxy-ssl-secret": "shop/ca",
        "proxy-ssl-name": "orders.shop.svc",
    }
    assert not objects("NGX-022", ingress(dict(whole)))
    for name in list(whole)[1:]:
        for static in ("", TRAEFIK):
            assert said("NGX-022", static, ingress({**whole, name: None})) == [("medium", "backend-protocol")]
    assert objects("NGX-022", ingress({**whole, "backend-protocol": "grpcs", "proxy-ssl-secret": "ca"}))
    assert not objects("NGX-022", ingress({"backend-protocol": "HTTP"}))


def test_ngx_022_in_a_file() -> None:
    https = server().replace("http://127.0.0.1:4180", "https://127.0.0.1:4180")
    assert in_file("NGX-022", https)
    verifies = "proxy_ssl_verify on;"
    assert in_file("NGX-022", https.replace("internal;", f"internal; {verifies}"))
    both = f"internal; {verifies} proxy_ssl_trusted_certificate /ca.crt;"
    assert not in_file("NGX-022", https.replace("internal;", both))
    assert in_file("NGX-022", server().replace("http://127.0.0.1:8080", "https://10.0.0.1"))


def test_ngx_026_tokens_in_clear() -> None:
    bare: dict[str, object] = {"tls": []}
    assert [one for one, _ in said("NGX-026", ingress(spec=bare))] == ["high"]
    assert [one for one, _ in said("NGX-026", ingress(OPEN, spec=bare))] == ["low"]
    assert [one for one, _ in said("NGX-026", ingress({"ssl-redirect": "false"}))] == ["high"]
    assert [one for one, _ in said("NGX-026", ingress(spec={"tls": [{"secretName": "x"}]}))] == ["medium"]
    assert not objects("NGX-026", ingress())
    assert not objects("NGX-026", ingress({**OPEN, "permanent-redirect": "https://x"}, spec=bare))


def test_ngx_026_in_a_file() -> None:
    for listen, severities in {
        "listen 443 ssl;": [],
        "listen 80;": ["high"],
        "listen 80; listen 443 ssl;": ["high"],
        "listen 127.0.0.1:8080;": [],
    }.items():
        text = server().replace("listen 443 ssl;", listen)
        assert [one for one, _ in said("NGX-026", text, file="nginx.conf")] == severities, listen
    assert (
        said("NGX-026", server().replace("ssl_certificate /x.crt;", ""), file="nginx.conf")[0][0] == "medium"
    )
    assert not in_file("NGX-026", "server { listen 80; return 301 https://$host$request_uri; }")


def test_ngx_027_tls_passed_through() -> None:
    for static in ("", TRAEFIK):
        assert said("NGX-027", static, ingress({"ssl-passthrough": "true"})) == [
            ("critical", "ssl-passthrough")
        ]
        assert not objects("NGX-027", static, ingress({**OPEN, "ssl-passthrough": "true"}))
        assert not objects("NGX-027", static, ingress({"ssl-passthrough": "false"}))
