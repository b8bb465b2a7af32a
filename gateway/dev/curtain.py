"""How does the tour come first, and the gateway's lines after it?

What the gateway says while everything starts is kept back: that keys over plain HTTP are believed is what
`gateway dev` is. It is shown only where the start fails.
"""

import io
from types import TracebackType
from typing import Any, BinaryIO, Self


class Curtain(io.BytesIO):
    """A stream that forgets what was written before `open`, and passes on what is written after it."""

    def __init__(self, stage: BinaryIO) -> None:
        super().__init__()
        self._stage = stage
        self._opened = False

    def write(self, data: Any, /) -> int:
        """Pass on at once, or keep."""
        if not self._opened:
            return super().write(data)
        written = self._stage.write(data)
        self._stage.flush()
        return written

    def open(self) -> None:
        """Let everything through from now on."""
        self._opened = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Show what was kept where the start has failed: it says why."""
        if kind is not None and not self._opened:
            self._stage.write(self.getvalue())
            self._stage.flush()

    def __enter__(self) -> Self:
        """Nothing to do."""
        return self
