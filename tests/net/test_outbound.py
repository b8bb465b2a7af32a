"""Is a way out that cannot work refused when it is written down?"""

import pytest

from gateway.net.outbound import Outbound


def test_the_default_is_narrow() -> None:
    outbound = Outbound()
    assert not outbound.allow_http
    assert not outbound.allow_private_network
    assert outbound.proxy is None


@pytest.mark.parametrize("proxy", ["http://proxy.internal:3128", "http://user:word@10.0.0.1:3128"])
def test_a_plain_proxy_is_accepted(proxy: str) -> None:
    assert Outbound(proxy=proxy).proxy == proxy


@pytest.mark.parametrize(
    "proxy", ["proxy:3128", "https://proxy:3128", "socks5://proxy:1080", "http://p:word@/"]
)
def test_another_proxy_is_refused_without_naming_it(proxy: str) -> None:
    with pytest.raises(ValueError, match=r"^proxy: ") as caught:
        Outbound(proxy=proxy)
    assert "word" not in str(caught.value)
    assert caught.value.__cause__ is None
