"""Every configuration that the audit comes with: the rules' examples, and the corpus."""

from pathlib import Path
from typing import Any, Final

import yaml

from gateway.audit.example import EXAMPLES

CORPUS: Final = Path("tests/audit/corpus")
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Final = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def specimens() -> list[Path]:
    """Files, in a fixed order."""
    return sorted(
        path
        for folder in (EXAMPLES, CORPUS)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    )


def documents(path: Path) -> list[Any]:
    """What a file of YAML says, without places."""
    return list(yaml.load_all(path.read_text(), Loader=_LOADER))


def written(these: list[Any]) -> str:
    """The same as a file again."""
    return yaml.dump_all(these, Dumper=_DUMPER, allow_unicode=True, width=10_000)
