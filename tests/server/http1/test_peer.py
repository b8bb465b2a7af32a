"""An address without port and zone, or nothing."""

import pytest

from gateway.server.http1.peer import peer_address


@pytest.mark.parametrize(
    ("peername", "name"),
    [
        (("192.0.2.1", 4), "192.0.2.1"),
        (("2001:db8::1", 4, 0, 0), "2001:db8::1"),
        (("fe80::1%eth0", 4, 0, 2), "fe80::1"),
        (("::ffff:192.0.2.1", 4, 0, 0), "192.0.2.1"),
        (("::ffff:c000:201", 4, 0, 0), "::ffff:c000:201"),
        (("64:ff9b::192.0.2.1", 4, 0, 0), "64:ff9b::192.0.2.1"),
        ("", "unix"),
        ("/run/proxy.sock", "unix"),
        (b"\0abstract", "unix"),
        (None, None),
    ],
)
def test_names_the_other_end(peername: object, name: str | None) -> None:
    assert peer_address(peername) == name
