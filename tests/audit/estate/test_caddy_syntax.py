"""Tokens, blocks, snippets; a Caddyfile that cannot be read is said so, and the rest is read."""

from gateway.audit.estate.caddy_syntax import MAX_DEPTH, Directive, read_caddyfile

Shape = tuple[tuple[str, ...], "list[Shape] | None"]


def shape(directives: tuple[Directive, ...]) -> list[Shape]:
    return [(one.words, None if one.block is None else shape(one.block)) for one in directives]


def read(text: str) -> list[Shape]:
    found = read_caddyfile(text, "Caddyfile")
    assert not found.problems, found.problems
    return shape(found.directives)


def test_tokens() -> None:
    table = {
        "a b  c": ("a", "b", "c"),
        'a "b c" d': ("a", "b c", "d"),
        r'a "say \"hi\""': ("a", 'say "hi"'),
        'a `b "c"` d': ("a", 'b "c"', "d"),
        "a b # c": ("a", "b"),
        "a b#c": ("a", "b#c"),
        "a \\\n  b": ("a", "b"),
        "a <<END\n  b c\n  END": ("a", "  b c\n"),
        "a {http.request.uri} {$ENV}": ("a", "{http.request.uri}", "{$ENV}"),
        'a "{"': ("a", "{"),
    }
    for line, words in table.items():
        assert read("x.example {\n" + line + "\n}") == [(("x.example",), [(words, None)])], line


def test_blocks_belong_to_their_lines() -> None:
    text = "{\n\tadmin off\n}\na.example, b.example {\n\thandle /x {\n\t\trespond 200\n\t}\n\tlog\n}\n"
    assert read(text) == [
        ((), [(("admin", "off"), None)]),
        (("a.example,", "b.example"), [(("handle", "/x"), [(("respond", "200"), None)]), (("log",), None)]),
    ]


def test_addresses_may_go_on_in_the_next_line() -> None:
    assert read("a.example,\nb.example {\n\tlog\n}") == [(("a.example,", "b.example"), [(("log",), None)])]


def test_one_site_may_do_without_braces() -> None:
    text = "{\n\tdebug\n}\n:8080\n\nreverse_proxy app:80\nlog {\n\toutput stdout\n}\n"
    found = read_caddyfile(text, "Caddyfile")
    assert shape(found.directives)[1] == (
        (":8080",),
        [(("reverse_proxy", "app:80"), None), (("log",), [(("output", "stdout"), None)])],
    )
    assert (found.directives[1].block or ())[0].place.owner == ":8080"


def test_snippets_are_written_out() -> None:
    text = """
(protected) {
	forward_auth {args[0]} {
		uri /verify
		copy_headers {args[1]}
	}
	{block}
}
(outer) {
	import protected auth:80 Authorization
}
a.example {
	import outer
	import elsewhere.conf
}
"""
    assert read(text) == [
        (
            ("a.example",),
            [
                (
                    ("forward_auth", "auth:80"),
                    [(("uri", "/verify"), None), (("copy_headers", "Authorization"), None)],
                ),
                (("{block}",), None),
                (("import", "elsewhere.conf"), None),
            ],
        )
    ]


def test_what_cannot_be_read_is_said_with_its_place() -> None:
    deep = "x {\n" + "a {\n" * (MAX_DEPTH + 5)
    table = {
        "a.example {\n\tlog\n": (2, 2, "a brace is not closed"),
        "a.example {\n}\n}\nb.example {\n}\n": (3, 1, "a brace is closed that was not opened"),
        deep: (MAX_DEPTH + 1, 3, "nested too deeply"),
        "(a) {\n\timport a\n\tlog\n}\nx {\n\timport a\n}": (2, 2, "snippets import too much"),
    }
    for text, expected in table.items():
        found = read_caddyfile(text, "Caddyfile").problems
        assert found, text[:40]
        assert (found[0].line, found[0].column, found[0].what) == expected, text[:40]


def test_every_directive_knows_its_place() -> None:
    found = read_caddyfile("a.example {\n\tbasic_auth {\n\t\tbob s3cret\n\t}\n}\n", "Caddyfile")
    (basic,) = found.directives[0].block or ()
    assert (basic.place.line, basic.place.column, basic.place.owner) == (2, 2, "a.example")
    assert "s3cret" not in repr((basic.block or ())[0].place)
