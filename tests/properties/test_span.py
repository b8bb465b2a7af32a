"""Is the span of what was checked, and of a permit, every moment at which it holds, and none beside?"""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gateway.core.claims import Span
from gateway.core.reason import Refusal
from gateway.core.verdict import Permit
from tests import builders as b
from tests.answering import verdict_on
from tests.core.test_claims import LAX, NOW, checked

MOMENTS = st.integers(-50, 400) | st.floats(-50, 400, allow_nan=False)


@given(
    expires=MOMENTS,
    starts=st.none() | MOMENTS,
    issued=st.none() | MOMENTS,
    leeway=st.sampled_from((0, 30)),
    max_age=st.none() | st.sampled_from((0, 60)),
)
def test_the_span_is_every_moment_at_which_the_check_holds(
    expires: float, starts: float | None, issued: float | None, leeway: int, max_age: int | None
) -> None:
    times = {
        name: b.OMIT if moment is None else NOW + moment
        for name, moment in (("exp", expires), ("nbf", starts), ("iat", issued))
    }
    issuer = replace(LAX, leeway_s=leeway, shape=replace(LAX.shape, max_age_s=max_age, max_lifetime_s=200))

    def holds(now: int) -> Span | None:
        try:
            return checked(issuer, now=now, **times).span
        except Refusal:
            return None

    holding = {now: holds(now) for now in range(NOW - 320, NOW + 500)}
    spans = {span for span in holding.values() if span is not None}
    assert len(spans) <= 1
    for span in spans:
        assert {now for now, at in holding.items() if at} == set(range(span.start, span.end)) & set(holding)


@given(
    expires=st.integers(-40, 90),
    starts=st.integers(-40, 60),
    leeway=st.sampled_from((0, 30)),
)
def test_within_the_span_the_walk_permits_and_beside_it_does_not(
    expires: int, starts: int, leeway: int
) -> None:
    text = b.token(exp=NOW + expires, nbf=NOW + starts, iat=NOW - 40)
    issuers = [b.issuer(leeway_s=leeway)]
    permits = {
        now: verdict.remember
        for now in range(NOW - 80, NOW + 130)
        if isinstance(verdict := verdict_on(text, issuers=issuers, now=now), Permit)
    }
    spans = {(known.start, known.end) for known in permits.values() if known is not None}
    assert len(spans) <= 1
    for start, end in spans:
        assert set(permits) == set(range(start, end))
