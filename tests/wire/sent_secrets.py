"""Which secrets has a test sent, and do any of them stand where they must not?

A token counts by its parts as well: a log that holds only the signature holds enough to recognize it.
"""

import base64
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping

SHORTEST = 12  # shorter values are words, not secrets


class SentSecrets:
    """The secrets of one stand, in the order in which they were sent."""

    def __init__(self) -> None:
        self._known: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._known)

    def add(self, secret: str) -> str:
        """Remember a secret, and give it back. Of a token its payload and its signature."""
        parts = secret.split(".")
        for part in parts[1:] if len(parts) == 3 else (secret,):
            if len(part) >= SHORTEST:
                self._known[part] = None
        return secret

    def add_request(self, target: str, headers: Iterable[tuple[str, str]]) -> None:
        """Remember every value of the query, of the cookies and of a credential header."""
        for pair in target.partition("?")[2].replace(";", "&").split("&"):
            self.add(pair.partition("=")[2])
        for name, value in headers:
            if name.lower() == "cookie":
                for pair in value.split(";"):
                    self.add(pair.partition("=")[2].strip())
            if name.lower() in {"authorization", "x-api-token"}:
                self.add(value.rpartition(" ")[2])

    def found_in(self, places: Mapping[str, str]) -> list[str]:
        """Where one stands, as `place: which`. Never the secret itself."""
        return [
            f"{place}: secret {number}, {spelling}"
            for place, text in places.items()
            for number, secret in enumerate(self._known)
            for spelling, spelt in spellings(secret)
            if spelt in text
        ]


def spellings(secret: str) -> Iterator[tuple[str, str]]:
    """The secret as somebody might have written it down, each with the name of the way."""
    yield "raw", secret
    yield "its first 16 characters", secret[:16]
    quoted = urllib.parse.quote(secret, safe="")
    if quoted != secret:
        yield "url-encoded", quoted
    octets = secret.encode("utf-8", "replace")
    for cut in range(3):  # base64 of it wherever it begins within a longer text
        middle = octets[cut : cut + (len(octets) - cut) // 3 * 3]
        yield "base64", base64.b64encode(middle).decode()
        yield "base64url", base64.urlsafe_b64encode(middle).decode()
    yield "hexadecimal", octets.hex()
