"""Words, sections and what they inherit; a line that cannot be read costs no other."""

from gateway.audit.estate.haproxy_syntax import MAX_LINE, HaproxyText, read_haproxy, read_lines
from gateway.audit.estate.place import Place


def words_of(line: str) -> tuple[str, ...]:
    (section,) = read_haproxy(f"global\n  {line}\n", "haproxy.cfg").sections
    return section.lines[0].words if section.lines else ()


def said(text: HaproxyText) -> list[tuple[int, int, str]]:
    return [(one.line, one.column, one.what) for one in text.problems]


def test_a_line_is_words() -> None:
    table = {
        "log stdout  format raw": ("log", "stdout", "format", "raw"),
        "a 'b c' # rest": ("a", "b c"),
        "a \"b 'c'\" d": ("a", "b 'c'", "d"),
        r"a b\ c \# d": ("a", "b c", "#", "d"),
        r"a '\n' \"": ("a", r"\n", '"'),
        'a ""': ("a", ""),
        'a"b"c': ("abc",),
        r"reg ^/v[0-9]+\.": ("reg", r"^/v[0-9]+\."),
        "# nothing": (),
    }
    for line, expected in table.items():
        assert words_of(line) == expected, line


def test_sections_inherit_from_the_defaults_before_them() -> None:
    text = """
defaults base
    mode http
    option httplog
frontend first
    bind :80
defaults
    mode tcp
listen second
    mode http
backend third from base
    server a 10.0.0.1:80
"""
    found = read_haproxy(text, "haproxy.cfg")
    assert not found.problems
    first, second, third = (
        found.named(kind, name)
        for kind, name in (("frontend", "first"), ("listen", "second"), ("backend", "third"))
    )
    assert first is not None
    assert second is not None
    assert third is not None
    assert [one.words for one in first.setting("mode")] == [("mode", "http")]
    assert [one.words for one in first.setting("option", "httplog")] == [("option", "httplog")]
    assert [one.words for one in second.setting("mode")] == [("mode", "http")]
    assert not second.setting("option", "httplog")
    assert [one.words for one in third.setting("mode")] == [("mode", "http")]
    assert first.place.line == 5


def test_every_line_knows_its_place_and_none_tells_a_value() -> None:
    found = read_haproxy("frontend web\n    http-request set-header X-Key s3cret\n", "haproxy.cfg")
    (line,) = found.sections[0].lines
    assert (line.place.line, line.place.column, line.place.owner) == (2, 5, "frontend web")
    assert "s3cret" not in repr(line.place)


def test_conditional_lines_are_marked() -> None:
    found = read_haproxy("global\n.if version_atleast(2.8)\n a b\n.else\n c\n.endif\n d\n", "haproxy.cfg")
    assert [(one.words[0], one.is_conditional) for one in found.sections[0].lines] == [
        ("a", True),
        ("c", True),
        ("d", False),
    ]


def test_what_cannot_be_read_is_said_with_its_place() -> None:
    table = {
        "global\n  a 'b\n  c\n": [(2, 3, "a quote is not closed")],
        "maxconn 5\nglobal\n": [(1, 1, "a directive stands before the first section")],
        "global\n.endif\n": [(2, 1, ".endif without .if")],
        "global\n.if 1\n a\n": [(2, 1, ".if has no .endif")],
        f"global\n a {'b' * MAX_LINE}\n c\n": [(2, 2, "the line is too long")],
    }
    for text, expected in table.items():
        assert said(read_haproxy(text, "haproxy.cfg")) == expected, text[:20]
    assert [one.words for one in read_haproxy("global\n  a 'b\n  c\n", "f").sections[0].lines] == [("c",)]


def test_a_section_word_inside_of_another_section_is_a_directive() -> None:
    found = read_haproxy("frontend web\n    program x\nbackend app\n", "haproxy.cfg")
    assert [(one.kind, one.name) for one in found.sections] == [("frontend", "web"), ("backend", "app")]


def test_lines_of_an_annotation_stand_where_it_does() -> None:
    place = Place("f.yaml", 3, 5, "Ingress/shop/orders", "metadata.annotations.x")
    found = read_lines("http-request deny if a\n\n 'open\n# c\n", place)
    assert [(one.words, one.place) for one in found] == [(("http-request", "deny", "if", "a"), place)]
