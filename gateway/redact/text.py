"""What in this text looks like a secret?

The last guard on text that we did not write ourselves: messages of libraries, paths that an operator
has asked to see. Not the first: what we write ourselves never holds a token. It errs on the side of
removing too much, and does not find a secret that looks like any other word.

Every pattern is linear: a run of characters is entered at its start only, and is not given back.
(Groups under a possessive quantifier are avoided: before 3.11.5 CPython could mis-match them, gh-106052.)
"""

import re
from typing import Final

MARK: Final = "[redacted]"


def redact(text: str) -> str:
    """Replace what looks like a secret by `[redacted]`.

    Finds: PEM private keys, to the end of the text where their end is missing; what follows `Bearer`,
    `Basic` or `DPoP`; parameters whose name tells (`access_token=`, `sig=`), also escaped; user info of
    URLs; JWTs, whole or cut short, also with escaped dots; any three long base64url segments.
    Idempotent: `redact(redact(text)) == redact(text)`. Time linear in the length.
    """
    text = _PEM.sub(MARK, text)
    text = _SCHEME.sub(rf"\1{MARK}", text)
    text = _parameters(text)
    text = _USERINFO.sub(f"://{MARK}@", text)  # after the parameters: their values may hold a slash
    return _TOKEN.sub(MARK, text)


# --- private ---

_PEM: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----.*?(?:-----END [A-Z0-9 ]{0,60}-----|\Z)",
    re.DOTALL,
)
_SCHEME: Final = re.compile(
    r"(?<![A-Za-z0-9])((?:(?:bearer|basic|dpop)(?:\s++|%20|\+))+)[^\s\"\\<>]++", re.IGNORECASE
)
_USERINFO: Final = re.compile(r"://[^/?#\s\"<>]*@")

_NAME: Final = re.compile(r"(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]++)(?:=|%3D|%253D)", re.IGNORECASE)
_VALUE: Final = re.compile(r"[^&\s\"<>#]++")
_TELLING: Final = re.compile(
    r"token|secret|passw|passphrase|api[_.-]?key|jwt|assertion|signature|credential|session|saml|ticket"
    r"|verifier|(?:^|[^a-z]|^(?:25)*(?:3F|26|3B|20))(?:auth|authorization|code|key|pwd|sid|sig)$",
    re.IGNORECASE,
)
"""The hexadecimal digits are what is left of an escaped `?`, `&`, `;` or space before the name."""

# `{"`, `{ ` and `{` with a line break or tab, in base64url. The first two are no part of a word, and
# count wherever they are; the others need a dot. The last form is any three long segments.
_TOKEN: Final = re.compile(
    r"ey[ABIJ][A-Za-z0-9_-]{5,}+(?:(?:\.|%2[Ee]|%252[Ee])[A-Za-z0-9_=-]*+)*"
    r"|(?<![A-Za-z0-9_-])ew[klop01][A-Za-z0-9_-]{9,}+(?:(?:\.|%2[Ee]|%252[Ee])[A-Za-z0-9_=-]*+)+"
    r"|(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{16,}+(?:(?:\.|%2[Ee]|%252[Ee])[A-Za-z0-9_=-]{16,}+){2}"
)


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
