"""Pairs of a name and a value, elements of XML, options of commands."""

from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.replace import Redactor
from gateway.redact.settle import find

FINDER = Finder()
VALUE = b"oHBvRPOIvGrv5iFlbCBFNOgm"


def values(text: bytes) -> list[bytes]:
    return [text[one.start : one.end] for one in find(FINDER, text).spans]


def each(*texts: bytes) -> None:
    for text in texts:
        assert values(text.replace(b"@@", VALUE)) == [VALUE] * text.count(b"@@"), text


def test_pairs_in_a_line() -> None:
    each(
        b'{"name":"X-Api-Key","value":"@@"},{"name":"access_token", "value": "@@"}',
        b'{"key":"password","value":"@@","enabled":true}',
        b'"bearer":[{"key":"token","value":"@@","type":"string"}]',
        b'{\\"name\\":\\"API_TOKEN\\",\\"value\\":\\"@@\\"}',
        b'&http.Cookie{Name:"session", Value:"@@", Path:"/"}',
        b'<add key="ApiKey" value="@@" />',
    )


def test_pairs_over_two_lines() -> None:
    each(
        b'{\n  "name": "X-Api-Key",\r\n  "value": "@@"\n}',
        b"        - name: API_TOKEN\n          value: @@\n        - name: LEVEL\n          value: info\n",
        b'headers {\n  key: "x-api-key"\n  value: "@@"\n}',
    )


def test_elements_and_options() -> None:
    each(
        b"<password>@@</password><accessToken>@@</accessToken><wsse:Password Type='x'>@@</wsse:Password>",
        b"helm --kube-token @@ --password @@ x", b"--db-password '@@' --token \"@@\"",
    )  # fmt: skip


def test_what_is_said_in_words() -> None:
    each(
        b"CREATE USER shop WITH PASSWORD '@@' VALID UNTIL 'infinity'; alter user shop password '@@'",
        b"CREATE USER 'a'@'%' IDENTIFIED BY '@@'; identified with caching_sha2_password by '@@'",
        b"machine git.example.com login alice password @@",
    )
    assert values(b"ALTER ROLE a PASSWORD 'correct horse'") == [b"correct horse"]
    for text in (b"the password 'field' is unknown", b"login with your password here1234", b"PASSWORD '***'"):
        assert values(text) == [], text


def test_what_only_looks_like_it_is_left() -> None:
    for text in (
        b'{"name":"token","value":"front"},{"name":"key","description":"a1b2c3d4e5"}',
        b"- name: orders-token\n  valueFrom:\n    secretKeyRef: {name: orders-token, key: token}\n",
        b"name: token\n\nvalue1234: abc12345x",
        b"https://<user>:<password>@host12345/ <token/>a1b2c3d4e5</x>",
        b"--password string   The password; --token TOKEN; --api-key <key> --password --user",
        b'{"name":"password","value":"[REDACTED:named-secret:tfp1_abcdefghijklmnop]"}',
        b"<password>[REDACTED:named-secret:tfp1_abcdefghijklmnop]</password>",
    ):  # fmt: skip
        assert values(text) == [], text


def test_a_name_at_the_end_of_its_line_waits_for_the_next_one_and_no_further() -> None:
    redactor = Redactor(FINDER, Fingerprints(b"k" * 16))
    assert redactor.feed(b'one\nname: "X-Api-Key",\n') == b"one\n"
    came = redactor.feed(b'"value": "' + VALUE + b'"\ntwo\n')
    assert came.startswith(b'name: "X-Api-Key",\n"value": "[REDACTED:named-secret:tfp1_')
    assert came.endswith(b']"\ntwo\n')
    assert redactor.feed(b"name: token\n") == b""
    assert redactor.feed(b"three\n") == b"name: token\nthree\n"
    assert redactor.close() == b""
