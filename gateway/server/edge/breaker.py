"""Has a server failed so often that it is asked no more, and when is it tried again?

A circuit breaker: after some failures with no success between, nobody waits for the server for a while. Then
one request is the trial: its answer closes the circuit; else the next trial is due after twice as long, up to
a bound. What an application answers, a 500 too, is a success here: it has answered.
"""

from collections.abc import Callable
from typing import Final

from gateway.server.edge.limits import EdgeLimits


class Breaker:
    """The circuit of one server. Closed: requests flow. Open: they do not."""

    __slots__ = ("_clock", "_limits", "_rounds", "_until", "failures")

    def __init__(self, limits: EdgeLimits, clock: Callable[[], float]) -> None:
        """`clock` never goes back."""
        self._limits = limits
        self._clock = clock
        self.failures = 0
        """With no success between; 0: there is nothing to be done for a request."""
        self._rounds = 0
        """How often it has opened without a success."""
        self._until = 0.0

    @property
    def open(self) -> bool:
        """Whether no request may go there."""
        return self._rounds > 0 and self._clock() < self._until

    def begin(self) -> None:
        """Know that a request goes there. If the circuit was open this is the trial, and the only one."""
        if self._rounds:
            self._open()

    def succeeded(self) -> None:
        """Know that an answer has begun."""
        self.failures = self._rounds = 0

    def failed(self) -> None:
        """Know that there was none, or none that could be read."""
        self.failures += 1
        if not self._rounds and self.failures >= self._limits.breaker_failures:
            self._open()

    # --- private ---

    def _open(self) -> None:
        """For longer each time. A trial that nobody hears of ends so as well: the next one is due then."""
        delay_s = min(self._limits.breaker_s * 2**self._rounds, self._limits.breaker_most_s)
        self._until = self._clock() + delay_s
        self._rounds = min(self._rounds + 1, _MOST_ROUNDS)


_MOST_ROUNDS: Final = 32
"""More would only make a larger number to be cut."""
