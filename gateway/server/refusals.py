"""Was this very token refused a moment ago, for a reason that still holds?

Only one refusal is remembered: a signature that does not verify. It costs the most, and rests on nothing but
the token and the issuer's keys: no clock, no deny list, no signing key of ours. A client that is set up
wrongly sends the same token again and again. Kept apart from permits, so that no flood of bad tokens takes
their room; few, and for seconds.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from cachetools import TTLCache

from gateway.core.ask import Question
from gateway.core.credential import UnverifiedToken
from gateway.core.jwk import KeySet
from gateway.core.reason import Reason
from gateway.core.verdict import Context, Deny

MAX_REFUSALS: Final = 4096
KEPT_S: Final = 5.0


class Refusals:
    """Signatures that did not verify, by the memo's keys."""

    __slots__ = ("_known",)

    def __init__(
        self, *, monotonic: Callable[[], float], max_entries: int = MAX_REFUSALS, kept_s: float = KEPT_S
    ) -> None:
        self._known: TTLCache[bytes, _Refused] = TTLCache(max_entries, kept_s, timer=monotonic)

    def __len__(self) -> int:
        return len(self._known)

    def recall(self, key: bytes, question: Question, keys: Mapping[str, KeySet]) -> Deny | None:
        """Give the refusal of this question, if it is known and the issuer's keys are the same."""
        found = self._known.get(key)
        if found is None or keys.get(found.issuer_id) is not found.keys:
            return None
        token = None if question.presented.text is None else UnverifiedToken(question.presented.text)
        known = question.context
        context = Context(
            facts=known.facts, policy=known.policy, route=known.route, token=token, cors=known.cors
        )
        return Deny(reason=Reason.SIGNATURE_INVALID, context=context)

    def keep(self, key: bytes, refused: Deny, keys: Mapping[str, KeySet]) -> None:
        """Remember a refusal, if it may be: `Deny.rests_on_keys_of` says so."""
        issuer_id = refused.rests_on_keys_of
        known = None if issuer_id is None else keys.get(issuer_id)
        if issuer_id is not None and known is not None:
            self._known[key] = _Refused(issuer_id, known)

    def clear(self) -> None:
        """Forget everything: another snapshot has come."""
        self._known.clear()


# --- private ---


class _Refused(NamedTuple):
    issuer_id: str
    keys: KeySet
