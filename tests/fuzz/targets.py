"""What is fuzzed, and with what does it begin?

A target is a module whose docstring is its invariant and whose `check` raises where it does not hold. Its
corpus is a folder of small files, named for what they are; a regression input is one more file.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

from tests.corpus.targets import ROWS
from tests.fuzz import credential_places, dialect_readers, head_reader, target_grammar, token_parser

CORPORA: Final = Path(__file__).parent / "corpora"
MODULES: Final[tuple[ModuleType, ...]] = (
    target_grammar,
    token_parser,
    head_reader,
    dialect_readers,
    credential_places,
)
CHECKS: Final[Mapping[str, Callable[[bytes], None]]] = {
    module.__name__.rpartition(".")[2]: module.check for module in MODULES
}


def seeds(target: str) -> list[bytes]:
    """The corpus of one target: its files, and for paths the table that the tests of the core share."""
    files = [file.read_bytes() for file in sorted((CORPORA / target).iterdir())]
    return files + [row.target for row in ROWS] if target == "target_grammar" else files
