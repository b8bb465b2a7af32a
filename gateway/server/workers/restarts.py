"""When is a worker that died started again, and when is it enough?

One that had worked is started again at once. One that dies right after its start, again and again, would
only burn the processor: wait longer each time, and in the end let the whole gateway end, so that whoever
runs it sees it.
"""

from typing import Final

QUICK_S: Final = 5.0
"""Who has lived for so long had started well."""
FIRST_WAIT_S: Final = 0.2
GIVE_UP: Final = 6
"""Quick deaths in a row. With the waits between them, about six seconds."""


class Restarts:
    """The deaths of one worker and its successors."""

    def __init__(self) -> None:
        self._quick = 0

    def died_after(self, life_s: float) -> float | None:
        """Give the seconds to wait before the next start; None: do not start again."""
        if life_s >= QUICK_S:
            self._quick = 0
            return 0.0
        self._quick += 1
        return None if self._quick >= GIVE_UP else FIRST_WAIT_S * 2.0 ** (self._quick - 1)
