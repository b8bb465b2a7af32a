"""What ends a value. That it is found at all, and as what: the corpus of tests/leaks."""

from gateway.redact.find import Finder
from gateway.redact.values import TYPES, cookie_start

FINDER = Finder()


def values(text: bytes) -> list[bytes]:
    return [text[one.start : one.end] for one in FINDER.find(text).spans]


def plainly(text: bytes) -> list[bytes]:
    return [one.canonical for one in FINDER.find(text).spans]


def test_a_quoted_value_ends_with_its_quote() -> None:
    assert values(b'{"password":"a, b; c&d e"}') == [b"a, b; c&d e"]
    assert values(b"password='it is \"mine\"' x") == [b'it is "mine"']
    assert values(b'{"password":"a\\"b\\\\","x":1}') == [b'a\\"b\\\\']
    assert values(b'{"m":"{\\"password\\":\\"hunter2\\"}"}') == [b"hunter2"]


def test_a_parameter_ends_with_what_parts_parameters() -> None:
    assert values(b"/a?token=x;y&b=c") == [b"x;y"]
    assert values(b"/a?token=x#part") == [b"x"]
    assert values(b'"/a?token=x"') == [b"x"]
    assert values(b"?n=%3Ftoken%3Dx%26b%3Dc&d") == [b"x"]
    assert values(b"a\\u0026token=x\\u0026b") == [b"x"]


def test_an_unquoted_value_ends_with_what_parts_words() -> None:
    assert values(b"password=hunter22, user=alice") == [b"hunter22"]
    assert values(b"password=hunter22; x") == [b"hunter22"]
    assert values(b"[password=hunter22]") == [b"hunter22"]


def test_a_member_of_json_that_is_no_text_is_left() -> None:
    assert values(b'{"password":12345678,"token":null,"secret":{"name":"x"}}') == []


def test_the_canonical_form_is_what_the_escapes_stand_for() -> None:
    assert plainly(b"?password=a%26b%20c") == [b"a&b c"]
    assert plainly(b'{"password":"a\\u0026b\\/c"}') == [b"a&b/c"]


def test_where_a_value_is_it_is_not_looked_for_another_name() -> None:
    assert values(b"?token=a?token=b") == [b"a?token=b"]


def test_where_a_secret_is_is_no_secret() -> None:
    for text in (
        b"token=/var/run/token1234", b"secret=https://vault.example.com/v1/a1b2", b"token=idp1.example.com",
        b"credential=shop-1.example.com:8443",
    ):  # fmt: skip
        assert values(text) == [], text


def test_userinfo_goes_to_the_last_at_sign_of_the_authority() -> None:
    assert values(b"https://user:p@ss@host/a@b") == [b"user:p@ss"]
    assert values(b"https://host/a:b@c") == []


def test_names_of_cookies_are_texts_and_no_patterns() -> None:
    assert "connect\\.sid" in cookie_start(("connect.sid",))


def test_types_are_ids() -> None:
    assert all(set(one) <= set("abcdefghijklmnopqrstuvwxyz-") for one in TYPES)
