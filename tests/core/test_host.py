"""Hosts: exact after lower-casing, cutting one trailing dot and reading the port; else refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.facts import Host
from gateway.core.host import MAX_NAME, host_pattern, parse_host
from gateway.core.policy import HostPattern
from gateway.core.reason import Reason, Refusal

LABEL = "a" * 63


@pytest.mark.parametrize(
    ("authority", "name", "port"),
    [
        (b"app.example", "app.example", None),
        (b"APP.Example", "app.example", None),
        (b"app.example.", "app.example", None),
        (b"app.example:443", "app.example", 443),
        (b"app.example.:8443", "app.example", 8443),
        (b"localhost", "localhost", None),
        (b"10.0.0.1:80", "10.0.0.1", 80),
        (b"xn--pp-8ia.example", "xn--pp-8ia.example", None),
        (b"[::1]", "::1", None),
        (b"[0:0:0:0:0:0:0:1]:8080", "::1", 8080),
        (b"[2001:DB8::A]", "2001:db8::a", None),
        (LABEL.encode(), LABEL, None),
        (b"a:65535", "a", 65535),
    ],
)
def test_a_host_is_read(authority: bytes, name: str, port: int | None) -> None:
    assert parse_host(authority) == Host(name=name, port=port)


@pytest.mark.parametrize(
    "authority",
    [
        b"",
        b".",
        b"..",
        b"app..example",
        b".app.example",
        b"app.example..",
        b"app.example:",
        b"app.example:x",
        b"app.example:0",
        b"app.example:0443",
        b"app.example:65536",
        b"app.example:99999",
        b"app.example:+443",
        b"app.example:80:81",
        b"a@app.example",
        b"user:pass@app.example",
        b"app.example, evil.example",
        b"app.example,evil.example",
        b"app.example/evil",
        b"app.example?x",
        b"app.example#x",
        b"app.example\\evil",
        b" app.example",
        b"app.example ",
        b"app.example\n",
        b"app.example\0",
        b"app_1.example",
        b"-app.example",
        b"app-.example",
        b"*.example",
        b"app%2eexample",
        "\u0430pp.example".encode(),
        b"\xff.example",
        b"::1",
        b"[::1",
        b"[]",
        b"[::1]x",
        b"[::1]:",
        b"[fe80::1%25eth0]",
        b"[127.0.0.1]",
        b"[1.2.3.4.5]",
        b"[gg::1]",
        b"a" * 64 + b".example",
        b"a" * 300,
        b".".join([b"a" * 63] * 4) + b".b",
    ],
)
def test_what_is_no_plain_host_is_refused_rather_than_repaired(authority: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_host(authority)
    assert refusal.value.reason is Reason.HOST_MALFORMED


def test_the_longest_name_is_253_octets() -> None:
    name = ".".join([LABEL, LABEL, LABEL, "a" * 61])
    assert len(name) == MAX_NAME
    assert parse_host(name.encode()).name == name
    with pytest.raises(Refusal):
        parse_host(b"a" + name.encode())


def matches(authority: bytes, *patterns: HostPattern, scheme: str = "https") -> bool:
    return host_pattern(parse_host(authority), scheme, frozenset(patterns)) is not None


EXACT = HostPattern(name="app.example")
WILD = HostPattern(name="*.app.example")
PORT = HostPattern(name="app.example", port=8443)


@pytest.mark.parametrize(
    ("authority", "pattern", "expected"),
    [
        (b"app.example", EXACT, True),
        (b"APP.EXAMPLE.", EXACT, True),
        (b"app.example:443", EXACT, True),
        (b"app.example:80", EXACT, False),
        (b"app.example:8443", EXACT, False),
        (b"app.example:8443", PORT, True),
        (b"app.example", PORT, False),
        # never by prefix, suffix or substring
        (b"evilapp.example", EXACT, False),
        (b"app.example.evil", EXACT, False),
        (b"x.app.example", EXACT, False),
        (b"app.exampl", EXACT, False),
        # a wildcard stands for one whole label
        (b"a.app.example", WILD, True),
        (b"app.example", WILD, False),
        (b"a.b.app.example", WILD, False),
        (b"evilapp.example", WILD, False),
        (b"a.app.example.evil", WILD, False),
    ],
)
def test_hosts_are_compared_whole(authority: bytes, pattern: HostPattern, *, expected: bool) -> None:
    assert matches(authority, pattern) is expected


def test_the_default_port_is_the_one_of_the_scheme() -> None:
    assert matches(b"app.example:80", EXACT, scheme="http")
    assert not matches(b"app.example:443", EXACT, scheme="http")


def test_no_pattern_matches_no_host() -> None:
    assert not matches(b"app.example")


def test_an_ipv6_literal_matches_in_its_canonical_form_alone() -> None:
    assert matches(b"[::0:1]", HostPattern(name="::1"))
    assert not matches(b"[::ffff:127.0.0.1]", HostPattern(name="127.0.0.1"))


@given(st.binary(max_size=20))
def test_any_bytes_are_a_host_or_refused(authority: bytes) -> None:
    try:
        host = parse_host(authority)
    except Refusal:
        return
    assert parse_host(str(host).encode()) == host


@given(st.text(alphabet="ab.", min_size=1, max_size=6), st.text(alphabet="ab.", max_size=4))
def test_a_longer_or_shorter_name_never_matches(name: str, more: str) -> None:
    try:
        left, right = parse_host((name + more).encode()), parse_host(name.encode())
    except Refusal:
        return
    found = host_pattern(left, "https", frozenset({HostPattern(name=right.name)}))
    assert found == (left.name if left.name == right.name else None)
