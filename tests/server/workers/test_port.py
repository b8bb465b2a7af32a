"""How several processes come to one port, and nobody else."""

import socket

import pytest

from gateway.config.world import Address
from gateway.server.workers.port import reserve
from tests.wire.processes import accepts


def test_a_reserved_port_can_only_be_shared() -> None:
    reserved = reserve(Address(host="127.0.0.1", port=0))
    with reserved, socket.socket() as other:
        port = reserved.getsockname()[1]
        assert not accepts(port)
        with pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))


def test_a_port_on_which_others_share_is_taken() -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(OSError, match="in use"):
            reserve(Address(host="127.0.0.1", port=other.getsockname()[1]))


def test_who_may_share_can_listen_on_it() -> None:
    with reserve(Address(host="127.0.0.1", port=0)) as reserved, socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(reserved.getsockname())
        other.listen()
        assert accepts(reserved.getsockname()[1])


def test_another_family_too() -> None:
    with reserve(Address(host="::1", port=0)) as reserved:
        assert reserved.family is socket.AF_INET6


def test_every_address_is_one_of_either_family() -> None:
    with (
        reserve(Address(host="::", port=0)) as reserved,
        socket.socket() as other,
        pytest.raises(OSError, match="in use"),
    ):
        other.bind(("127.0.0.1", reserved.getsockname()[1]))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(OSError, match="in use"):
            reserve(Address(host="::", port=other.getsockname()[1]))
