"""Which cookie does a backend set?

Asked so that no backend sets one that we take for a credential (cookie tossing). All spellings are one here
under which some browser or reader makes that cookie of it: the name in any case, with white space around it,
behind a prefix that a browser knows (RFC 6265bis section 4.1.3), and a value without a name, which a browser
sends as it is: `=t=x` comes back as `t=x` (section 5.7).
"""

import re
from typing import Final


def cookie_set(value: bytes) -> bytes:
    """Give the name of the cookie that a `Set-Cookie` sets, in its plain spelling."""
    pair, _, _ = value.lstrip(_BEFORE_A_NAME).partition(b";")
    return plain_name(pair.partition(b"=")[0])


def plain_name(name: bytes) -> bytes:
    """Give the one spelling of a cookie's name."""
    return _PREFIX.sub(b"", name.strip(_WHITE).lower(), count=1)


# --- private ---

_WHITE: Final = b" \t"
_BEFORE_A_NAME: Final = b"= \t"
_PREFIX: Final = re.compile(rb"\A__(?:host-http|host|http|secure)-")
