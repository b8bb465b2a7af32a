"""Where is a row tried that is no single request: that takes time, many connections, or other outputs?

What happens, and the tests that show what we do about it. Where it cannot happen yet, the row says what would
have to exist first, so that whoever builds it finds the row.
"""

from dataclasses import dataclass
from typing import Final

LOGIN: Final = "there is no sign-in and no session: the only credentials are tokens"
INTROSPECTION: Final = "there is no introspection: every token is a JWT"


@dataclass(frozen=True, slots=True)
class Row:
    """One behaviour. `tests` are `file::function`; or `not_yet` says why there are none."""

    what: str
    tests: tuple[str, ...] = ()
    not_yet: str = ""
