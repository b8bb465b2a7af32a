r"""What stands between a name and its value?

A colon, an equals sign or an arrow, quotes, and what programs put around them when they print what they have:
`Authorization:[Bearer x]` of Go, `X-Api-Key=[x]` of Java, `b'x-api-key', b'x'` of Python, `:token=>"x"` of
Ruby, `[token] => x` of PHP, `token: Some("x")` of Rust; a terminal's colours; quotes as HTML, JSON, nginx and
URLs escape them.
"""

import re
from typing import Final

from gateway.redact.mark import LOOSE
from gateway.redact.spelling import EQUALS

QUOTE: Final = (
    r"(?:\\{0,3}[\"']|\\{1,3}(?:u00|x)2[27]|%(?:25){0,2}2[27]|&(?:amp;){0,2}(?:quot|apos|#34|#39|#x2[27]);)"
)
COLOUR: Final = r"(?:(?:\x1b|\\{1,3}(?:u00|x)1[bB]|\\{1,3}033|#033)\[[0-9;]{0,16}m)"
"""ECMA-48 section 8.3.117, as it is and escaped."""
_COLOURS: Final = f"(?:{COLOUR}){{0,3}}"
_GAP: Final = f"{_COLOURS}(?:(?:%(?:25){{0,2}}20){{1,2}}|[ \\t]{{0,16}}){_COLOURS}"
_COLON: Final = r"(?::=?|%(?:25){0,2}3[Aa])"

SEPARATOR: Final = (
    rf"(?:{_COLOURS}{EQUALS}|(?:{QUOTE})?\]?{_GAP}(?:{_COLON}|=)"
    rf"|{QUOTE}[ ]?,[ ]{{0,2}}[bu]?{QUOTE}|{QUOTE};s:)"
    r"[ ]{0,2}\[?[\"']?"
)
"""How it begins: enough to know that a value may follow. All of it where it is what is most usual."""

# What is between them is not seen as such where a mark follows: its bracket is its own.
_OPENED: Final = r"\[(?!(?i:redacted))"
_BEFORE_QUOTE: Final = (
    rf"(?:[bBuUrR]{{1,2}}|{_OPENED}[ ]?[bu]?|\[\]string\{{|Some\(|string\([0-9]{{1,6}}\)[ ]?)?"
)
NAME: Final = (
    rf"(?:(?P<equals>(?:{_COLOURS}{EQUALS}(?!>)){_COLOURS})"
    rf"|(?P<named>{QUOTE})?\]?{_GAP}(?:{_COLON}|=>?){_GAP}"
    rf"|(?P<listed>{QUOTE})(?:[ ]?,[ ]{{0,2}}|;s:[0-9]{{1,6}}:)(?=[bu]?{QUOTE}))"
    rf"(?:{_BEFORE_QUOTE}(?P<quote>{QUOTE})|(?P<opened>{_OPENED}))?"
)
"""All of it."""

_ESCAPE: Final = r"\\(?!\\{0,2}[\"'nrtu])."
_IN_WORD: Final = rf"[^&;,\x00-\x20\"'<>()\[\]{{}}\\`]++|{_ESCAPE}"
WORD: Final = re.compile(rf"(?:{LOOSE}|{_IN_WORD})*".encode())


def until(quote: bytes | None) -> re.Pattern[bytes]:
    """Where a quote was opened its value ends with it, else at what parts words."""
    if not quote:
        return WORD
    if quote.startswith(b"%"):
        return _UNTIL_PERCENT
    if quote.startswith(b"&"):
        return _UNTIL_ENTITY
    return _UNTIL.get(quote, _UNTIL_ESCAPED)


# --- private ---

_UNTIL: Final = {
    b'"': re.compile(rb"(?:[^\x00-\x1f\"\\]++|\\[^\x00-\x1f])*"),
    b"'": re.compile(rb"(?:[^\x00-\x1f'\\]++|\\[^\x00-\x1f])*"),
}
_UNTIL_ESCAPED: Final = re.compile(rb"[^\x00-\x1f\"'\\]*+")
_UNTIL_PERCENT: Final = re.compile(rb"(?:[^\x00-\x20&%\"'<>\\]++|%(?!(?:25){0,2}2[27]))*")
_UNTIL_ENTITY: Final = re.compile(
    rb"(?:[^\x00-\x1f&<>\"']++|&(?!(?:amp;){0,2}(?:quot|apos|#34|#39|#x2[27]);))*"
)
