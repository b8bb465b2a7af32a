"""A token is found whatever somebody has copied with it."""

import pytest

from gateway.leaks.pasted import MAX_LINE, NoToken, tokens_in
from tests import builders as b

TOKEN = b.token().encode()
PASTED = (
    b"%s",
    b"  %s \r",
    b"Bearer %s",
    b"bearer\t%s",
    b"DPoP %s",
    b"Authorization: Bearer %s",
    b'"Authorization": "Bearer %s",',
    b"authorization=%s",
    b"'%s'",
    b"`%s`;",
    b'"%s",',
    b"%s==",
    b"%s%%3D",
    b"access_token=%s",
    b"?access_token=%s",
    b'"id_token": "%s"',
    b"\xef\xbb\xbf%s\r",
)


def test_what_stands_around_a_token_comes_off() -> None:
    for form in PASTED:
        assert tokens_in(form % TOKEN) == (TOKEN,), form


def test_the_dots_of_a_url_are_dots() -> None:
    for dot in (b"%2E", b"%2e", b"%252E", b"\\u002e"):
        assert tokens_in(TOKEN.replace(b".", dot)) == (TOKEN,)


def test_what_powershell_writes_is_read() -> None:
    assert tokens_in(f"{TOKEN.decode()}\r\n".encode("utf-16")) == (TOKEN,)


def test_an_opaque_token_stays_as_it_is() -> None:
    for opaque in (b"ghp_abcDEF0123", b"a%2Eb", b"c2VjcmV0IQ==", b"x=y"):
        assert tokens_in(b" " + opaque + b"\n") == (opaque,)


def test_each_line_is_one_and_each_token_counts_once() -> None:
    other = b.token(jti="2").encode()
    assert tokens_in(TOKEN + b"\n\n" + other + b"\r\nBearer " + TOKEN) == (TOKEN, other)
    assert tokens_in(b'\n \n""\n') == ()


def test_what_is_longer_than_any_token_is_refused_unseen() -> None:
    with pytest.raises(NoToken, match="line 2 is longer") as caught:
        tokens_in(b"x\n" + b"s3cret" * MAX_LINE)
    assert "s3cret" not in str(caught.value)


def test_a_line_of_a_log_is_no_token() -> None:
    for line in (b'192.0.2.1 "GET /?access_token=%s HTTP/1.1"' % TOKEN, b"Bearer " + TOKEN + b" " + TOKEN):
        with pytest.raises(NoToken, match="line 1 is more than a token") as caught:
            tokens_in(line)
        assert TOKEN.decode().split(".")[1] not in str(caught.value)
