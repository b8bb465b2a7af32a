"""How does the policy say this path, or why can it not?"""

import re
from typing import Final

from gateway.config.problem import Unfit, show
from gateway.core.route import parse_template

MAX_PATH: Final = 1024


def exactly(path: str) -> str:
    """Give the template of this one path, its last `/` left off. Raises: Unfit."""
    return _checked(_literal(path) or "/")


def below(path: str) -> str:
    """Give the template of this path and all that is below it, element by element. Raises: Unfit."""
    return _checked(f"{_literal(path)}/**")


# --- private ---

_MEANS_SOMETHING: Final = re.compile(r"[{}*]")


def _literal(path: str) -> str:
    if not path.startswith("/"):
        raise Unfit(f"the path {show(path)} does not begin with /", "write it with /")
    if len(path) > MAX_PATH:
        raise Unfit(f"a path of more than {MAX_PATH} characters", "write the route by hand")
    if _MEANS_SOMETHING.search(path):  # in a template they would be placeholders
        raise Unfit(f"the path {show(path)} has a character that a policy reads as a placeholder", _BY_HAND)
    if "//" in path:
        raise Unfit(f"the path {show(path)} has an empty segment, which no request may have", _BY_HAND)
    return path.removesuffix("/")


def _checked(template: str) -> str:
    try:
        parse_template(template)
    except ValueError as error:
        raise Unfit(f"no policy can say the path {show(template)}: {error}", _BY_HAND) from None
    return template


_BY_HAND: Final = "add the routes that it needs by hand"
