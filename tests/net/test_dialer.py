"""Is the address judged at the very moment it is dialed?"""

import errno
import socket

import pytest

from gateway.net.dialer import Dialer


def test_a_refused_address_gets_no_socket() -> None:
    dialer = Dialer(allow_private_network=False)
    with pytest.raises(OSError, match="address refused") as caught:
        dialer((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80)))
    assert caught.value.errno == errno.EACCES
    assert (dialer.refused, dialer.dialed) == (True, False)


def test_an_allowed_address_gets_one() -> None:
    dialer = Dialer(allow_private_network=True)
    with dialer((socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80))) as made:
        assert made.family is socket.AF_INET
    assert (dialer.refused, dialer.dialed) == (False, True)
