"""What in this text looks like a secret?

The last guard on text that we did not write ourselves: messages of libraries, paths that an operator has
asked to see. Not the first: what we write ourselves never holds a token. It is made of the same parts as
`find` (`spelling`, `names`, `known_keys`), and knows less: it asks nothing whether it is one, errs on the
side of removing too much, and takes neither RE2 nor time at start. It does not find a secret that looks like
any other word.

Every pattern is linear: a run of characters is entered at its start only, and is not given back.
(Groups under a possessive quantifier are avoided: before 3.11.5 CPython could mis-match them, gh-106052.)
"""

import re
from functools import cache
from typing import Final

from gateway.redact.known_keys import KEYS
from gateway.redact.names import ONLY_IN_URLS, PASSWORDS, SECRETS
from gateway.redact.spelling import DOT, EQUALS, SEGMENT

MARK: Final = "[redacted]"


def redact(text: str) -> str:
    """Replace what looks like a secret by `[redacted]`.

    Finds: PEM private keys, to the end of the text where their end is missing; what follows `Bearer`,
    `Basic` or `DPoP`; parameters whose name tells (`access_token=`, `sig=`), also escaped; user info of
    URLs; JWTs, whole or cut short, also with escaped dots; any three long base64url segments; keys that are
    known by their form. Idempotent, as it looks until one more look changes nothing: what was no secret may
    be one beside what is gone. Where that has no end soon, nothing of the text is left. Time linear in the
    length.
    """
    for _ in range(_MOST_LOOKS):
        before, text = text, _looked_at_once(text)
        if text == before:
            return text
    return MARK


# --- private ---

_MOST_LOOKS: Final = 12
"""Two for a text with a secret, one for any other; more than four only where secrets were glued together."""


def _looked_at_once(text: str) -> str:
    text = _PEM.sub(MARK, text)
    text = _SCHEME.sub(rf"\1{MARK}", text)
    text = _parameters(text)
    text = _USERINFO.sub(f"://{MARK}@", text)  # after the parameters: their values may hold a slash
    text = _TOKEN.sub(MARK, text)
    return _keys().sub(MARK, text) if _may_hold_a_key(text) else text


_PEM: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----.*?(?:-----END [A-Z0-9 ]{0,60}-----|\Z)",
    re.DOTALL,
)
_SCHEME: Final = re.compile(
    r"(?<![A-Za-z0-9])((?:(?:bearer|basic|dpop)(?:\s++|%20|\+))+)[^\s\"\\<>]++", re.IGNORECASE
)
_USERINFO: Final = re.compile(r"://[^/?#\s\"<>]*@")

_NAME: Final = re.compile(rf"(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]++){EQUALS}", re.IGNORECASE)
_VALUE: Final = re.compile(r"[^&\s\"<>#]++")
_TELLING: Final = re.compile(
    rf"{SECRETS}|{PASSWORDS}|passw|saml|ticket|(?:^|[^a-z]|^(?:25)*(?:3F|26|3B|20)){ONLY_IN_URLS}$",
    re.IGNORECASE,
)
"""The hexadecimal digits are what is left of an escaped `?`, `&`, `;` or space before the name."""

# `{"`, `{ ` and `{` with a line break or tab, in base64url. The first two are no part of a word, and
# count wherever they are; the others need a dot. The last form is any three long segments.
_TOKEN: Final = re.compile(
    rf"ey[ABIJ]{SEGMENT}{{5,}}+(?:{DOT}[A-Za-z0-9_=-]*+)*"
    rf"|(?<!{SEGMENT})ew[klop01]{SEGMENT}{{9,}}+(?:{DOT}[A-Za-z0-9_=-]*+)+"
    rf"|(?<!{SEGMENT}){SEGMENT}{{16,}}+(?:{DOT}[A-Za-z0-9_=-]{{16,}}+){{2}}"
)

_BY_FORM: Final = tuple(key for key in KEYS if key.is_unusual())
_WORDS: Final = tuple(dict.fromkeys(word for key in _BY_FORM for word in key.keywords()))

_LONG: Final = re.compile(r"[A-Za-z0-9_.~-]{18}")


def _may_hold_a_key(text: str) -> bool:
    """Most texts have no word of such a length."""
    if _LONG.search(text) is None:
        return False
    small = text.lower()
    return any(word in small for word in _WORDS)


@cache
def _keys() -> re.Pattern[str]:
    """Sixty forms at once: not before the first text that holds a word of one."""
    return re.compile("|".join(rf"{key.pattern}{f'[{key.more}]*+' if key.more else ''}" for key in _BY_FORM))


def _parameters(text: str) -> str:
    kept: list[str] = []
    done = 0
    for name in _NAME.finditer(text):
        if name.start() < done or _TELLING.search(name[1]) is None:
            continue
        value = _VALUE.match(text, name.end())
        if value is not None:
            kept += (text[done : name.end()], MARK)
            done = value.end()
    return "".join((*kept, text[done:]))
