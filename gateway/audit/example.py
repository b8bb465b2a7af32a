"""What does a configuration look like that a rule objects to, and what one that is right?"""

from pathlib import Path
from typing import Final, Literal, NamedTuple

EXAMPLES: Final = Path(__file__).with_name("examples")
Which = Literal["unsound", "sound"]


class Example(NamedTuple):
    """One file of an example."""

    name: str
    text: str


def examples(rule: str, which: Which) -> tuple[Example, ...]:
    """Give the files of one of a rule's two examples; most have one."""
    files = sorted((EXAMPLES / rule).glob(f"{which}*"))
    return tuple(Example(file.name, file.read_text(encoding="utf-8")) for file in files)
