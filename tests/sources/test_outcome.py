"""Is every outcome from one closed set, fit for a label?"""

import re

from gateway.net.failure import FailureKind
from gateway.sources.outcome import OUTCOMES, KeysFault, KeysUnread


def test_the_vocabularies_do_not_overlap() -> None:
    assert len(OUTCOMES) == len(FailureKind) + len(KeysFault) + 2
    assert all(re.fullmatch(r"[a-z_]+", outcome) for outcome in OUTCOMES)


def test_the_text_is_the_fault() -> None:
    assert str(KeysUnread(KeysFault.ISSUER_DIFFERS, retry_after_s=3)) == "issuer_differs"
