"""Which certificate ought the gateway to have now, and who ought to vouch for it?

Pure: from what is kept and one clock reading. An authority signs for years. Long before its end a successor
stands beside it in `ca.crt`, and signs only when it has stood there for AUTHORITY_WAITS_S: proxies have
copies of that file, which people make. The certificate is renewed when a third of its life is left, and as
soon as it is for other names, or of another authority than the one that signs.

Whoever finds a step due takes it. Taken late, twice, or by nobody for a while: each waiting counts from when
the step before it was really taken, and where nothing is due nothing changes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.certificates.authority import Authority, Served, begins, issue, make_authority, names_of

DAY_S: Final = 86_400
AUTHORITY_LIFE_S: Final = 3650 * DAY_S
AUTHORITY_WAITS_S: Final = 365 * DAY_S
"""How long a new authority is in `ca.crt` before it signs: copies of it are made by people, or by what they
have set up once, and neither is quick."""
SUCCESSOR_BEFORE_S: Final = 2 * AUTHORITY_WAITS_S
"""So long before its end an authority gets a successor: the waiting, and as long for whoever runs us late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept: the authorities, the oldest first, and what the listener shows."""

    authorities: tuple[Authority, ...]
    served: Served | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What a certificate is for, and how long it lives."""

    names: tuple[str, ...]
    """DNS names, sorted. Never empty."""
    life_s: int

    def advance(self, kept: Kept, *, now: int) -> Kept:
        """Take every step that is due. Give the same where none is.

        Names that the authority may not vouch for wait for its successor, which is for them as well.
        """
        authorities = self._authorities(kept, now)
        signs = signing(authorities, now)
        if signs is None:
            return Kept(authorities=authorities, served=kept.served)
        return Kept(authorities=authorities, served=self._served(kept.served, signs, authorities, now))

    def begin(self, kept: Kept, *, now: int) -> Kept:
        """The same; where there is no authority yet make the first, which signs at once."""
        if kept.authorities:
            return self.advance(kept, now=now)
        return self.replaced(kept, self.make(now=now), now=now)

    def make(self, *, now: int) -> Authority:
        """Make another authority, which is nowhere yet."""
        return make_authority(self.names, now=now, life_s=AUTHORITY_LIFE_S)

    def replaced(self, kept: Kept, made: Authority, *, now: int) -> Kept:
        """Have this authority sign at once, and believe no other any more; where it is there, `advance`."""
        if all(one.certificate != made.certificate for one in kept.authorities):
            kept = replace(kept, authorities=(made,))
        return self.advance(kept, now=now)

    # --- private ---

    def _authorities(self, kept: Kept, now: int) -> tuple[Authority, ...]:
        left = [_seen(one, kept.served, now) for one in kept.authorities if one.ends > now]
        if kept.authorities and self._lacks_successor(left, now):
            left.append(self.make(now=now))
        return tuple(left)

    def _lacks_successor(self, authorities: Sequence[Authority], now: int) -> bool:
        """One waits at most: two who want different names make no more of them than one."""
        if not authorities:
            return True
        newest = authorities[-1]
        if newest is not signing(authorities, now):
            return False
        return newest.ends - now <= SUCCESSOR_BEFORE_S or not all(map(newest.permits, self.names))

    def _served(
        self, served: Served | None, signs: Authority, authorities: Sequence[Authority], now: int
    ) -> Served | None:
        names = tuple(filter(signs.permits, self.names))
        if names and (served is None or self._is_due(served, signs, names, now)):
            return issue(signs, names, now=now, life_s=self.life_s, believed=authorities)
        believed = tuple(one.certificate for one in authorities)
        return served if served is None else replace(served, believed=believed)

    def _is_due(self, served: Served, signs: Authority, names: tuple[str, ...], now: int) -> bool:
        """Not for its age where another one would end no later: that of an authority that ends itself."""
        certificate = served.certificate
        if not signs.has_signed(certificate) or names_of(certificate) != names or begins(certificate) > now:
            return True
        return now >= renewed_at(served) and min(now + self.life_s, signs.ends) > served.ends


Revise = Callable[[Kept], Kept]


def signing(authorities: Sequence[Authority], now: int) -> Authority | None:
    """Give the newest that proxies have had long enough to know; where there is none, the oldest."""
    alive = [one for one in authorities if one.ends > now]
    known = [one for one in alive if signs_from(one) is not None and (signs_from(one) or 0) <= now]
    return known[-1] if known else next(iter(alive), None)


def signs_from(authority: Authority) -> int | None:
    """From when on it signs, if it is not the only one; None where nobody can know it yet."""
    return None if authority.published is None else authority.published + AUTHORITY_WAITS_S


def renewed_at(served: Served) -> int:
    """Give when a third of its life is left."""
    begun, end = begins(served.certificate), served.ends
    return end - (end - begun) // 3


# --- private ---


def _seen(authority: Authority, served: Served | None, now: int) -> Authority:
    """Its waiting begins when it has been found in `ca.crt`, not when it was made to be put there."""
    if authority.published is not None or served is None or authority.certificate not in served.believed:
        return authority
    return replace(authority, published=now)
