"""Whether the client's credential goes on."""

from gateway.core.policy import CookieCredential, HeaderCredential
from tests import builders as b
from tests.audit.nginx_texts import HEADERS, OPEN, TRAEFIK, ingress, server
from tests.audit.rules.nginx.judging import in_file, objects, said


def test_ngx_006_the_token_survives() -> None:
    assert said("NGX-006", ingress({"auth-response-headers": "X-User"})) == [
        ("high", "auth-response-headers")
    ]
    assert said("NGX-006", ingress({"auth-response-headers": None})) == [("high", "auth-url")]
    assert said("NGX-006", TRAEFIK, ingress({"auth-response-headers": None})) == [("high", "auth-url")]
    assert not objects("NGX-006", ingress())
    assert not objects("NGX-006", ingress(OPEN))
    assert not objects("NGX-006", ingress({**OPEN, "auth-type": "basic"}))


def test_ngx_006_in_a_file() -> None:
    without = server(set_headers=False)
    assert said("NGX-006", without, file="nginx.conf") == [("high", " auth_request")]
    assert (
        said("NGX-006", server("include mine.conf;", set_headers=False), file="nginx.conf")[0][0] == "medium"
    )
    assert not in_file("NGX-006", server())
    jwt = "server { listen 443 ssl; location / { auth_jwt api; proxy_pass http://a; } }"
    assert said("NGX-006", jwt, file="nginx.conf")[0][0] == "medium"
    assert not in_file("NGX-006", jwt.replace("proxy_pass", 'proxy_set_header Authorization ""; proxy_pass'))


def test_ngx_007_what_only_the_gateway_may_say() -> None:
    assert len(said("NGX-007", ingress({"auth-response-headers": "Authorization"}))) == 4
    assert not objects("NGX-007", ingress())
    others = {"auth-url": "https://sso.auth.svc/verify", "auth-response-headers": "Authorization"}
    assert not objects("NGX-007", ingress(dict(others)))
    assert not objects("NGX-007", ingress({"auth-response-headers": "X-User"})), "that is NGX-006"
    text = server().replace("proxy_set_header x-auth-scopes $x_auth_scopes;", "")
    assert said("NGX-007", text, file="nginx.conf") == [("high", " proxy_set_header")]


def test_ngx_007_credentials_of_the_policy() -> None:
    policy = b.policy(credentials=(HeaderCredential(name="x-device-token"), CookieCredential(name="s")))
    for listed, lacking in (("", 2), (",X-Device-Token", 1), (",x-device-token,Cookie", 0)):
        text = ingress({"auth-response-headers": HEADERS + listed})
        assert len(said("NGX-007", text, policies={"orders": policy})) == lacking, listed
        assert not objects("NGX-007", text, policies={"other": policy})


def test_ngx_007_a_variable_that_nothing_sets() -> None:
    assert said("NGX-007", server("proxy_set_header X-Own $nothing;"), file="nginx.conf") != []
    assert not in_file("NGX-007", server("include mine.conf; proxy_set_header X-Own $nothing;"))
    assert not in_file("NGX-007", server("proxy_set_header X-Own $host;"))
