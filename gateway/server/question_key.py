"""When are two questions the same question?

A key is made of all that `answer` reads of a request (`Question`), as a keyed digest: whoever reads the
memory of the memo finds no token in it, and who chooses tokens cannot choose keys.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from gateway.core.ask import Question
from gateway.core.facts import ClientCertificate
from gateway.core.headers import HeaderPairs

if TYPE_CHECKING:
    from hashlib import _Hash

KEY_BYTES: Final = 16
"""128 bits: of 2^40 remembered answers no two would share a key."""
MAX_BEGINNINGS: Final = 65536

_Of = tuple[str, str, str, HeaderPairs, bool, bool]
"""Dialect, policy, route, what a browser is told; whether no cookies are left, and no certificate known."""


class QuestionKeys:
    """Gives keys under one secret, for one snapshot at a time."""

    __slots__ = ("_beginnings", "_secret")

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._beginnings: dict[_Of, _Hash] = {}

    def key(self, question: Question) -> bytes:
        """Give the key of a question that presents a credential.

        Each part with its length, so that no two lists of parts give one text. Routes are told apart by
        policy and id, which are unique in a snapshot; for another one, `forget`.
        """
        text, cookies, certificate = question.presented
        of = (
            question.facts.dialect,
            question.policy.id,
            question.route.id,
            question.cors,
            cookies is None,
            certificate is None,
        )
        digest = (self._beginnings.get(of) or self._begun(of)).copy()
        if certificate is not None:
            digest.update(_certified(certificate))
        if cookies is not None:
            digest.update(b"%d:%b" % (len(cookies), cookies))
        digest.update(text or b"")
        return digest.digest()[:KEY_BYTES]

    def forget(self) -> None:
        """Begin anew, with another snapshot."""
        self._beginnings.clear()

    # --- private ---

    def _begun(self, of: _Of) -> "_Hash":
        """The part that is the same for every request of a route; the credential comes last, open-ended."""
        *names, cors, no_cookies, no_certificate = of
        parts = [
            *(name.encode() for name in names),
            b"%d%d" % (no_cookies, no_certificate),
            b"%d" % len(cors),
        ]
        parts += [part for pair in cors for part in pair]
        beginning = sha256(self._secret.ljust(64, b"\0"))  # one block of SHA-256: worked out once
        beginning.update(_measured(parts))
        if len(self._beginnings) < MAX_BEGINNINGS:
            self._beginnings[of] = beginning
        return beginning


# --- private ---


def _certified(certificate: ClientCertificate) -> bytes:
    """What is known of it, in one spelling. That no name is known is not that there is none."""
    thumbprint, identities = certificate
    parts = [thumbprint] if identities is None else [thumbprint, *map(str.encode, sorted(identities))]
    measured = _measured(parts)
    return b"%d,%d:%b" % (identities is None, len(measured), measured)


def _measured(parts: Iterable[bytes]) -> bytes:
    """Each part with its length: no two lists of parts give one text."""
    return b"".join(b"%d:%b" % (len(part), part) for part in parts)
