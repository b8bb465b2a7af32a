"""For how long did the server say its answer is good, and when may we ask again?

Pure readings of Cache-Control, Age and Retry-After (RFC 9111 section 5, RFC 9110 section 10.2.3). The
values are the server's wishes: whoever uses them bounds them.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

_MAX_AGE: Final = re.compile(r'\s*max-age\s*=\s*"?([0-9]{1,10})"?\s*', re.IGNORECASE)
_NOT_STORED: Final = re.compile(r"\s*(no-store|no-cache)\s*(=.*)?", re.IGNORECASE)
_SECONDS: Final = re.compile(r"[0-9]{1,10}")


def max_age_s(headers: Mapping[str, str]) -> int | None:
    """Give the seconds that are left of `max-age`, or None where the server names none.

    `no-store` and `no-cache` are 0. `headers` is any mapping that ignores case; the smallest of
    several values counts.
    """
    directives = headers.get("Cache-Control", "").split(",")
    if any(_NOT_STORED.fullmatch(directive) for directive in directives):
        return 0
    ages = [int(found[1]) for found in map(_MAX_AGE.fullmatch, directives) if found]
    if not ages:
        return None
    return max(0, min(ages) - (_seconds(headers.get("Age", "")) or 0))


def retry_after_s(headers: Mapping[str, str]) -> int | None:
    """Give the seconds of Retry-After, or None where it is absent or not understood.

    A date counts from the answer's own Date, so that no clock of ours has a part in it.
    """
    value = headers.get("Retry-After", "")
    seconds = _seconds(value)
    if seconds is not None:
        return seconds
    then, sent = _date(value), _date(headers.get("Date", ""))
    if then is None or sent is None:
        return None
    return max(0, int((then - sent).total_seconds()))


# --- private ---


def _seconds(text: str) -> int | None:
    stripped = text.strip()
    return int(stripped) if _SECONDS.fullmatch(stripped) else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # RFC 5322 "-0000" gives a naive date, which cannot be subtracted from an aware one
    return date if date.tzinfo is not None else None
