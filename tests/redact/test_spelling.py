import re

from gateway.redact.spelling import BREAK, DOT, EQUALS, EXPLICIT_BREAK, JOINS, OBJECT
from tests.leaks.made import base64url


def matches(pattern: str, *texts: str) -> list[str]:
    return [text for text in texts if re.fullmatch(pattern, text)]


def test_ways_to_write_a_character() -> None:
    dots = (".", "%2E", "%2e", "%252E", "%25252e", r"\u002e", r"\\u002E")
    assert matches(DOT, *dots, ",", "%2F", "%3E") == list(dots)
    equals = ("=", "%3D", "%3d", "%253D", r"\u003d")
    assert matches(EQUALS, *equals, "-", "%3E") == list(equals)
    joins = ("?", "&", ";", "%3F", "%26", "%2526", "%3b", r"\u0026")
    assert matches(JOINS, *joins, "=", "%3D") == list(joins)


def test_ways_to_wrap_a_line() -> None:
    breaks = ("\n", "\r\n", "\n    ", "\\\n", "\\\r\n\t", "=\n", "=\r\n", r"\n", r"\r\n", r"\\n")
    assert matches(BREAK, *breaks, "\r", " ", "\n\n") == list(breaks)
    assert matches(EXPLICIT_BREAK, *breaks) == ["\\\n", "\\\r\n\t", "=\n", "=\r\n"]


def test_how_a_json_object_begins() -> None:
    for text in (b'{"alg":1}', b'{ "alg":1}', b'{\n"alg":1}', b'{\r\n"a":1}', b'{\t"alg":1}'):
        assert re.match(OBJECT, base64url(text).decode()), text
    assert re.match(OBJECT, base64url(b'["alg"]').decode()) is None
