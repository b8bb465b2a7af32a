"""Who is asked at a location of nginx."""

from gateway.audit.estate.nginx_levels import Level, Nginx, nginx_of
from gateway.audit.exposure import Auth, Backend, Fails, Mechanism
from gateway.audit.normal.nginx_auth import DEFAULT_KEY, auth_of, backend_of, sub_request
from tests.audit.showing import estate_of

ASKED = "location = /_auth { internal; proxy_pass http://127.0.0.1:4180/auth/nginx/orders; }"


def opened(lines: str, *, server: str = ASKED, http: str = "") -> tuple[Level, Nginx]:
    text = f"http {{ {http} server {{ location / {{ {lines} }} {server} }} }}"
    nginx = nginx_of(estate_of(text, file="nginx.conf"))
    return next(next(nginx.servers).below("location")), nginx


def auth(lines: str, *, server: str = ASKED, http: str = "") -> Auth | None:
    return auth_of(*opened(lines, server=server, http=http))


def asked(lines: str, *, server: str = ASKED, http: str = "") -> Auth:
    found = auth(lines, server=server, http=http)
    assert found is not None
    return found


def test_by_which_mechanism() -> None:
    cases = {
        "": None,
        "auth_request /_auth;": Mechanism.EXTERNAL,
        "auth_request off;": None,
        "auth_jwt api;": Mechanism.JWT,
        "auth_jwt off;": None,
        "auth_basic x; auth_basic_user_file /x;": Mechanism.BASIC,
        "auth_basic off;": None,
        "auth_oidc provider;": Mechanism.OIDC,
        "ssl_verify_client on;": Mechanism.CLIENT_CERTIFICATE,
        "ssl_verify_client optional;": None,
        "access_by_lua_block { return }": Mechanism.UNKNOWN,
        "include snippets/authelia-authrequest.conf;": Mechanism.UNKNOWN,
        "include proxy_params;": None,
    }
    for lines, expected in cases.items():
        found = auth(lines)
        assert (None if found is None else found.mechanism) is expected, lines


def test_whom_the_sub_request_asks() -> None:
    found = asked("auth_request /_auth;")
    assert (found.url, found.dialect, found.policy) == (
        "http://127.0.0.1:4180/auth/nginx/orders",
        "nginx",
        "orders",
    )
    assert found.place.pointer == "location / auth_request"
    assert (found.request_headers, found.cache, found.fails) == (None, None, Fails.CLOSED)


def test_an_upstream_is_known_by_its_farthest_server() -> None:
    server = "location = /_auth { proxy_pass https://gw/auth/nginx/orders; }"
    cases = {
        "upstream gw { server 127.0.0.1:1; server 10.0.0.5:4180; }": "https://10.0.0.5:4180/auth/nginx/orders",
        "upstream gw { server unix:/run/gw.sock; }": "https://localhost/auth/nginx/orders",
        "": "https://gw/auth/nginx/orders",
    }
    for http, url in cases.items():
        assert asked("auth_request /_auth;", server=server, http=http).url == url
    gone = asked("auth_request /elsewhere;", server="location = /_auth { return 401; }")
    assert (gone.url, gone.fails) == (None, Fails.CLOSED)


def test_what_is_sent_and_what_is_replaced() -> None:
    server = (
        "location = /_auth { proxy_pass http://a/; proxy_pass_request_headers off; proxy_set_header X-A b; }"
    )
    found = asked(
        "auth_request /_auth; auth_request_set $t $upstream_http_authorization; "
        "proxy_set_header Authorization $t; proxy_set_header X-Own $http_x_own;",
        server=server,
    )
    assert found.request_headers == frozenset({"x-a"})
    assert found.response_headers == frozenset({"authorization"})


def test_answers_that_are_kept() -> None:
    lines = "proxy_cache z; proxy_cache_key $uri; proxy_cache_valid 200 5m;"
    kept = f"location = /_auth {{ proxy_pass http://a/; {lines} }}"
    cache = asked("auth_request /_auth;", server=kept).cache
    assert cache is not None
    assert (cache.key, cache.duration) == ("$uri", "200 5m")
    plain = asked(
        "auth_request /_auth;", server="location = /_auth { proxy_pass http://a/; proxy_cache z; }"
    ).cache
    assert plain is not None
    assert (plain.key, plain.duration) == (DEFAULT_KEY, None)
    off = "location = /_auth { proxy_pass http://a/; proxy_cache off; }"
    assert asked("auth_request /_auth;", server=off).cache is None


def test_where_a_failure_lets_in() -> None:
    asks = "auth_request /_auth; proxy_pass http://app;"
    cases = [
        (asks, ASKED, Fails.CLOSED),
        (f"{asks} error_page 401 = @in;", f"{ASKED} location @in {{ return 302 /in; }}", Fails.CLOSED),
        (f"{asks} error_page 500 = @x;", f"{ASKED} location @x {{ proxy_pass http://app; }}", Fails.OPEN),
        (f"{asks} error_page 404 = @x;", f"{ASKED} location @x {{ proxy_pass http://app; }}", Fails.CLOSED),
        (f"{asks} error_page 401 = @x;", f"{ASKED} location @x {{ proxy_pass http://other; }}", Fails.CLOSED),
        (asks, "location = /_auth { proxy_pass http://a; error_page 500 =200 /ok; }", Fails.OPEN),
        (asks, "location = /_auth { return 204; }", Fails.OPEN),
        (asks, "location = /_auth { return 403; }", Fails.CLOSED),
    ]
    for lines, server, expected in cases:
        assert asked(lines, server=server).fails is expected, (lines, server)


def test_the_location_is_chosen_as_nginx_does() -> None:
    level, nginx = opened(
        "", server="location /a { } location /a/b { } location = /a/b/c { } location ~ . { }"
    )
    found = {uri: sub_request(level, uri, nginx) for uri in ("/a/b/c", "/a/b/x?y", "/z", "@none")}
    places = {uri: one.level.head.arguments if one and one.level.head else None for uri, one in found.items()}
    assert places == {"/a/b/c": ("=", "/a/b/c"), "/a/b/x?y": ("/a/b",), "/z": ("/",), "@none": None}


def test_backends_without_what_may_be_secret() -> None:
    cases = {
        "proxy_pass http://user:s3cret@10.0.0.1:8080/x;": Backend("", "10.0.0.1", "8080", "address"),
        "proxy_pass http://orders.shop.svc:80;": Backend("shop", "orders", "80"),
        "proxy_pass http://app;": Backend("", "app", "", "address"),
        "proxy_pass $target;": Backend("", "$target", "", "address"),
        "fastcgi_pass unix:/run/php.sock;": Backend("", "unix", "", "address"),
        "grpc_pass grpc://10.0.0.1:50051;": Backend("", "10.0.0.1", "50051", "address"),
    }
    for line, expected in cases.items():
        level, _ = opened(line)
        assert backend_of(level.within[0]) == expected, line
