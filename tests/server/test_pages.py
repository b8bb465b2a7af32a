"""Are our pages' refusals constant, and is a path only itself?"""

import pytest

from gateway.core.headers import Headers
from gateway.dialects.wire import HttpRequest
from gateway.server.pages import METHOD_NOT_ALLOWED, NOT_FOUND, path_of, reads


def request(target: bytes, method: bytes = b"GET") -> HttpRequest:
    return HttpRequest(method=method, target=target, headers=Headers.of(()), peer="127.0.0.1")


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/livez", b"/livez"),
        (b"/livez?", b"/livez"),
        (b"/livez?a=/b?c", b"/livez"),
        (b"/livez/", b"/livez/"),
        (b"/%6civez", b"/%6civez"),
        (b"//livez", b"//livez"),
        (b"*", b"*"),
        (b"", b""),
    ],
)
def test_the_query_is_cut_and_nothing_else_is_touched(target: bytes, path: bytes) -> None:
    assert path_of(request(target)) == path


def test_only_get_and_head_read() -> None:
    methods = [b"GET", b"HEAD", b"get", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"QUERY", b""]
    assert [reads(request(b"/", method)) for method in methods] == [True, True] + [False] * 8


def test_refusals_are_plain_and_not_kept() -> None:
    for refusal, status in ((NOT_FOUND, 404), (METHOD_NOT_ALLOWED, 405)):
        headers = dict(refusal.headers)
        assert refusal.status == status
        assert headers[b"Cache-Control"] == b"no-store"
        assert headers[b"X-Content-Type-Options"] == b"nosniff"
        assert headers[b"Content-Type"].startswith(b"text/plain")
    assert dict(METHOD_NOT_ALLOWED.headers)[b"Allow"] == b"GET, HEAD"
