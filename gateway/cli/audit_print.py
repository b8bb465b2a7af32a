"""How does a report of the audit come to a terminal, a pipe or a file?"""

from io import TextIOWrapper
from typing import Final, TextIO

from rich.console import Console, RenderableType

WIDTH: Final = 100
"""Of a text that is no terminal's."""


def print_rich(shown: RenderableType, file: TextIO) -> None:
    """Print it as wide as the terminal is, without spaces at the end of its lines."""
    write_out_what_it_cannot(file)
    console = Console(file=file, width=None if file.isatty() else WIDTH, highlight=False)
    with console.capture() as told:
        console.print(shown)
    file.write("".join(f"{line.rstrip()}\n" for line in told.get().splitlines()))


def write_out_what_it_cannot(file: TextIO) -> None:
    """Have a character that its encoding lacks written out: not every stdout is UTF-8."""
    if isinstance(file, TextIOWrapper):
        file.reconfigure(errors="backslashreplace")
