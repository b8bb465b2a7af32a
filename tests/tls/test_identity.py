"""What a connection without a certificate shows is nothing. With one: test_server.py."""

import ssl

import pytest

from gateway.core.binding import NO_CERTIFICATE
from gateway.tls.identity import certificate_shown, identities, thumbprint


@pytest.mark.parametrize("handshake", [None, object(), "ssl", {"subjectAltName": (("DNS", "root"),)}])
def test_what_is_no_handshake_names_nobody(handshake: object) -> None:
    assert identities(handshake) == frozenset()
    assert thumbprint(handshake) == NO_CERTIFICATE
    assert certificate_shown(handshake) is None


def test_a_handshake_that_is_not_over_raises_and_names_nobody() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    unfinished = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
    with pytest.raises(ValueError, match="handshake not done"):
        identities(unfinished)
    with pytest.raises(ValueError, match="handshake not done"):
        thumbprint(unfinished)
