"""Should new requests be sent here?

Ready is who can decide for the issuers that it has. An issuer that is down does not make the gateway
unready, which would take the others' requests away too: its own tokens get a 503, and a metric says so.
"""

from collections.abc import Callable
from typing import Final

FIRST_KEYS_WAIT_S: Final = 15.0
"""An attempt to fetch keys ends within 5 s for each document, discovery included. Longer is our bug."""


class Readiness:
    """A gateway's readiness over its life: begins when the issuers have been asked, ends with the drain.

    `untried` gives the issuers for which no attempt has ended yet; `signs`, whether there is a key to sign
    with. `clock` is monotonic, in seconds.
    """

    __slots__ = ("_asked", "_clock", "_signs", "_since", "_untried", "draining")

    def __init__(
        self,
        *,
        untried: Callable[[], frozenset[str]],
        signs: Callable[[], bool],
        clock: Callable[[], float],
    ) -> None:
        self._untried = untried
        self._signs = signs
        self._clock = clock
        self._since = clock()
        self._asked = False
        self.draining = False

    def why_not(self) -> str | None:
        """None where it is ready; else a word that says why not."""
        if self.draining:
            return "draining"
        if not self._signs():
            return "signing_key_missing"
        return None if self._were_asked() else "issuers_not_asked"

    # --- private ---

    def _were_asked(self) -> bool:
        """Once and for all: an issuer that a reload adds must not take the requests of the others away."""
        waited = self._clock() - self._since > FIRST_KEYS_WAIT_S
        self._asked = self._asked or waited or not self._untried()
        return self._asked
