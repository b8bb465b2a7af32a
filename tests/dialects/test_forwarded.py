"""Peers are listed networks; an empty list trusts nobody; a refusal says what to change."""

from ipaddress import ip_network
from typing import Any

import pytest

from gateway.core.reason import Reason, Refusal
from gateway.dialects.forwarded import as_proven, check_caller, client_address, nearest_address
from tests.builders import nginx_request, policy


def is_trusted(peer: str, *networks: str) -> bool:
    try:
        check_caller(nginx_request(peer=peer), policy(peers=tuple(ip_network(one) for one in networks)))
    except Refusal as refusal:
        assert refusal.reason is Reason.PEER_UNTRUSTED  # noqa: PT017 - either way is an answer
        return False
    return True


@pytest.mark.parametrize(
    ("peer", "networks", "trusted"),
    [
        ("10.42.0.7", ("10.42.0.0/16",), True),
        ("10.43.0.7", ("10.42.0.0/16",), False),
        ("10.43.0.7", ("10.42.0.0/16", "10.43.0.7/32"), True),
        ("::ffff:10.42.0.7", ("10.42.0.0/16",), True),
        ("::ffff:10.43.0.7", ("10.42.0.0/16",), False),
        ("0:0:0:0:0:ffff:a2a:7", ("10.42.0.0/16",), True),
        ("fd00::1", ("fd00::/8",), True),
        ("fe00::1", ("fd00::/8",), False),
        ("fe80::1", ("fe80::/10",), True),
        ("fe80::1%eth0", ("fe80::/10",), False),
        # an IPv4 network is not an IPv6 one, whatever its numbers
        ("::10.42.0.7", ("10.42.0.0/16",), False),
        ("64:ff9b::a2a:7", ("10.42.0.0/16",), False),
        ("10.42.0.7", ("::/0",), False),
        # an empty list trusts nobody, and what is no address is nobody
        ("10.42.0.7", (), False),
        ("127.0.0.1", (), False),
        ("", ("0.0.0.0/0", "::/0"), False),
        ("localhost", ("0.0.0.0/0", "::/0"), False),
        ("10.42.0", ("0.0.0.0/0",), False),
        ("010.042.0.7", ("0.0.0.0/0",), False),
        ("10.42.0.7:4180", ("0.0.0.0/0",), False),
    ],
)
def test_peers(peer: str, networks: tuple[str, ...], trusted: bool) -> None:  # noqa: FBT001
    assert is_trusted(peer, *networks) is trusted


def test_a_refusal_names_the_address_and_the_setting_to_change() -> None:
    with pytest.raises(Refusal) as refusal:
        check_caller(nginx_request(peer="10.9.9.9"), policy(peers=()))
    assert refusal.value.detail == "10.9.9.9 is not in policies.orders.peers"


SECRETS = (b"s" * 32, b"n" * 32)


@pytest.mark.parametrize(
    ("said", "proven"),
    [
        ((b"s" * 32,), True),
        ((b"n" * 32,), True),
        ((), False),
        ((b"",), False),
        ((b"s" * 31,), False),
        ((b"s" * 33,), False),
        ((b"S" * 32,), False),
        ((b"s" * 32 + b" ",), False),
        ((b"s" * 32, b"s" * 32), False),
        ((b"s" * 32 + b"," + b"n" * 32,), False),
    ],
)
def test_a_caller_says_one_of_the_secrets_once(said: tuple[bytes, ...], proven: bool) -> None:  # noqa: FBT001
    asked = nginx_request(headers=tuple((b"x-token-gateway-caller", one) for one in said))
    if proven:
        check_caller(asked, policy(caller_secrets=SECRETS))
        return
    with pytest.raises(Refusal) as refusal:
        check_caller(asked, policy(caller_secrets=SECRETS))
    assert refusal.value.reason is Reason.CALLER_UNPROVEN
    assert refusal.value.detail == f"{asked.peer} says no secret of policies.orders.callers"


SPIFFE = "spiffe://cluster.local/ns/ingress/sa/nginx"


