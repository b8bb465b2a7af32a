"""Whom nginx asks, and how."""

from gateway.audit.check import check
from tests.audit.nginx_texts import OPEN, TRAEFIK, URL, config_map, documents, ingress, server
from tests.audit.rules.nginx.judging import in_file, objects, said
from tests.audit.showing import estate_of

GW = "token-gateway.token-gateway.svc"


def test_ngx_003_in_clear() -> None:
    for url, bad in {
        f"http://{GW}:4180/auth/nginx/orders": True,
        "http://gw.shop.svc:4180/auth/nginx/orders": False,
        "http://127.0.0.1:4180/auth/nginx/orders": False,
        "http://gw/x": True,
        f"https://{GW}:4181/auth/nginx/orders": False,
    }.items():
        assert objects("NGX-003", ingress({"auth-url": url})) is bad, url
        assert objects("NGX-003", TRAEFIK, ingress({"auth-url": url})) is bad, url
    assert said("NGX-003", config_map({"global-auth-url": "http://gw/x"}), ingress(OPEN)) == [
        ("high", "data.global-auth-url")
    ]
    for upstream, bad in {"10.0.0.5:4180": True, "127.0.0.1:4180": False, "unix:/run/gw.sock": False}.items():
        text = server(http=f"upstream gw {{ server {upstream}; }}").replace("127.0.0.1:4180/auth", "gw/auth")
        assert in_file("NGX-003", text) is bad, upstream


def test_ngx_004_variables() -> None:
    assert said("NGX-004", ingress({"auth-url": "https://$host/oauth2/auth"})) == [("high", "auth-url")]
    assert objects("NGX-004", config_map({"global-auth-url": "https://gw/$host"}))
    assert not objects("NGX-004", ingress())


def test_ngx_005_what_cannot_be_right() -> None:
    for url, bad in {
        "": True,
        "nonsense": True,
        "https://": True,
        f"https://u:p@{GW}/auth/nginx/orders": True,
        URL.replace("/nginx/", "/traefik/"): True,
        URL: False,
        "https://sso.auth.svc/verify": False,
        "https://$host/oauth2/auth": False,
    }.items():
        assert objects("NGX-005", ingress({"auth-url": url})) is bad, url
    assert not objects("NGX-005", TRAEFIK, ingress({"auth-url": URL.replace("/nginx/", "/traefik/")}))
    assert in_file("NGX-005", server().replace("= /_asked", "= /_other"))
    assert in_file("NGX-005", server().replace("/auth/nginx/", "/auth/caddy/"))
    assert not in_file("NGX-005", server())


def test_no_password_of_a_url_is_printed() -> None:
    text = documents(ingress({"auth-url": "http://u:s3cret@gw/x?key=s3cret"}))
    assert "s3cret" not in str([(one.what, one.place) for one in check(estate_of(text)).findings])


def test_ngx_031_kept_connections() -> None:
    assert said("NGX-031", ingress({"auth-keepalive": "16"})) == [("low", "auth-keepalive")]
    assert not objects("NGX-031", ingress({"auth-keepalive": "0"}))
    assert not objects("NGX-031", TRAEFIK, ingress({"auth-keepalive": "16"}))


def test_ngx_032_sign_in_elsewhere() -> None:
    for url, bad in {
        "http://login.example.com/start": True,
        "https://login.example.org/start": True,
        "https://login.example.com/start?rd=$escaped_request_uri": False,
        "https://$host/oauth2/start": False,
        "/sign-in": False,
    }.items():
        assert objects("NGX-032", ingress({"auth-signin": url})) is bad, url
