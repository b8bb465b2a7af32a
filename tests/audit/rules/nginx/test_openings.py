"""Ways in past the question."""

from tests.audit.nginx_texts import OPEN, TRAEFIK, URL, config_map, ingress, server
from tests.audit.rules.nginx.judging import in_file, objects, said

GLOBAL = {"global-auth-url": URL, "global-auth-response-headers": "Authorization"}


def test_ngx_013_opting_out() -> None:
    out = {**OPEN, "enable-global-auth": "false"}
    assert said("NGX-013", config_map(GLOBAL), ingress(out)) == [("high", "enable-global-auth")]
    assert not objects("NGX-013", config_map(GLOBAL), ingress(out, public="what monitors call"))
    assert not objects("NGX-013", config_map(GLOBAL), ingress({"enable-global-auth": "false"}))
    assert not objects("NGX-013", config_map(GLOBAL), ingress({**OPEN, "enable-global-auth": "true"}))
    assert objects("NGX-013", TRAEFIK, ingress(out))


def test_ngx_013_in_a_file() -> None:
    around = "auth_request /_asked; location /open { auth_request off; proxy_pass http://a; %s }"
    assert in_file("NGX-013", server(around=around % ""))
    assert not in_file("NGX-013", server(around=around % "\n# token-gateway.dev/public: for monitors\n"))
    assert not in_file("NGX-013", server(around="location /open { auth_request off; proxy_pass http://a; }"))


def test_ngx_014_open_paths() -> None:
    for value, hits in {
        "/.well-known/acme-challenge": 0,
        "/.well-known/acme-challenge,/api,/x": 2,
        "/": 1,
    }.items():
        assert len(said("NGX-014", config_map({"no-auth-locations": value}))) == hits, value
    assert not objects("NGX-014", config_map())


def test_ngx_015_one_of_several_is_enough() -> None:
    for annotations, bad in (
        ({"satisfy": "any", "whitelist-source-range": "10.0.0.0/8"}, True),
        ({"satisfy": "any", "auth-type": "basic"}, True),
        ({"satisfy": "any"}, False),
        ({"satisfy": "all", "whitelist-source-range": "10.0.0.0/8"}, False),
    ):
        assert objects("NGX-015", ingress(dict(annotations))) is bad, annotations
        assert not objects("NGX-015", TRAEFIK, ingress(dict(annotations))), "it reads no satisfy"
    for lines, bad in {
        "satisfy any; allow 10.0.0.0/8; deny all;": True,
        "satisfy any; auth_basic x;": True,
        "satisfy any;": False,
        "satisfy all; allow 10.0.0.0/8;": False,
    }.items():
        assert in_file("NGX-015", server(lines)) is bad, lines


def test_ngx_016_pages_of_another_server() -> None:
    for annotations, severity in (
        ({"custom-http-errors": "401,503"}, ["high"]),
        ({"custom-http-errors": "503"}, []),
        ({"custom-http-errors": "503", "default-backend": "pages"}, ["medium"]),
    ):
        found = said("NGX-016", ingress(dict(annotations)))
        assert [one for one, _ in found] == severity, annotations
    assert not objects("NGX-016", ingress({**OPEN, "custom-http-errors": "403"}))
    assert objects("NGX-016", config_map({"custom-http-errors": "403, 404"}))
    assert not objects("NGX-016", config_map({"custom-http-errors": "404"}))
