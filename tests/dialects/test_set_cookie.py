"""One cookie, however it is spelt."""

import pytest

from gateway.dialects.set_cookie import cookie_set, plain_name


@pytest.mark.parametrize(
    "value",
    [
        b"sess=x",
        b"sess=x; Domain=.example.com; Path=/",
        b"  sess \t= x",
        b"SESS=x",
        b"Sess=; Max-Age=0",
        b"__Host-sess=x; Secure; Path=/",
        b"__secure-SESS =x",
        b"__Http-sess=x",
        b"__Host-Http-sess=x",
        b"sess",
        b"sess;=x",
        b"=sess=x",
        b" = =sess=x",
        b"==sess",
    ],
)
def test_is_one_cookie(value: bytes) -> None:
    assert cookie_set(value) == b"sess"


@pytest.mark.parametrize("value", [b"", b"=", b";sess=x", b"a=sess", b"a=b; sess=x", b"sess2=x", b"x-sess=y"])
def test_is_another(value: bytes) -> None:
    assert cookie_set(value) != b"sess"


def test_a_name_may_have_a_prefix_of_its_own() -> None:
    assert plain_name(b"__Host-Sess") == plain_name(b"sess") == b"sess"
    assert plain_name(b"__Host-__Host-a") == b"__host-a"
