"""How is a file named whose name somebody else has chosen?

It may hold a token, as what `wget` has saved under the last part of a URL. It may hold line breaks and
escapes, which would forge findings, or what a terminal does; and octets that are no text.
"""

import os

from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.replace import Redactor


def without_secrets(name: str, finder: Finder, fingerprints: Fingerprints) -> str:
    """Give the name with a mark for each secret in it."""
    redactor = Redactor(finder, fingerprints)
    return os.fsdecode(redactor.feed(os.fsencode(name)) + redactor.close())


def readable(name: str) -> str:
    r"""Give it as one line of text that any encoding of Unicode can hold: `\n`, `\x1b`, `\xff`."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else _escaped(one) for one in text)


# --- private ---


def _escaped(one: str) -> str:
    return one.encode("unicode_escape").decode("ascii")
