"""Do the kubelet and Prometheus get what they ask, and nobody anything else?"""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.headers import HeaderPairs, Headers
from gateway.dialects.wire import HttpAnswer, HttpRequest
from gateway.server.admin_pages import AdminPages, Exposition
from gateway.server.listener import listen
from gateway.server.pages import METHOD_NOT_ALLOWED, NOT_FOUND

EXPOSITION = (
    (b"token_gateway_up 1\n", b"token_gateway_down 0\n"),
    b"text/plain; version=0.0.4; charset=utf-8",
)
BODY = b"".join(EXPOSITION[0])
PATHS = (b"/livez", b"/readyz", b"/metrics")


def exposition() -> Exposition:
    return EXPOSITION


def given_by(pages: AdminPages, request: HttpRequest) -> HttpAnswer:
    answer = pages(request)
    return answer if isinstance(answer, HttpAnswer) else asyncio.run(_awaited(answer))


async def _awaited(answer: Coroutine[Any, Any, HttpAnswer]) -> HttpAnswer:
    return await answer


def ask(
    target: bytes, method: bytes = b"GET", headers: HeaderPairs = (), ready: str | None = None
) -> HttpAnswer:
    pages = AdminPages(lambda: ready, exposition)
    request = HttpRequest(method=method, target=target, headers=Headers.of(headers), peer="192.0.2.1")
    return given_by(pages, request)


def test_alive_even_when_not_ready() -> None:
    answer = ask(b"/livez", ready="keys_unavailable")
    assert (answer.status, answer.body) == (200, b"ok\n")


def test_ready() -> None:
    answer = ask(b"/readyz")
    assert (answer.status, answer.body) == (200, b"ok\n")


def test_not_ready_and_why() -> None:
    answer = ask(b"/readyz", ready="issuer_keys_unavailable")
    assert (answer.status, answer.body) == (503, b"issuer_keys_unavailable\n")


def test_readiness_is_asked_at_each_request() -> None:
    reasons = iter(["draining", None])
    pages = AdminPages(lambda: next(reasons), exposition)
    request = HttpRequest(method=b"GET", target=b"/readyz", headers=Headers.of(()), peer="192.0.2.1")
    assert [given_by(pages, request).status for _ in range(2)] == [503, 200]


@pytest.mark.parametrize(
    "reason", ["", "No keys", "https://idp.example", "a" * 41, "draining\n", "clé", "a\r\nb", "eyJ.eyJ.x"]
)
def test_a_reason_of_no_vocabulary_is_not_shown(reason: str) -> None:
    answer = ask(b"/readyz", ready=reason)
    assert (answer.status, answer.body) == (503, b"not_ready\n")


def test_metrics() -> None:
    answer = ask(b"/metrics")
    assert (answer.status, answer.body) == (200, BODY)
    assert dict(answer.headers)[b"Content-Type"] == EXPOSITION[1]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("ready", [None, "draining"])
def test_nothing_is_kept_and_head_is_as_get(path: bytes, ready: str | None) -> None:
    answer = ask(path, ready=ready)
    assert dict(answer.headers)[b"Cache-Control"] == b"no-store"
    assert dict(answer.headers)[b"X-Content-Type-Options"] == b"nosniff"
    assert ask(path, b"HEAD", ready=ready) == ask(path + b"?verbose", ready=ready) == answer


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", [b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"get"])
def test_another_method_is_refused(path: bytes, method: bytes) -> None:
    assert ask(path, method) is METHOD_NOT_ALLOWED


@pytest.mark.parametrize(
    "target", [b"/", b"", b"*", b"/livez/", b"//livez", b"/Livez", b"/healthz", b"/metrics/x", b"/%6civez"]
)
def test_any_other_path_is_not_found(target: bytes) -> None:
    assert ask(target) is NOT_FOUND
    assert ask(target, b"POST") is NOT_FOUND


async def test_others_have_their_turn_between_two_pieces() -> None:
    turns: list[str] = []

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            turns.append("piece")
            asyncio.get_running_loop().call_soon(turns.append, "other")
            yield b"%d" % number

    asked = AdminPages(lambda: None, lambda: (pieces(), b"text/plain"))(
        HttpRequest(method=b"GET", target=b"/metrics", headers=Headers.of(()), peer="192.0.2.1")
    )
    assert not isinstance(asked, HttpAnswer)
    assert (await asked).body == b"012"
    assert turns == ["piece", "other"] * 3


async def test_over_a_real_connection() -> None:
    pages = AdminPages(lambda: "draining", exposition)
    listener = await listen(pages, host="127.0.0.1", port=0)
    async with ClientSession(f"http://127.0.0.1:{listener.port}") as client:
        async with client.get("/metrics") as answer:
            assert (answer.status, await answer.read()) == (200, BODY)
        async with client.get("/readyz") as answer:
            assert (answer.status, await answer.text()) == (503, "draining\n")
        async with client.head("/livez") as answer:
            assert (answer.status, await answer.read()) == (200, b"")
    await listener.drain(1)


CLOSED_SET = [
    *(ask(path) for path in PATHS),
    ask(b"/readyz", ready="draining"),
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
]


@given(
    method=st.sampled_from([b"GET", b"HEAD", b"POST"]) | st.binary(max_size=10),
    target=st.binary(max_size=60)
    | st.builds(bytes.__add__, st.sampled_from(PATHS), st.binary(max_size=20).map(lambda tail: b"?" + tail)),
    headers=st.lists(st.tuples(st.binary(max_size=20), st.binary(max_size=60)), max_size=5).map(tuple),
    ready=st.sampled_from([None, "draining"]),
)
def test_whatever_is_asked_the_answer_is_one_of_a_few(
    method: bytes, target: bytes, headers: HeaderPairs, ready: str | None
) -> None:
    answer = ask(target, method, headers, ready)
    assert answer in CLOSED_SET
    if method not in (b"GET", b"HEAD"):
        assert answer.status in (404, 405)
