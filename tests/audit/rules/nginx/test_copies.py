"""Tokens that are copied, or written down."""

from gateway.core.policy import HeaderCredential
from tests import builders as b
from tests.audit.nginx_texts import OPEN, TRAEFIK, config_map, ingress, server
from tests.audit.rules.nginx.judging import in_file, objects, said


def log(text: str) -> str:
    return config_map({"log-format-upstream": text})


def test_ngx_017_mirrors() -> None:
    mirror = {"mirror-target": "https://copy.example.com"}
    assert said("NGX-017", ingress(dict(mirror))) == [("high", "mirror-target")]
    assert not objects("NGX-017", ingress({**OPEN, **mirror}))
    assert not objects("NGX-017", TRAEFIK, ingress(dict(mirror)))
    assert in_file("NGX-017", server("mirror /copy;"))
    assert not in_file("NGX-017", server("mirror off;"))


def test_ngx_028_tokens_in_the_log() -> None:
    for text, hits in {
        "$http_authorization": 1,
        "$http_cookie $upstream_http_authorization": 2,
        "$cookie_session": 1,
        "$request": 0,
        "$http_user_agent": 0,
    }.items():
        assert len(said("NGX-028", log(text))) == hits, text
    http = "log_format t '$authorization'; access_log /x t;"
    assert in_file("NGX-028", server(http=http))
    assert not in_file("NGX-028", server())
    assert not objects(
        "NGX-028", config_map({"log-format-upstream": "$http_cookie", "disable-access-log": "true"})
    )


def test_ngx_028_knows_the_headers_of_policies() -> None:
    policy = b.policy(credentials=(HeaderCredential(name="x-device"),))
    assert not objects("NGX-028", log("$http_x_device"))
    assert objects("NGX-028", log("$http_x_device"), policies={"orders": policy})


def test_ngx_029_queries_in_the_log() -> None:
    assert [one for one, _ in said("NGX-029", log("$request $http_referer"), ingress())] == ["medium"] * 2
    assert [place for _, place in said("NGX-029", log(""), ingress())] == ["", ""], "the default"
    assert not objects("NGX-029", log("$request"), ingress(OPEN)), "nobody is asked for a token"
    assert not objects("NGX-029", log("$request"), TRAEFIK, ingress())
    assert not objects("NGX-029", config_map(), ingress())
    assert not objects("NGX-029", ingress())
    assert said("NGX-029", log("$request"), ingress(), policies={"orders": b.policy()})[0][0] == "low"


def test_ngx_029_in_a_file() -> None:
    for http, hits in {
        "": 2,
        "access_log off;": 0,
        "access_log /x missing;": 1,
        "log_format p '$uri'; access_log /x p;": 0,
    }.items():
        assert len(said("NGX-029", server(http=http), file="nginx.conf")) == hits, http
    assert not in_file("NGX-029", "server { location / { root /srv; } }")


def test_ngx_030_talkative_error_logs() -> None:
    for data, bad in (
        ({"error-log-level": "debug"}, True),
        ({"error-log-level": "info"}, True),
        ({"error-log-level": "notice"}, False),
        ({"enable-auth-access-log": "true"}, True),
        ({}, False),
    ):
        assert objects("NGX-030", config_map(dict(data))) is bad, data
    assert objects("NGX-030", ingress({"enable-rewrite-log": "true"}))
    for line, bad in {
        "error_log /x info;": True,
        "error_log stderr debug;": True,
        "error_log /x;": False,
        "error_log /x crit;": False,
        "rewrite_log on;": True,
    }.items():
        assert in_file("NGX-030", server(line)) is bad, line


def test_ngx_034_redirects_with_the_query() -> None:
    for target, bad in {
        "https://new.example.com$request_uri": True,
        "https://new.example.com$uri$is_args$args": True,
        "https://new.example.com/": False,
    }.items():
        assert objects("NGX-034", ingress({**OPEN, "permanent-redirect": target})) is bad, target
