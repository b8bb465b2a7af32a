"""nginx's own grammar: words, quotes, blocks, other languages; and what is broken costs no more."""

import pytest

from gateway.audit.estate.nginx_syntax import MAX_DEPTH, Directive, read_nginx


def shape(directives: tuple[Directive, ...]) -> list[object]:
    """Names and arguments, with blocks as lists."""
    return [
        (one.name, *one.arguments, *([] if one.block is None else [shape(one.block)])) for one in directives
    ]


def test_directives_and_blocks() -> None:
    cases: dict[str, list[object]] = {
        "": [],
        "worker_processes auto;": [("worker_processes", "auto")],
        "events {}": [("events", [])],
        "http { server { listen 80; } }": [("http", [("server", [("listen", "80")])])],
        "a 'one two' \"it's\";": [("a", "one two", "it's")],
        r'a "x \"y\" \n";': [("a", 'x "y" \n')],
        r"location ~ \.php$ { }": [("location", "~", r"\.php$", [])],
        r'location ~ "^/a{2}$" { }': [("location", "~", "^/a{2}$", [])],
        "set $x ${y}z;": [("set", "$x", "${y}z")],
        "a b # c { ;\n; # d": [("a", "b")],
        "a b#c;": [("a", "b#c")],
        "Server_Name X;": [("server_name", "X")],
        "a\r\n\tb\r\n;": [("a", "b")],
        "a '';": [("a", "")],
        ";;": [],
        'access_by_lua_block { if x == "}" then y = {1} end -- }\n [[ }}} ]] --[[ } ]] } a b;': [
            ("access_by_lua_block", []),
            ("a", "b"),
        ],
    }
    for text, expected in cases.items():
        tree = read_nginx(text, "nginx.conf")
        assert (shape(tree.directives), tree.problems) == (expected, ()), text


def test_every_directive_knows_its_place() -> None:
    (http,) = read_nginx("\nhttp {\n  server {\n    listen 80;  root /x;\n  }\n}", "nginx.conf").directives
    assert http.block is not None
    (server,) = http.block
    assert server.block is not None
    places = [(one.line, one.column, one.file) for one in (http, server, *server.block)]
    assert places == [(2, 1, "nginx.conf"), (3, 3, "nginx.conf"), (4, 5, "nginx.conf"), (4, 17, "nginx.conf")]


def test_a_reason_for_an_open_door_is_read_from_a_comment() -> None:
    tree = read_nginx(
        "location / {\n # token-gateway.dev/public: what monitors call\n # else\n return 204; }", "f"
    )
    assert shape(tree.directives) == [
        ("location", "/", [("token-gateway.dev/public", "what monitors call"), ("return", "204")])
    ]
    assert shape(read_nginx("# token-gateway.dev/public:\na b;", "f").directives) == [("a", "b")]


def test_what_is_broken_is_said_and_the_rest_is_kept() -> None:
    cases = {
        "a b }\nc d;": ("x.conf:1:1 a is not ended", [("a", "b"), ("c", "d")]),
        "}\nc d;": ("x.conf:1:1 closes a block that was never opened", [("c", "d")]),
        "http {\n a b;": ("x.conf:1:1 the block http is never closed", [("http", [("a", "b")])]),
        "a b;\n c 'd": ("x.conf:2:4 a quotation mark is never closed", [("a", "b"), ("c",)]),
        "{ a b; }\nc d;": ("x.conf:1:1 a block has no name", [("c", "d")]),
        "a b": ("x.conf:1:1 a is not ended", [("a", "b")]),
        "init_by_lua_block { x = {": ("its program is never closed", [("init_by_lua_block", [])]),
    }
    for text, (said, kept) in cases.items():
        tree = read_nginx(text, "x.conf")
        assert said in "\n".join(map(str, tree.problems)), text
        assert shape(tree.directives) == kept, text


def test_no_argument_is_printed() -> None:
    text = "proxy_set_header Authorization 'Bearer s3cret"
    assert "s3cret" not in "\n".join(map(str, read_nginx(text, "x.conf").problems))


@pytest.mark.long
def test_nothing_costs_more_than_its_length() -> None:
    for text in (
        "a{" * 50_000,
        "}" * 50_000,
        '"' * 50_001,
        "[[" * 50_000,
        "x_by_lua_block {" + "[[" * 50_000,
        "x_by_lua_block { " * 10_000,
        "\\" * 50_000,
        "${" * 50_000,
        "'a\\" * 50_000,
        "a" * 500_000,
    ):
        tree = read_nginx(text, "x.conf")
        assert 0 < len(tree.problems) <= 50, text[:20]


def test_depth_is_bounded() -> None:
    deep = "a {" * (MAX_DEPTH + 5) + "}" * (MAX_DEPTH + 5)
    tree = read_nginx(deep, "x.conf")
    assert any("nested too deeply" in one.what for one in tree.problems)
    depth, within = 0, tree.directives
    while within:
        depth, within = depth + 1, within[0].block or ()
    assert depth < MAX_DEPTH


def test_options() -> None:
    (one,) = read_nginx("access_log /x plain buffer=32k if=$loggable;", "f").directives
    assert (one.first, one.option("buffer"), one.option("gzip")) == ("/x", "32k", None)
    assert read_nginx("internal;", "f").directives[0].first == ""


def test_a_text_of_lua_that_is_never_closed_takes_no_longer_than_it_is_long() -> None:
    tree = read_nginx('content_by_lua_block { "' + '\\"' * 200_000 + "\n}\nserver {}\n", "nginx.conf")
    assert [one.name for one in tree.directives] == ["content_by_lua_block", "server"]
