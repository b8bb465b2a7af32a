"""What was found, and where, in a form that can be shown?"""

from dataclasses import dataclass
from typing import Any, Final

from gateway.leaks.file_name import readable

WHOLE_FILE: Final = "whole-file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A secret by its type, its place and its fingerprint. Never: its value, or a part of it."""

    type: str
    file: str
    """By the name by which it was found, without the secrets in that (`file_name.without_secrets`)."""
    line: int
    """From 1."""
    column: int
    """In octets, from 1."""
    start: int
    """Of the file as it is when it is unpacked, and UTF-8 where it is UTF-16, in octets, from 0."""
    end: int
    """Where a log made several records of it: of what the first of them has."""
    fingerprint: str
    """As the gateway's decision records have it; `too-long` where it did not end within 64 KiB of its
    line, `whole-file` where a rule names files by their path."""

    def as_members(self) -> dict[str, Any]:
        """Give it as a member of a JSON document."""
        return {name: getattr(self, name) for name in self.__slots__} | {"file": readable(self.file)}

    def __str__(self) -> str:
        return (
            f"{readable(self.file)}:{self.line}:{self.column}: {self.type} {self.fingerprint}"
            f" (octets {self.start}-{self.end})"
        )
