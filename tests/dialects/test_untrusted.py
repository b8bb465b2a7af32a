"""What no client may tell a backend: nothing of the gateway's own, nothing said twice."""

from gateway.core.mint import IDENTITY_HEADERS
from gateway.dialects.untrusted import SAID_BY_TRAEFIK, UNTRUSTED


def test_each_is_named_once_and_none_is_what_the_backend_gets_from_us() -> None:
    names = [name.lower() for name in UNTRUSTED]
    assert len(set(names)) == len(names)
    ours = {name.decode() for name in IDENTITY_HEADERS} | {"authorization", "cookie", "host"}
    assert ours.isdisjoint(names)


def test_what_traefik_says_itself_is_among_them_for_the_others() -> None:
    assert set(UNTRUSTED) > SAID_BY_TRAEFIK


def test_the_carriers_of_every_proxy_are_among_them() -> None:
    names = {name.lower() for name in UNTRUSTED}
    assert {"x-original-url", "x-original-method", "x-forwarded-uri", "x-forwarded-method"} <= names
