"""What has become of the requests that went on to one backend?"""

from bisect import bisect_left
from typing import Final

from gateway.telemetry.families import SECONDS, Numbers, no_seconds

STATUSES: Final = ("none", "1xx", "2xx", "3xx", "4xx", "5xx")
"""Classes of status; `none`: there was no answer, or none that could be read."""


class BackendTally:
    """Counted while it happens, and read off when somebody looks: numbers in the order of `STATUSES`."""

    __slots__ = ("answers", "seconds")

    def __init__(self) -> None:
        self.answers: Final = [0] * len(STATUSES)
        self.seconds: Final[Numbers] = no_seconds()

    def answered(self, status: int, seconds: float) -> None:
        """Count a final answer, or a 101, of 100 to 599; it took `seconds` until it began."""
        self.answers[status // 100] += 1
        numbers = self.seconds
        numbers[bisect_left(SECONDS, seconds)] += 1
        numbers[-1] += seconds

    def unanswered(self) -> None:
        """Count a request of which nothing came."""
        self.answers[0] += 1
