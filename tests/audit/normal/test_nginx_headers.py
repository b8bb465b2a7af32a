"""What nginx makes of a client's header."""

from gateway.audit.estate.nginx_levels import Level, Nginx, nginx_of
from gateway.audit.normal.nginx_headers import Made, header_fate, replaced_headers, sources
from tests.audit.showing import estate_of


def location(lines: str, *, http: str = "", server: str = "") -> tuple[Level, Nginx]:
    text = f"http {{ {http} server {{ {server} location / {{ {lines} }} }} }}"
    nginx = nginx_of(estate_of(text, file="nginx.conf"))
    return next(next(nginx.servers).below("location")), nginx


def made(lines: str, *, http: str = "", server: str = "") -> Made:
    level, nginx = location(lines, http=http, server=server)
    return header_fate(level, "authorization", nginx).made


def test_of_authorization() -> None:
    passes = "proxy_pass http://app;"
    cases = {
        passes: Made.KEPT,
        f'{passes} proxy_set_header Authorization "";': Made.REPLACED,
        f'{passes} proxy_set_header authorization "Bearer fixed";': Made.REPLACED,
        f"{passes} proxy_set_header Authorization $http_authorization;": Made.KEPT,
        f"{passes} set $a $http_authorization; proxy_set_header Authorization $a;": Made.KEPT,
        f"{passes} auth_request_set $a $upstream_http_authorization; proxy_set_header Authorization $a;": (
            Made.REPLACED
        ),
        f"{passes} proxy_set_header Authorization $never_set;": Made.UNKNOWN,
        f"{passes} set $a $b; set $b $a; proxy_set_header Authorization $a;": Made.UNKNOWN,
        f"{passes} proxy_set_header Host $host;": Made.KEPT,
        f"{passes} proxy_pass_request_headers off;": Made.REPLACED,
        f"{passes} include snippets/mine.conf;": Made.UNKNOWN,
        f"{passes} include proxy_params;": Made.KEPT,
        f"{passes} include snippets/mine.conf; proxy_set_header Authorization '';": Made.REPLACED,
        "grpc_pass grpc://app; grpc_set_header Authorization '';": Made.REPLACED,
        "grpc_pass grpc://app; proxy_set_header Authorization '';": Made.KEPT,
        "fastcgi_pass unix:/x; include fastcgi_params;": Made.KEPT,
        "fastcgi_pass unix:/x; fastcgi_param HTTP_AUTHORIZATION '';": Made.REPLACED,
        "uwsgi_pass app; uwsgi_param HTTP_AUTHORIZATION $http_authorization;": Made.KEPT,
    }
    for lines, expected in cases.items():
        assert made(lines) is expected, lines


def test_a_line_of_the_server_is_lost_where_the_location_has_one_of_its_own() -> None:
    server = 'proxy_set_header Authorization "";'
    assert made("proxy_pass http://app;", server=server) is Made.REPLACED
    assert made("proxy_pass http://app; proxy_set_header Host $host;", server=server) is Made.KEPT


def test_a_map_may_choose_the_clients_own() -> None:
    line = "proxy_pass http://app; proxy_set_header Authorization $a;"
    chosen = 'map $http_authorization $a { default $http_authorization; "" none; }'
    assert made(line, http=chosen) is Made.UNKNOWN
    assert made(line, http="map $host $a { default x; }") is Made.REPLACED


def test_what_is_replaced_is_listed() -> None:
    level, nginx = location(
        'proxy_pass http://a; proxy_set_header X-A ""; '
        "proxy_set_header X-B $http_x_b; proxy_set_header X-C $c;"
    )
    assert replaced_headers(level, nginx) == {"x-a"}


def test_variables_are_followed_to_what_they_are_made_of() -> None:
    level, nginx = location("set $a $b; set $b $arg_token;", http="map $uri $m { default $host; }")
    found = [sources(level, name, nginx) for name in ("a", "request_uri", "1", "nobody")]
    assert [None if one is None else one.names for one in found] == [
        ("arg_token",),
        ("request_uri",),
        ("1",),
        None,
    ]
    mapped = sources(level, "m", nginx)
    assert mapped is not None
    assert (mapped.names, mapped.is_chosen) == (("uri", "host"), True)
