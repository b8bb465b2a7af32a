"""Answers that are kept."""

from gateway.core.policy import BearerCredential, CookieCredential, HeaderCredential, QueryCredential
from tests import builders as b
from tests.audit.nginx_texts import TRAEFIK, ingress, server
from tests.audit.rules.nginx.judging import in_file, objects, said

WHOLE = "$http_authorization$request_method$request_uri"


def cached(key: str, url: str | None = None) -> str:
    return ingress({"auth-cache-key": key, **({"auth-url": url} if url else {})})


def test_ngx_008_a_key_without_the_credential() -> None:
    for key, bad in {
        "$request_uri": True,
        "$remote_user": True,
        "$http_cookie": True,
        WHOLE: False,
        "${http_authorization}": False,
    }.items():
        assert objects("NGX-008", cached(key)) is bad, key
    assert not objects("NGX-008", cached("$http_cookie", "https://sso.auth.svc/verify"))
    assert not objects("NGX-008", cached("$cookie_session", "https://sso.auth.svc/verify"))
    assert said("NGX-008", cached("$host")) == [("critical", "auth-cache-key")]
    assert not objects("NGX-008", ingress())


def test_ngx_008_knows_the_credentials_of_a_policy() -> None:
    policy = b.policy(
        credentials=(BearerCredential(), HeaderCredential(name="x-token"), CookieCredential(name="s"))
    )
    for key, bad in {
        "$http_authorization": True,
        "$http_authorization$http_x_token": True,
        "$http_authorization$http_x_token$cookie_s": False,
        "$http_authorization$http_x_token$http_cookie": False,
    }.items():
        assert objects("NGX-008", cached(key), policies={"orders": policy}) is bad, key
    query = b.policy(credentials=(QueryCredential(name="token"),))
    assert objects("NGX-008", cached("$uri"), policies={"orders": query})
    assert not objects("NGX-008", cached("$arg_token"), policies={"orders": query})


def test_ngx_009_any_cache() -> None:
    assert said("NGX-009", cached(WHOLE)) == [("medium", "auth-cache-key")]
    assert not objects("NGX-009", TRAEFIK, cached(WHOLE)), "Traefik keeps nothing"


def test_ngx_010_a_key_without_the_target() -> None:
    for key, bad in {
        WHOLE: False,
        "$http_authorization$request": False,
        "$http_authorization$request_method": True,
        "$http_authorization$request_uri": True,
        "$http_authorization$request_method$uri": False,
    }.items():
        assert objects("NGX-010", cached(key)) is bad, key


def test_in_a_file() -> None:
    for lines, rules in {
        "proxy_cache z;": {"NGX-008", "NGX-009", "NGX-010"},
        f'proxy_cache z; proxy_cache_key "{WHOLE}";': {"NGX-009"},
        "proxy_cache off;": set(),
    }.items():
        found = {one for one in ("NGX-008", "NGX-009", "NGX-010") if in_file(one, server(asked=lines))}
        assert found == rules, lines
