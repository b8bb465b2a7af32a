"""How far is a long scan? Shown on a terminal only, and only where there is much to read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol, TextIO

MUCH_BYTES: Final = 32 << 20


class Progress(Protocol):
    """Is told what was read."""

    def __call__(self, count: int, /) -> None:
        """So many octets more."""


@contextmanager
def progress(stream: TextIO, total: int, *, beside: TextIO | None = None) -> Iterator[Progress]:
    """Show a bar on `stream`, of `total` octets, and take it away at the end.

    What goes to stdout, `beside`, meanwhile stands above it where that is a terminal too. Anywhere else it
    goes on as it is: a file or a pipe gets what it would without a bar.
    """
    if total < MUCH_BYTES or not stream.isatty():
        yield lambda _: None
        return
    # Costs a fifth of a second, and is for long work.
    from rich import progress as bars  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415

    columns = (
        bars.BarColumn(),
        bars.DownloadColumn(),
        bars.TransferSpeedColumn(),
        bars.TimeRemainingColumn(),
    )
    shared = beside is not None and beside.isatty()
    console = Console(file=stream, soft_wrap=True)  # a line that is shown above stays one
    with bars.Progress(*columns, console=console, transient=True, redirect_stdout=shared) as bar:
        task = bar.add_task("scan", total=total)
        yield lambda count: bar.update(task, advance=count)
