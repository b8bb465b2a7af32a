"""How does an entry of the deny list name a token, and how is it written?"""

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import yaml

from gateway.core.claims import MAX_JTI_LENGTH
from gateway.leaks.recognise import Recognised, Signature, Whose


@dataclass(frozen=True, slots=True, kw_only=True)
class DenyEntry:
    """One entry: `fingerprint`, or `issuer` and `jti`."""

    fingerprint: str | None = None
    issuer: str | None = None
    jti: str | None = None
    until: str | None = None
    why: str | None = None

    @property
    def members(self) -> dict[str, str]:
        """Give what it has, in the order in which people read it."""
        named = {
            "issuer": self.issuer,
            "jti": self.jti,
            "fingerprint": self.fingerprint,
            "until": self.until,
            "why": self.why,
        }
        return {name: value for name, value in named.items() if value is not None}

    def as_yaml(self) -> str:
        """Write it on one line. A jti is always quoted: `1e3` is text here, and would be a number."""
        pairs = (
            f"{name}: {value if _is_plain(name, value) else _quoted(value)}"
            for name, value in self.members.items()
        )
        return f"{{{', '.join(pairs)}}}"

    def as_json(self) -> str:
        """Write it for a list that is JSON."""
        return (
            f"{{{', '.join(f'{_quoted(name)}: {_quoted(value)}' for name, value in self.members.items())}}}"
        )


def entry_of(found: Recognised, fingerprint: str | None) -> DenyEntry | None:
    """Choose what names this token; None where nothing does.

    `issuer` and `jti`, if the list can hold it, where a key at hand vouches for them: who only wrote them
    down could have another token taken back. Else the fingerprint, which names these very octets, where there
    is one. `until` is the end that the token itself gives; with a jti that nobody vouches for it is left out:
    nobody vouches for that end either, and the entry must outlive the token.
    """
    until = moment(found.expires_at)
    by_jti = None
    if found.whose is Whose.ISSUER and found.jti and _can_be_listed(found.jti):
        by_jti = DenyEntry(issuer=found.issuer_id, jti=found.jti)
    if by_jti and found.signature is Signature.GOOD:
        return replace(by_jti, until=until)
    if fingerprint is not None:
        return DenyEntry(fingerprint=fingerprint, until=until)
    return by_jti


def moment(seconds: int | None) -> str | None:
    """Write seconds since the epoch as the list does; None for what no calendar has."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None


# --- private ---

_ESCAPED: Final = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
"""What may not stand in YAML as it is (YAML 1.2 section 5.1), and is not escaped in JSON."""


def _is_plain(name: str, value: str) -> bool:
    """Whether it is text as it stands: an issuer may have the name `123`, `1e3`, `null` or `no`."""
    if name == "issuer":
        return value[:1].isalpha() and isinstance(yaml.safe_load(value), str)
    return name in {"fingerprint", "until"}  # each has a pattern without anything special


def _can_be_listed(jti: str) -> bool:
    """The list takes one line of text, and nothing that looks like a token itself."""
    return len(jti) <= MAX_JTI_LENGTH and jti.isprintable() and not jti.startswith("eyJ")


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
