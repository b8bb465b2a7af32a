"""Which allowed decisions are written down?

Each with the same chance, drawn anew: nothing that a client sends, or when it sends it, says whether its
request leaves a record.
"""

from collections.abc import Callable


class Sampling:
    """A fraction of the allowed decisions."""

    __slots__ = ("_chance", "left_out", "rate")

    def __init__(self, rate: float = 1.0, chance: Callable[[], float] = float) -> None:
        """`chance` gives numbers of [0, 1), as `random.Random(seed).random` does, from a secret seed.

        Raises: ValueError where the rate is not of (0, 1].
        """
        if not 0 < rate <= 1:
            raise ValueError("a sampling rate is more than 0 and at most 1")
        self.rate = rate
        self._chance = chance
        self.left_out = 0
        """How many decisions have no record, since the start."""

    def keeps(self) -> bool:
        """Whether to write this one down; counts it if not."""
        if self._chance() < self.rate:
            return True
        self.left_out += 1
        return False
