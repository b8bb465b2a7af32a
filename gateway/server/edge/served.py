"""What does an exchange tell the client's connection that it serves, and what does it ask of it?"""

from typing import Protocol

from gateway.server.edge.fault import EdgeFault
from gateway.server.http1.after import After


class Client(Protocol):
    """What an exchange needs of the connection that it serves."""

    @property
    def after(self) -> After:
        """What an answer that begins now must say."""

    def write(self, wire: bytes) -> None:
        """Send this."""

    def arm(self, delay_s: float) -> None:
        """Call `overdue` then, and at no other time."""

    def flow(self) -> None:
        """Send on what arrives: the server takes it."""

    def hold_body(self) -> None:
        """Read no more: the server does not take it."""

    def answered(self, after: After) -> None:
        """The whole answer was sent, or the other protocol is over."""

    def refused(self, fault: EdgeFault) -> None:
        """There is no answer."""

    def cut(self, *, hard: bool) -> None:
        """The answer ended early; `hard` where only a reset can say so."""

    def broken(self, bug: BaseException, *, begun: bool) -> None:
        """There is a defect in this core."""

    def switched(self) -> bytes:
        """Both speak another protocol now. Gives what the client said of it already."""
