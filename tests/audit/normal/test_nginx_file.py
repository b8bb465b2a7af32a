"""What nginx's own configuration opens."""

from gateway.audit.estate.nginx_levels import Nginx, nginx_of
from gateway.audit.exposure import ANY_HOST, Backend, Exposure, Mechanism, PathKind, Reaches, Tls
from gateway.audit.normal.nginx_file import routes_of_server, served_locations
from tests.audit.nginx_texts import server
from tests.audit.showing import estate_of, exposures


def opened(text: str) -> tuple[Exposure, ...]:
    return exposures(text, file="nginx.conf")


def one(text: str) -> Exposure:
    (found,) = opened(text)
    return found


def test_a_location_that_asks_our_gateway() -> None:
    found = one(server())
    assert (found.host, str(found.path), found.tls) == ("api.example.com", "/*", Tls.ONLY)
    assert found.backends == (Backend("", "127.0.0.1", "8080", "address"),)
    assert found.auth is not None
    assert (found.auth.mechanism, found.auth.policy) == (Mechanism.EXTERNAL, "orders")
    assert (found.token.reaches, found.token.place.pointer) == (Reaches.NO, "location / proxy_set_header")
    assert (found.logs, found.mirrors, found.rewrites, found.is_protected) == ((), (), False, True)


def test_hosts_are_those_of_the_server() -> None:
    cases = {
        "": [ANY_HOST],
        "server_name _;": [ANY_HOST],
        'server_name "";': [ANY_HOST],
        "server_name A.example.com b.example.com;": ["a.example.com", "b.example.com"],
        "server_name .example.com;": ["example.com", "*.example.com"],
        r"server_name ~^(www\.)?x$ www.x.*;": [r"~^(www\.)?x$", "www.x.*"],
        "server_name $name;": [ANY_HOST],
    }
    for line, hosts in cases.items():
        found = opened(f"server {{ {line} location / {{ proxy_pass http://a; }} }}")
        assert [route.host for route in found] == hosts, line


def test_paths_are_tried_in_nginxs_order() -> None:
    text = """server {
        location / { proxy_pass http://a; }
        location /api { proxy_pass http://a; }
        location ~ \\.php$ { proxy_pass http://a; }
        location ~* \\.JPG$ { proxy_pass http://a; }
        location ^~ /static/ { proxy_pass http://a; }
        location = /exact { proxy_pass http://a; }
    }"""
    ranked = [
        (route.path.kind, route.path.value) for route in sorted(opened(text), key=lambda each: each.rank)
    ]
    assert ranked == [
        (PathKind.EXACT, "/exact"),
        (PathKind.BEGINS_WITH, "/static/"),
        (PathKind.REGEX, r"\.php$"),
        (PathKind.REGEX, r"(?i)\.JPG$"),
        (PathKind.BEGINS_WITH, "/api"),
        (PathKind.BEGINS_WITH, "/"),
    ]


def test_what_clients_cannot_reach_is_no_door() -> None:
    text = """server {
        location /a { location /a/b { proxy_pass http://inner; } proxy_pass http://outer; }
        location @named { proxy_pass http://x; }
        location /inside { internal; proxy_pass http://x; }
        if ($host = x) { return 301 https://y; }
    }"""
    assert [(str(route.path), route.backends[0].name) for route in opened(text)] == [
        ("/a*", "outer"),
        ("/a/b*", "inner"),
    ]
    (given,) = nginx_of(estate_of(text, file="nginx.conf")).servers
    assert len(list(served_locations(given))) == 2


def test_an_answer_of_its_own_reaches_nobody() -> None:
    for text in (
        "server { listen 80; return 301 https://$host$request_uri; location / { proxy_pass http://a; } }",
        "server { auth_basic x; location / { return 204; } }",
        "server { location / { root /srv; } }",
        "server { root /srv; }",
    ):
        found = one(text)
        assert (found.backends, found.token.reaches) == ((), Reaches.NO), text


def test_who_is_asked_is_inherited() -> None:
    text = """server {
        auth_request /_asked;
        location / { proxy_pass http://a; }
        location /open { auth_request off; proxy_pass http://a; }
        location = /_asked { internal; proxy_pass http://127.0.0.1:4180/auth/nginx/orders; }
    }"""
    assert [(str(route.path), route.is_protected) for route in opened(text)] == [
        ("/*", True),
        ("/open*", False),
    ]


def test_methods_of_limit_except() -> None:
    text = "server { location / { limit_except GET { auth_basic x; } proxy_pass http://a; } }"
    free, asked = opened(text)
    assert (free.methods, free.auth) == (frozenset({"GET", "HEAD"}), None)
    assert asked.methods == frozenset({"POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
    assert asked.auth is not None


def test_what_is_logged() -> None:
    cases = {
        "": ["query", "referer", "user-agent"],
        "access_log off;": [],
        "access_log /x;": ["query", "referer", "user-agent"],
        "access_log /x buffer=32k;": ["query", "referer", "user-agent"],
        "access_log /x safe;": [],
        "access_log /x tokens;": ["authorization"],
        "access_log /x nowhere;": ["what a format says that was not given"],
        "access_log /x safe; access_log /y tokens;": ["authorization"],
    }
    http = "log_format safe escape=json '$uri' ' $status'; log_format tokens '$t';"
    for line, names in cases.items():
        text = (
            f"http {{ {http} server {{ location / {{ {line} proxy_pass http://a; "
            "auth_request_set $t $upstream_http_authorization; } } }"
        )
        assert [field.name for field in one(text).logs] == names, line


def test_copies_and_other_paths() -> None:
    text = server("mirror /copy;", around="location = /copy { internal; proxy_pass http://10.0.0.9; }")
    assert [mirror.to for mirror in one(text).mirrors] == ["10.0.0.9"]
    assert one(server("mirror off;")).mirrors == ()
    for line, rewrites in {
        "proxy_pass http://a;": False,
        "proxy_pass http://a/;": False,
        "proxy_pass http://a/other/;": True,
        "proxy_pass http://a$request_uri;": False,
        "rewrite ^/x /y break; proxy_pass http://a;": True,
    }.items():
        assert one(f"server {{ location / {{ {line} }} }}").rewrites is rewrites, line


def test_conditions_and_reasons() -> None:
    text = """server { location / {
        # token-gateway.dev/public: what monitors call
        if ($http_x_canary) { proxy_pass http://b; }
        proxy_pass http://a;
    } }"""
    plain, conditional = opened(text)
    assert (plain.public, plain.conditions) == ("what monitors call", ())
    assert (conditional.conditions, conditional.backends[0].name) == (("an if",), "b")


def test_whether_the_token_reaches_cannot_always_be_told() -> None:
    text = "server { location / { auth_request /x; include mine.conf; proxy_pass http://a; } }"
    assert one(text).token.reaches is Reaches.CANNOT_TELL


def test_streams_are_doors_without_requests() -> None:
    text = "stream { server { listen 5432; proxy_pass 10.0.0.7:5432; } server { listen 1; return x; } }"
    found = one(text)
    assert (found.tls, found.auth, found.token.reaches) == (Tls.PASSED_THROUGH, None, Reaches.YES)
    assert (found.backends, found.conditions) == (
        (Backend("", "10.0.0.7", "5432", "address"),),
        ("stream port 5432",),
    )


def test_one_server_by_itself() -> None:
    (given,) = nginx_of(estate_of(server(), file="nginx.conf")).servers
    assert [route.host for route in routes_of_server(given, Nginx((), ()))] == ["api.example.com"]
