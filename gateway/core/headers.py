"""Which headers does a request have, and what do their names alone say?

A proxy sends the same names in the same order for every request of a kind. So a list of names is read
once, as a `Shape`, and remembered; what follows from the names (where a header stands, which spelling is
forbidden) is worked out once for a shape, and a request is its shape and its values.
"""

from typing import Any, Final

HeaderPairs = tuple[tuple[bytes, bytes], ...]

MAX_SHAPES: Final = 1024
MAX_REMEMBERED_NAMES: Final = 64
MAX_REMEMBERED_OCTETS: Final = 2048
"""A list of more or longer names is read anew each time: what is remembered is bounded, 2 MiB in all."""

NOWHERE: Final[tuple[int, ...]] = ()


class Shape:
    """A list of header names. Two requests with the same list have the same shape."""

    __slots__ = ("_places", "findings", "names")

    def __init__(self, names: tuple[bytes, ...]) -> None:
        """Lower-case the names."""
        self.names: Final = tuple(name.lower() for name in names)
        self._places: dict[bytes, tuple[int, ...]] = {}
        for index, name in enumerate(self.names):
            self._places[name] = (*self._places.get(name, NOWHERE), index)
        self.findings: Final[dict[Any, Any]] = {}
        """What others have worked out from the names alone, by whatever else it depends on."""

    def places(self, name: bytes) -> tuple[int, ...]:
        """Where this name stands; `name` in lower case."""
        return self._places.get(name, NOWHERE)


class Headers:
    """The headers of one request, in order, duplicates kept. Printed they show nothing."""

    __slots__ = ("shape", "values")

    def __init__(self, shape: Shape, values: tuple[bytes, ...]) -> None:
        self.shape: Final = shape
        self.values: Final = values

    @classmethod
    def of(cls, pairs: HeaderPairs) -> "Headers":
        """Take names in any case, and their values."""
        return cls(shape_of(tuple(name for name, _ in pairs)), tuple(value for _, value in pairs))

    @property
    def pairs(self) -> HeaderPairs:
        """Give names in lower case, each with its value."""
        return tuple(zip(self.shape.names, self.values, strict=True))

    def all(self, name: bytes) -> list[bytes]:
        """Every value of one header, in order; `name` in lower case."""
        return [self.values[place] for place in self.shape.places(name)]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self.pairs == other.pairs

    __hash__ = None  # type: ignore[assignment]  # holds credentials: never a key

    def __repr__(self) -> str:
        return f"Headers({len(self.values)})"


def shape_of(names: tuple[bytes, ...]) -> Shape:
    """Give the shape of a list of names."""
    shape = _SHAPES.get(names)
    return _remembered(names) if shape is None else shape


# --- private ---

_SHAPES: Final[dict[tuple[bytes, ...], Shape]] = {}


def _remembered(names: tuple[bytes, ...]) -> Shape:
    """A flood of odd lists costs their reading, and the good ones one more reading each."""
    shape = Shape(names)
    if len(names) <= MAX_REMEMBERED_NAMES and sum(map(len, names)) <= MAX_REMEMBERED_OCTETS:
        if len(_SHAPES) >= MAX_SHAPES:
            _SHAPES.clear()
        _SHAPES[names] = shape
    return shape
