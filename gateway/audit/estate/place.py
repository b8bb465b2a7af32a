"""Where does it stand?"""

from typing import NamedTuple


class Place(NamedTuple):
    """One value of what was given."""

    file: str
    line: int
    """From 1; 0 where there are no lines, as in a cluster."""
    column: int
    """From 1."""
    owner: str
    """The object, as `Ingress/shop/orders`; of a proxy's file what is nearest, as `server api`."""
    pointer: str = ""
    """Of the value in its object, as `metadata.annotations.nginx.ingress.kubernetes.io/auth-url`."""

    def __str__(self) -> str:
        """For a person, and for editors that jump to `file:line:column`."""
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{where} {self.owner}" if self.owner else where