@pytest.mark.parametrize(
    ("shown", "proven"),
    [
        ((SPIFFE,), True),
        (("other.example", SPIFFE), True),
        ((), False),
        (("other.example",), False),
        ((SPIFFE + "x",), False),
        ((SPIFFE.upper(),), False),
    ],
)
def test_a_caller_shows_one_of_the_identities(shown: tuple[str, ...], proven: bool) -> None:  # noqa: FBT001
    asked = nginx_request()._replace(identities=frozenset(shown))
    listed = policy(caller_identities=frozenset({SPIFFE, "ingress.example.com"}))
    if proven:
        check_caller(asked, listed)
        return
    with pytest.raises(Refusal) as refusal:
        check_caller(asked, listed)
    assert refusal.value.reason is Reason.CALLER_UNPROVEN
    assert refusal.value.detail == f"{asked.peer} shows no identity of policies.orders.callers"


def test_a_caller_of_another_network_is_refused_whatever_it_proves() -> None:
    asked = nginx_request(peer="10.43.0.7", headers=((b"x-token-gateway-caller", SECRETS[0]),))
    listed = policy(caller_secrets=SECRETS, caller_identities=frozenset({SPIFFE}))
    with pytest.raises(Refusal) as refusal:
        check_caller(asked._replace(identities=frozenset({SPIFFE})), listed)
    assert refusal.value.reason is Reason.PEER_UNTRUSTED


@pytest.mark.parametrize(("shows", "says"), [(True, False), (False, True), (True, True), (False, False)])
def test_where_both_are_listed_either_is_enough(shows: bool, says: bool) -> None:  # noqa: FBT001
    headers = ((b"x-token-gateway-caller", SECRETS[0]),) * says
    asked = nginx_request(headers=headers)._replace(identities=frozenset([SPIFFE] * shows))
    listed = policy(caller_secrets=SECRETS, caller_identities=frozenset({SPIFFE}))
    if shows or says:
        check_caller(asked, listed)
        return
    with pytest.raises(Refusal) as refusal:
        check_caller(asked, listed)
    wanted = "says no secret and shows no identity"
    assert refusal.value.detail == f"{asked.peer} {wanted} of policies.orders.callers"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (b"203.0.113.9", "203.0.113.9"),
        (b"::ffff:203.0.113.9", "203.0.113.9"),
        (b"2001:DB8:0::1", "2001:db8::1"),
    ],
)
def test_a_client_address_is_given_in_its_canonical_form(text: bytes, address: str) -> None:
    assert client_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"unknown",
        b'"10.0.0.1"',
        b"10.0.0.1:80",
        b"[::1]",
        b"[::1]:1",
        b"127.1",
        b"0177.0.0.1",
        b"0x7f.1",
        b"10.0.0.1 ",
        b"10.0.0.1\n",
        b"10.0.0.1, 10.0.0.2",
        b"\xff",
        b"_hidden",
    ],
)
def test_what_is_no_address_is_refused(text: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        client_address(text)
    assert refusal.value.reason is Reason.CARRIER_MALFORMED


@pytest.mark.parametrize(
    ("forwarded_for", "address"),
    [
        (b"203.0.113.9", "203.0.113.9"),
        (b"1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (b"garbage,\t 203.0.113.9 ", "203.0.113.9"),
        (b"1.1.1.1, " * 1000 + b"203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_right_most_address_is_the_one_that_the_peer_has_seen(forwarded_for: bytes, address: str) -> None:
    assert nearest_address(forwarded_for) == address


@pytest.mark.parametrize("forwarded_for", [b"203.0.113.9, ", b"203.0.113.9, unknown", b","])
def test_a_chain_that_ends_in_no_address_is_refused(forwarded_for: bytes) -> None:
    with pytest.raises(Refusal):
        nearest_address(forwarded_for)


@pytest.mark.parametrize(
    "callers",
    [
        {"caller_secrets": (b"a" * 32, b"b" * 32)},
        {"caller_identities": frozenset({"spiffe://x/y"})},
        {"caller_secrets": (b"a" * 32,), "caller_identities": frozenset({"spiffe://x/y"})},
        {},
    ],
)
def test_a_caller_is_imitated_with_its_proof(callers: dict[str, Any]) -> None:
    """For `explain`: what is wrong with the request is to be seen, and not that nobody sent it."""
    asked = policy(**callers)
    check_caller(as_proven(nginx_request(), asked), asked)
    guess = nginx_request(headers=((b"x-token-gateway-caller", b"guess"),))
    assert as_proven(guess, asked) == guess
