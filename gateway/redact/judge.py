"""Is this a secret, or a word that stands where a secret would?

What decides is stated here in one place: placeholders, and how much a text looks like chance.
"""

import re
from base64 import b64decode
from binascii import Error
from collections import Counter
from math import log2
from typing import Final

MAX_JUDGED_BYTES: Final = 4_096
"""What is longer than a word can be is not asked whether it is one."""


def entropy(text: bytes, up_to: int = 256) -> float:
    """Give bits for each character, as Shannon reckons it of the text alone, or of its beginning."""
    text = text[:up_to]
    size = len(text)
    return -sum(count / size * log2(count / size) for count in Counter(text).values())


def is_placeholder(value: bytes) -> bool:
    """Whether nobody's secret stands here: a mask, a variable, a word that says that there is none."""
    if len(value) > _LONGEST_WORD and value[:1] not in _BEGINNINGS:
        return False
    if len(value) >= MAX_JUDGED_BYTES or _PLACEHOLDER.fullmatch(value) is None:
        return False
    return value[:1] != b"[" or not looks_random(value)  # brackets hide nothing


def looks_random(value: bytes) -> bool:
    """Whether it is no word and no number: eight characters and more, with letters and digits.

    Without a digit it takes twenty, capitals among small letters, and what no two words joined would have.
    """
    if len(value) >= MAX_JUDGED_BYTES:
        return True
    if len(value) < 8 or _ONLY_NUMBER.fullmatch(value):
        return False
    if _DIGIT.search(value) and _LETTER.search(value):
        return entropy(value) >= 2.5
    return len(value) >= 20 and _CAPITAL_INSIDE.search(value) is not None and entropy(value) >= 3.5


def could_be_secret(value: bytes) -> bool:
    """Whether it is worth a name that alone says little, as `code` or `key`: `looks_random`, and no words.

    Words are letters as words have them, up to 8 digits behind them, joined by what joins words:
    `order-2026`, `v2.item17`, `uploads/2026/cart.png`. Never: a number, so no one-time code of six digits.
    """
    return looks_random(value) and (len(value) >= MAX_JUDGED_BYTES or _WORDS_JOINED.fullmatch(value) is None)


def is_basic(value: bytes) -> bool:
    """Whether it is base64 of `user:password` (RFC 7617 section 2)."""
    try:
        plain = b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except (Error, ValueError):
        return False
    if b":" not in plain or _CONTROL.search(plain) is not None:
        return False
    return looks_random(value) or _is_text(plain)  # "Options" decodes to something with a colon


def _is_text(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def touches_a_word(text: bytes, at: int, floor: int) -> bool:
    r"""Whether a word goes on to the left of here; `\n` and `%22` there are escapes and no word."""
    if at <= floor or text[at - 1 : at] not in _WORDS:
        return False
    return _ESCAPE_BEFORE.search(text[max(floor, at - 24) : at]) is None


# --- private ---

_PLACEHOLDER: Final = re.compile(
    rb"[*.#_-]*|[xX]{3,}|[A-Za-z0-9_-]{1,12}\.\.\.|[\[(<{]?(?i:redacted|filtered|masked|hidden|removed|omitted|secret|sensitive)[\])>}]?"
    rb"|<[^<>]*>|\{[^{}]*\}|\{\{[^{}]*\}\}|\[[^\[\]]*\]|%[a-zA-Z]|\$[A-Za-z_]\w*|\$[({][^(){}]*[)}]"
    rb"|(?i:null|nil|none|undefined|true|false|yes|no|empty|unknown|invalid|expired|required|missing)"
)
_A_WORD: Final = r"(?:[A-Z]{1,15}|[A-Za-z]?[a-z]{1,15}(?:[A-Z][a-z]{2,14}){0,4})"
_JOINED_BY: Final = "[/._:;,@ +=-]"
_WORDS_JOINED: Final = re.compile(
    f"(?:{_A_WORD}?[0-9]{{0,8}})"
    f"(?:{_JOINED_BY}{{1,3}}(?:{_A_WORD}[0-9]{{0,8}}|[0-9]{{1,8}}))*{_JOINED_BY}{{0,3}}".encode()
)
_LONGEST_WORD: Final = 20
_BEGINNINGS: Final = frozenset(bytes((octet,)) for octet in b"*.#_-xX[(<{%$")
_ONLY_NUMBER: Final = re.compile(rb"[0-9.:/,TZ+-]*|(?i:0x)[0-9a-f]{1,16}")
_DIGIT: Final = re.compile(rb"[0-9]")
_LETTER: Final = re.compile(rb"[A-Za-z]")
_CAPITAL_INSIDE: Final = re.compile(rb"[a-z][A-Z]+[a-z]*[A-Z]")
_CONTROL: Final = re.compile(rb"[\x00-\x1f\x7f]")
_WORDS: Final = frozenset(
    bytes((octet,)) for octet in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
)
_ESCAPE_BEFORE: Final = re.compile(
    rb"(?:%(?:25){0,2}[0-9A-Fa-f]{2}|\\[nrtbf]|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}"
    rb"|(?:\x1b|\\(?:u00|x)1[bB]|\\033|#033)\[[0-9;]{0,16}m)\Z"
)
