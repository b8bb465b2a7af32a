"""What is remembered, given again and counted. That it is right for any history: properties/test_memo."""

from typing import Any, Final, NamedTuple

import pytest

from gateway.core.evidence import Evidence, Signer
from gateway.core.mint import DownstreamToken
from gateway.core.revocation import Revocations, RevocationTags
from gateway.core.verdict import Permit
from gateway.dialects import nginx
from gateway.server.http1.after import After
from gateway.server.http1.writer import AnswerWriter
from gateway.server.memo import Again, Memo
from tests import builders as b
from tests.answering import permit, question

AGAIN: Final = b.route("again", downstream=b.downstream(reuse_s=20))
SIGNER: Final = b.signer()
KNOWN: Final = b.evidence(signer=SIGNER)
TEXT: Final = b.token()


def memo(**bounds: int) -> Memo:
    return Memo(bytes(32), jti=lambda: "jti-of-the-second", **bounds)


def written(granted: Permit) -> bytes:
    return AnswerWriter().render(nginx.render(granted), After.STAY)


def remember(some: Memo, text: str = TEXT, **given: Any) -> bytes:
    """Keep the permit of this token; give its key."""
    granted, key = permit(text, known=KNOWN, **given), some.key(question(text, given.get("one")))
    some.keep(key, granted, written(granted), "a note", SIGNER)
    return key


def tags() -> RevocationTags:
    conditions = permit(TEXT, known=KNOWN).remember
    assert conditions is not None
    return conditions.revocable


class Believed(NamedTuple):
    """Evidence as a world would give it."""

    known: Evidence

    @property
    def sources(self) -> Evidence:
        return self.known

    def signer(self) -> Signer | None:
        return self.known.signer

    def revoked(self) -> Revocations:
        return self.known.revoked


def recall(
    some: Memo, key: bytes, text: str = TEXT, *, now: int = b.NOW, known: Evidence = KNOWN
) -> Again | None:
    return some.recall(key, question(text), Believed(known), now)


def test_a_token_is_minted_anew_into_the_same_answer() -> None:
    some = memo()
    again = recall(some, remember(some), now=b.NOW + 7)
    assert again is not None
    assert again.note == "a note"
    assert isinstance(again.downstream, DownstreamToken)
    assert (again.downstream.jti, again.downstream.expires_at) == ("jti-of-the-second", b.NOW + 67)
    first = permit(TEXT, known=KNOWN)
    assert first.downstream is not None
    assert again.wire == written(first).replace(first.downstream.text, again.downstream.text)


def test_a_route_may_give_the_same_token_again() -> None:
    some = memo()
    key = remember(some, one=AGAIN)
    again = recall(some, key, now=b.NOW + 19)
    assert again == Again(written(permit(TEXT, known=KNOWN, one=AGAIN)), None, "a note", tags())
    assert recall(some, key, now=b.NOW + 20) is None


def test_what_does_not_hold_is_forgotten_and_counted() -> None:
    some = memo()
    for known, now in (
        (KNOWN, b.NOW + 10_000),
        (b.evidence(signer=b.signer()), b.NOW),
        (b.evidence(signer=SIGNER, keys={}), b.NOW),
        (b.evidence(signer=SIGNER, keys={"corp": b.key_set(b.OTHER_KEY)}), b.NOW),
        (b.evidence(signer=SIGNER, revoked=b.revoked(subject="alice")), b.NOW),
    ):
        key = remember(some)
        assert recall(some, key, known=known, now=now) is None
        assert some.entries == 0
    assert (some.tally.hits, some.tally.misses, some.tally.lapsed) == (0, 5, 5)


def test_another_key_set_that_says_the_same_changes_nothing() -> None:
    some = memo()
    key = remember(some)
    for _ in range(2):
        more = b.evidence(
            signer=SIGNER, keys={"corp": b.key_set(b.KEY, b.OTHER_KEY)}, revoked=b.revoked(jti="x")
        )
        assert recall(some, key, known=more) is not None
    assert (some.tally.hits, some.tally.lapsed) == (2, 0)


def test_what_was_never_asked_is_a_miss() -> None:
    some = memo()
    remember(some)
    assert recall(some, some.key(question(b.token(sub="bob"))), b.token(sub="bob")) is None
    assert (some.tally.hits, some.tally.misses) == (0, 1)


def test_what_no_token_was_minted_for_is_not_kept() -> None:
    some = memo()
    remember(some, one=b.public_route())
    assert some.entries == 0


@pytest.mark.parametrize("times", [0, 2])
def test_an_answer_that_does_not_say_the_token_once_is_not_kept(times: int) -> None:
    some, granted = memo(), permit(TEXT, known=KNOWN)
    assert granted.downstream is not None
    some.keep(bytes(16), granted, b" ".join([granted.downstream.text] * times), None, SIGNER)
    assert some.entries == 0


def test_a_flood_of_other_tokens_leaves_what_is_in_use() -> None:
    some = memo(max_entries=10)
    key = remember(some)
    for number in range(100):
        remember(some, b.token(jti=f"jti-{number}"))
        assert recall(some, key) is not None
    assert some.entries <= 10
    assert some.evicted > 0


def test_room_is_counted_in_octets_as_well() -> None:
    some = memo(max_bytes=10_000)
    for number in range(50):
        remember(some, b.token(jti=f"jti-{number}"))
    assert 0 < some.octets <= 10_000


def test_other_bounds_hold_from_then_on() -> None:
    some = memo()
    some.bound(max_entries=0, max_bytes=10_000)
    assert recall(some, remember(some)) is None
    some.bound(max_entries=10, max_bytes=10_000)
    assert recall(some, remember(some)) is not None


def test_clearing_forgets_everything() -> None:
    some = memo()
    key = remember(some)
    some.clear()
    assert recall(some, key) is None
    assert (some.entries, some.octets) == (0, 0)


def test_nothing_prints_a_token() -> None:
    some = memo()
    key = remember(some)
    again = recall(some, key)
    assert again is not None
    assert again.downstream is not None
    shown = repr(again) + repr(some._entries.get(key)) + repr(some)
    assert again.downstream.text.decode() not in shown
    assert "alice" not in shown
