"""Authentication that does nothing, or gives way."""

from tests.audit.nginx_texts import OPEN, TRAEFIK, URL, config_map, ingress, server
from tests.audit.rules.nginx.judging import in_file, objects, said


def test_ngx_036_what_nothing_switches_on() -> None:
    for annotations, name in (
        ({"auth-url": None}, "auth-response-headers"),
        ({"auth-url": ""}, "auth-response-headers"),
        ({**OPEN, "auth-secret": "users"}, "auth-secret"),
        ({**OPEN, "auth-tls-verify-client": "on"}, "auth-tls-verify-client"),
        ({**OPEN, "auth-tls-match-cn": "CN=x"}, "auth-tls-match-cn"),
    ):
        assert said("NGX-036", ingress(dict(annotations))) == [("high", name)], annotations
    for sound in ({}, OPEN, {**OPEN, "auth-type": "basic", "auth-secret": "users"}):
        assert not objects("NGX-036", ingress(dict(sound))), sound
    provider = "providers: {kubernetesIngressNGINX: {globalAuthURL: 'https://gw/x'}}\n"
    assert objects("NGX-036", TRAEFIK, ingress({"auth-url": None}))
    assert not objects("NGX-036", provider, ingress({"auth-url": None}))


def test_ngx_036_in_a_config_map() -> None:
    listed = {"global-auth-response-headers": "Authorization"}
    assert said("NGX-036", config_map(listed)) == [("high", "data.global-auth-response-headers")]
    assert not objects("NGX-036", config_map({**listed, "global-auth-url": URL}))


def test_ngx_036_in_a_file() -> None:
    assert in_file("NGX-036", server().replace("auth_request /_asked;", ""))
    assert in_file("NGX-036", server().replace("auth_request /_asked;", "auth_request off;"))
    assert in_file("NGX-036", "server { location / { auth_jwt_key_file /x; proxy_pass http://a; } }")
    assert not in_file("NGX-036", server())


def test_ngx_039_where_asking_fails() -> None:
    assert in_file("NGX-039", server(asked="error_page 500 =200 /ok;"))
    direct = "location @direct { proxy_pass http://127.0.0.1:8080; }"
    assert in_file("NGX-039", server("error_page 500 = @direct;", around=direct))
    assert not in_file(
        "NGX-039", server("error_page 401 = @page;", around="location @page { return 302 /in; }")
    )
    assert not in_file("NGX-039", server())
