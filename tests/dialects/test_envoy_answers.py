"""What Envoy is told to remove: every place of a credential that nothing of ours overwrites."""

import pytest

from gateway.core.policy import BearerCredential, CookieCredential, HeaderCredential
from gateway.core.verdict import Context, Permit, Preflight
from gateway.dialects import DIALECTS, envoy_grpc
from gateway.dialects.envoy_answers import REMOVE, render
from gateway.dialects.wire import HttpAnswer
from tests.builders import Wire, bearer, policy, snapshot
from tests.walk import through

PLACES = (BearerCredential(), HeaderCredential(name="x-api-token"), CookieCredential(name="session"))


def permitted(target: bytes, *headers: tuple[bytes, bytes]) -> HttpAnswer:
    world = snapshot(policy(credentials=PLACES))
    verdict, _ = through("envoy", Wire(target=target, headers=headers), world)
    assert isinstance(verdict, Permit)
    return render(verdict)


@pytest.mark.parametrize(
    ("target", "headers", "removed"),
    [
        (b"/v1/orders", (bearer(),), {b"x-api-token", b"cookie"}),
        (b"/v1/orders", (bearer(), (b"cookie", b"a=1")), {b"x-api-token"}),  # it is set to what is left
        (b"/public/a", (), {b"authorization", b"x-api-token", b"cookie"}),
    ],
)
def test_what_is_not_overwritten_is_named(
    target: bytes, headers: tuple[tuple[bytes, bytes], ...], removed: set[bytes]
) -> None:
    answer = permitted(target, *headers)
    given = [name for name, _ in answer.headers]
    assert set(dict(answer.headers)[REMOVE].split(b",")) == removed
    assert removed.isdisjoint(given)


def test_a_preflight_that_comes_this_far_is_refused() -> None:
    assert render(Preflight(context=Context(), headers=())).status == 403


def test_both_forms_are_this_one() -> None:
    assert DIALECTS["envoy"].render is envoy_grpc.render is render
