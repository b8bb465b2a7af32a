"""The ports of `gateway dev` are six different ones, and nobody else's from the choice on."""

import os
import socket
from contextlib import suppress
from dataclasses import astuple

import pytest

from gateway.dev import ports as module
from gateway.dev.ports import ReservedPorts


@pytest.fixture(autouse=True)
def _at_an_address_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no `gateway dev` of a person or of another test takes what was just let go."""
    high, low = divmod(os.getpid() % (254 * 254), 254)
    monkeypatch.setattr(module, "HOST", f"127.77.{high + 1}.{low + 1}")


def can_be_listened_on(port: int) -> bool:
    """As nginx, asyncio and our own listeners do it."""
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((module.HOST, port))
            one.listen()
        except OSError:
            return False
    return True


def test_nobody_else_gets_one_before_its_part_takes_it() -> None:
    with ReservedPorts(0) as reserved:
        ports = astuple(reserved.ports)
        assert len(set(ports)) == len(ports) == 6
        assert not any(map(can_be_listened_on, ports))
        reserved.take(reserved.ports.keys)
        assert [port for port in ports if can_be_listened_on(port)] == [reserved.ports.keys]
    assert all(map(can_be_listened_on, ports))


def test_what_is_given_away_is_held_by_whoever_has_it() -> None:
    with ReservedPorts(0) as reserved:
        port = reserved.ports.backend
        given = reserved.give(port)
        assert not can_be_listened_on(port)
    with given:
        assert not can_be_listened_on(port)
    assert can_be_listened_on(port)


def test_two_at_a_time_have_none_in_common() -> None:
    with ReservedPorts(8080) as first, ReservedPorts(first.ports.front) as second:
        assert set(astuple(first.ports)).isdisjoint(astuple(second.ports))


@pytest.mark.parametrize("front", [4180, 4190, 4191, 8081, 9090])
def test_a_front_at_the_well_known_port_of_a_part_keeps_it(front: int) -> None:
    with ReservedPorts(front) as reserved:
        ports = astuple(reserved.ports)
        assert len(set(ports)) == 6
        # Another program of this machine may have it at every address: then it is another one for both.
        assert reserved.ports.front == front or front not in ports


def test_a_start_that_fails_leaves_none_held() -> None:
    reserved = ReservedPorts(0)
    with suppress(ZeroDivisionError), reserved:
        raise ZeroDivisionError
    assert all(map(can_be_listened_on, astuple(reserved.ports)))
