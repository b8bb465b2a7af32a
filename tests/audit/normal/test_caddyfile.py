"""What a Caddyfile opens, in the order in which Caddy tries it."""

from gateway.audit.exposure import Backend, Exposure, Tls
from tests.audit.showing import exposures

ASK = (
    "forward_auth http://127.0.0.1:4180 {\n uri /auth/caddy/orders?\n copy_headers Authorization X-User\n}\n"
)
NAIVE = "forward_auth http://127.0.0.1:4180 {\n uri /auth\n copy_headers X-User\n}\n"
APP = "reverse_proxy app:80\n"


def opened(text: str, site: str = "a.example", more: str = "") -> list[Exposure]:
    return list(exposures(f"{more}{site} {{\n{text}}}\n", file="Caddyfile"))


def told(text: str, **more: str) -> list[tuple[str, str, str]]:
    """What forwards: its path, who is asked, whether the token goes on."""
    return [
        (str(one.path), one.auth.mechanism.value if one.auth else "", one.token.reaches.value)
        for one in opened(text, **more)
        if one.backends
    ]


def test_who_is_asked_and_what_reaches_the_backend() -> None:
    every = "/**"
    table = {
        APP: [(every, "", "yes")],
        ASK + APP: [(every, "external", "no")],
        APP + ASK: [(every, "external", "no")],  # sorted
        f"route {{\n{APP}{ASK}}}\n": [(every, "", "yes")],
        f"route {{\n{ASK}{APP}}}\n": [(every, "external", "no")],
        NAIVE + APP: [(every, "external", "yes")],
        NAIVE + "request_header -Authorization\n" + APP: [(every, "external", "no")],
        NAIVE + "request_header -Auth*\n" + APP: [(every, "external", "no")],
        NAIVE + "request_header /x -Authorization\n" + APP: [(every, "external", "cannot tell")],
        NAIVE + "reverse_proxy app:80 {\n header_up -Authorization\n}\n": [(every, "external", "no")],
        NAIVE + 'reverse_proxy app:80 {\n header_up Authorization "Bearer x"\n}\n': [
            (every, "external", "no")
        ],
        NAIVE + "reverse_proxy app:80 {\n header_up Authorization {http.request.header.Authorization}\n}\n": [
            (every, "external", "yes")
        ],
        "basic_auth {\n bob hash\n}\n" + APP: [(every, "basic", "yes")],
        "jwtauth {\n from_header Authorization\n}\n" + APP: [(every, "jwt", "yes")],
        "tls {\n client_auth {\n mode require_and_verify\n }\n}\n" + APP: [
            (every, "client-certificate", "yes")
        ],
        "import elsewhere\n" + APP: [(every, "", "cannot tell")],
        "respond ok\n": [],
        ASK + "file_server\n": [],
    }
    for text, expected in table.items():
        assert told(text) == expected, text


def test_a_matcher_leaves_the_rest_open() -> None:
    api = ASK.replace("forward_auth ", "forward_auth /api/* ")
    but = "@private not path /health\n" + ASK.replace("forward_auth ", "forward_auth @private ")
    by_header = "@x header X-A b\n" + ASK.replace("forward_auth ", "forward_auth @x ")
    table = {
        api + APP: [("/api/*", True), ("/**", False)],
        api + "reverse_proxy /api/v1/* app:80\n": [("/api/v1/*", True)],
        but + APP: [("= /health", False), ("/**", True)],
        by_header + APP: [("/**", True), ("/**", False)],
        f"handle /api/* {{\n{ASK}{APP}}}\nhandle {{\n{APP}}}\n": [("/api/*", True), ("/**", False)],
        f"handle /api/* {{\n{ASK}}}\n{APP}": [("/api/*", True), ("/**", False)],
        f"handle /open/* {{\n{APP}}}\nhandle {{\n{ASK}{APP}}}\n": [("/open/*", False), ("/**", True)],
        f"handle_path /api/* {{\n{ASK}reverse_proxy /v1/* app:80\n}}\n": [("/api/v1/*", True)],
        f"route {{\n{ASK}handle /x/* {{\n{APP}}}\nhandle {{\n{APP}}}\n}}\n": [("/x/*", True), ("/**", True)],
        "handle /a/* {\nreverse_proxy /b/* app:80\n}\n": [],
    }
    for text, expected in table.items():
        found = [(str(one.path), one.is_protected) for one in opened(text) if one.backends]
        assert found == expected, text


def test_hosts_methods_and_conditions() -> None:
    text = "@b host b.example\nhandle @b {\n@post method POST\nreverse_proxy @post app:80\n}\n"
    (one,) = opened(text, site="a.example, b.example")
    assert (one.host, one.methods) == ("b.example", frozenset({"POST"}))
    (one,) = opened("@x header X-A b\nreverse_proxy @x app:80\n")
    assert one.conditions == ("@x",)
    (one,) = opened("import elsewhere\n" + APP)
    assert one.conditions == ("an import that was not given",)


def test_backends_tls_and_order() -> None:
    (one,) = opened("reverse_proxy http://u:p@10.0.0.1:8080 app.example {\n to 10.0.0.2:80\n}\n")
    assert one.backends == (
        Backend("", "10.0.0.1", "8080", "address"),
        Backend("", "app.example", "", "address"),
        Backend("", "10.0.0.2", "80", "address"),
    )
    assert "u:p" not in repr(one)
    assert one.tls is Tls.ONLY
    assert one.source.line == 2
    ranks = [one.rank for one in opened(f"handle /a/* {{\n{APP}}}\nhandle {{\n{APP}}}\n")]
    assert ranks == sorted(ranks)


def test_rewriting_is_noticed() -> None:
    table = {
        ASK + APP: False,
        "rewrite /x{uri}\n" + ASK + APP: True,
        "uri strip_prefix /x\n" + ASK + APP: True,
        "uri query -access_token\n" + ASK + APP: False,
        "uri replace {http.request.uri.query} x 1\n" + ASK + APP: False,
        "uri replace /a /b\n" + ASK + APP: True,
        f"handle_path /x/* {{\n{ASK}{APP}}}\n": True,
        f"handle_path /x/* {{\nrespond 200\n}}\n{ASK}{APP}": False,
        ASK + "reverse_proxy app:80 {\n rewrite /y\n}\n": True,
    }
    for text, expected in table.items():
        (one,) = [each for each in opened(text) if each.backends]
        assert one.rewrites is expected, text


def test_named_routes_are_followed() -> None:
    named = f"&(app) {{\n{APP}}}\n"
    assert told(f"{ASK}invoke app\n", more=named) == [("/**", "external", "no")]
    assert told("invoke app\n", more=named) == [("/**", "", "yes")]
    assert told("invoke loop\n", more="&(loop) {\ninvoke loop\n}\n") == []


def test_the_policy_of_ours_is_known() -> None:
    (one,) = opened(ASK + APP)
    assert one.auth is not None
    assert (one.auth.dialect, one.auth.policy) == ("caddy", "orders")
