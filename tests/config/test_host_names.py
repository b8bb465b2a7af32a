from ipaddress import ip_network

import pytest

from gateway.config.host_names import (
    EVERYWHERE,
    parse_host_pattern,
    parse_listening_host,
    parse_origin,
    parse_peers,
)
from gateway.config.problem import Unfit
from gateway.core.host import host_pattern, parse_host
from gateway.core.policy import HostPattern


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("api.example.com", HostPattern(name="api.example.com")),
        ("localhost", HostPattern(name="localhost")),
        ("api.example.com:8443", HostPattern(name="api.example.com", port=8443)),
        ("*.example.com", HostPattern(name="*.example.com")),
        ("*.example.com:1", HostPattern(name="*.example.com", port=1)),
        ("192.0.2.1:80", HostPattern(name="192.0.2.1", port=80)),
        ("[2001:db8:0::1]", HostPattern(name="2001:db8::1")),
        ("[::1]:8080", HostPattern(name="::1", port=8080)),
        ("xn--bcher-kva.example", HostPattern(name="xn--bcher-kva.example")),
        ("1password.com", HostPattern(name="1password.com")),
    ],
)
def test_hosts(text: str, pattern: HostPattern) -> None:
    assert parse_host_pattern(text) == pattern
    asked = parse_host(text.replace("*", "one").encode())
    assert host_pattern(asked, "https", frozenset({pattern})) == pattern.name


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Api.example.com", "not lower case"),
        ("bücher.example", "not ASCII"),
        ("api.example.com.", "ends in a dot"),
        ("api.example.com.:80", "ends in a dot"),
        ("*", "whole first label"),
        ("*.com", "top-level"),
        ("a.*.com", "whole first label"),
        ("a*.example.com", "whole first label"),
        ("*.*.example.com", "whole first label"),
        ("*.192.0.2.1", "no wildcard"),
        ("api.example.com:0", "between 1 and 65535"),
        ("api.example.com:65536", "between 1 and 65535"),
        ("api.example.com:", "not a host"),
        ("https://api.example.com", "a URL"),
        ("api.example.com/v1", "a URL"),
        ("user@example.com", "not a host"),
        ("a_b.example.com", "not a host"),
        ("-a.example.com", "not a host"),
        ("2001:db8::1", "brackets"),
        ("[2001:db8::1", "not a host"),
        ("[1::2::3]", "not an IPv6"),
        ("192.0.2", "not an IPv4"),
        ("192.0.2.256", "not an IPv4"),
        ("192.0.2.01", "not an IPv4"),
        ("xn--\u00fc.example", "not ASCII"),
        (".".join(["a" * 60] * 5), "longer"),
        ("", "not a host"),
    ],
)
def test_no_hosts(text: str, what: str) -> None:
    with pytest.raises(Unfit, match=what):
        parse_host_pattern(text)


@pytest.mark.parametrize("text", ["10.0.0.0/8", "10.0.0.1", "10.0.0.1/32", "2001:db8::/32", "::1"])
def test_peers(text: str) -> None:
    assert parse_peers(text) == (ip_network(text),)


def test_anyone() -> None:
    assert parse_peers("anyone") == EVERYWHERE


@pytest.mark.parametrize(
    ("text", "what", "fix"),
    [
        ("10.0.0.1/8", "host bits", "write 10.0.0.0/8 for the network or 10.0.0.1 for"),
        ("2001:db8::1/32", "host bits", "2001:db8::/32"),
        ("0.0.0.0/0", "whole world", "anyone"),
        ("::/0", "whole world", "anyone"),
        ("10.0.0.0/255.0.0.0", "netmask", "10.0.0.0/8"),
        ("10.0.0.0/0.255.255.255", "netmask", "10.0.0.0/8"),
        ("::ffff:10.0.0.1", "IPv4 written as IPv6", "IPv4"),
        ("fe80::1%eth0", "zone", "without %"),
        ("010.0.0.1", "neither", "10.42"),
        ("example.com", "neither", "10.42"),
        ("*", "neither", "10.42"),
        ("Anyone", "neither", "10.42"),
        ("10.0.0.0/33", "neither", "10.42"),
        ("", "neither", "10.42"),
    ],
)
def test_no_peers(text: str, what: str, fix: str) -> None:
    with pytest.raises(Unfit, match=what) as caught:
        parse_peers(text)
    assert fix in caught.value.fix


@pytest.mark.parametrize(
    "text", ["https://app.example.com", "http://localhost:3000", "https://[2001:db8::1]:8443"]
)
def test_origins(text: str) -> None:
    assert parse_origin(text) == text


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("*", "no origin"),
        ("null", "no origin"),
        ("app.example.com", "not an origin"),
        ("ftp://app.example.com", "not an origin"),
        ("https://app.example.com/", "no path"),
        ("https://App.example.com", "lower case"),
        ("HTTPS://app.example.com", "not an origin"),
        ("https://app.example.com:443", "leaves out port 443"),
        ("http://app.example.com:80", "leaves out port 80"),
        ("https://*.example.com", "no wildcard"),
        ("https://u@example.com", "not a host"),
        ("https://", "not a host"),
    ],
)
def test_no_origins(text: str, what: str) -> None:
    with pytest.raises(Unfit, match=what):
        parse_origin(text)


def test_listening_hosts() -> None:
    assert parse_listening_host("127.0.0.1") == "127.0.0.1"
    assert parse_listening_host("0::1") == "::1"
    for text in ("localhost", "[::1]", "127.1", "", "127.0.0.1:80"):
        with pytest.raises(Unfit, match="not an IP address"):
            parse_listening_host(text)
