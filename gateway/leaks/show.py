"""How are findings shown: as they come, or as one document?"""

import json
from collections.abc import Callable
from typing import Final, Protocol

from gateway.leaks.finding import Finding
from gateway.leaks.sarif import as_sarif

FORMATS: Final = ("text", "json", "sarif")


class Shown(Protocol):
    """Takes what is found, and writes it."""

    def finding(self, one: Finding) -> None:
        """Take one."""

    def end(self, unread: list[str]) -> None:
        """All was scanned but for these: sentences, each naming a file."""


class AsText:
    """A line for each, at once."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def finding(self, one: Finding) -> None:
        """See `Shown`."""
        self._write(f"{one}\n")

    def end(self, unread: list[str]) -> None:
        """See `Shown`: they were said on stderr."""


class AsLines:
    """One JSON object a line, at once: for what has no end."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def finding(self, one: Finding) -> None:
        """See `Shown`."""
        self._write(json.dumps(one.as_members()) + "\n")

    def end(self, unread: list[str]) -> None:
        """See `Shown`: they were said on stderr."""


class AsJson:
    """One JSON document."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._found: list[Finding] = []

    def finding(self, one: Finding) -> None:
        """See `Shown`."""
        self._found.append(one)

    def end(self, unread: list[str]) -> None:
        """See `Shown`."""
        document = {"findings": [one.as_members() for one in self._found], "unread": unread}
        self._write(json.dumps(document, indent=2) + "\n")


class AsSarif:
    """One SARIF log."""

    def __init__(self, write: Callable[[str], None], version: str) -> None:
        self._write = write
        self._version = version
        self._found: list[Finding] = []

    def finding(self, one: Finding) -> None:
        """See `Shown`."""
        self._found.append(one)

    def end(self, unread: list[str]) -> None:
        """See `Shown`."""
        self._write(json.dumps(as_sarif(self._found, unread, self._version), indent=2) + "\n")
