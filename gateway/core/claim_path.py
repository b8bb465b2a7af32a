"""Where in a claim set does a configured path lead?"""

from collections.abc import Mapping
from typing import Any, Final

from gateway.core.policy import ClaimPath


class Absent:
    """The type of `ABSENT`: nothing is there. Not the same as a null."""


ABSENT: Final = Absent()


def follow(claims: Mapping[str, Any], path: ClaimPath) -> Any:
    """Give what stands at the path, or ABSENT. Only objects are entered, never arrays.

    Raises: IndexError for a path that names nothing, which no configuration can say.
    """
    value: Any = claims.get(path[0], ABSENT)
    if len(path) > 1:
        for name in path[1:]:
            if not isinstance(value, dict):
                return ABSENT
            value = value.get(name, ABSENT)
    return value


def same(left: Any, right: str | int | bool) -> bool:  # noqa: FBT001 - a JSON value, not a flag
    """Whether two JSON scalars are one value of one type: `1`, `true` and `"1"` are three values."""
    return type(left) is type(right) and left == right
