"""Where in a claim set does a configured path lead?"""

from collections.abc import Mapping
from typing import Any, Final

from gateway.core.policy import ClaimPath


class Absent:
    """The type of `ABSENT`: nothing is there. Not the same as a null."""


ABSENT: Final = Absent()


def follow(claims: Mapping[str, Any], path: ClaimPath) -> Any:
    """Give what stands at the path, or ABSENT. Only objects are entered, never arrays."""
    value: Any = claims
    for name in path:
        if not isinstance(value, Mapping) or name not in value:
            return ABSENT
        value = value[name]
    return value


def same(left: Any, right: str | int | bool) -> bool:  # noqa: FBT001 - a JSON value, not a flag
    """Whether two JSON scalars are one value of one type: `1`, `true` and `"1"` are three values."""
    return type(left) is type(right) and left == right
