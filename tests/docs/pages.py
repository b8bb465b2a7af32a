"""Which pages are there for readers, and what stands in them between fences?"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]

PAGES: Final = (
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "config/README.md", "loadtest/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)

_WALKED: Final = (
    *("audit.md", "audit-coverage.md", "certificates.md", "edge.md", "leaks.md", "leak-response.md"),
    "quickstart.md",
)
FOLLOWED: Final = tuple(ROOT / "docs" / name for name in _WALKED)
"""Each of their blocks builds on those before: each page has a test of its own, which goes through it."""

_FENCE: Final = re.compile(r" *```([^`\s]*)")


@dataclass(frozen=True, kw_only=True)
class Block:
    """One fenced block."""

    page: Path
    line: int
    """Of its opening fence, from 1."""
    kind: str
    """The word after the fence; empty where there is none."""
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    """Every fenced block of a page, in order. Raises: ValueError for one without an end."""
    found: list[Block] = []
    opened: tuple[int, str] | None = None
    inside: list[str] = []
    for number, line in enumerate(page.read_text().splitlines(keepends=True), start=1):
        fence = _FENCE.fullmatch(line.rstrip())
        if opened is None and fence:
            opened, inside = (number, fence[1]), []
        elif opened and fence and not fence[1]:
            found.append(Block(page=page, line=opened[0], kind=opened[1], text="".join(inside)))
            opened = None
        elif opened:
            inside.append(line)
    if opened is not None:
        raise ValueError(f"{page}:{opened[0]} has no end")
    return found


BLOCKS: Final = tuple(block for page in PAGES for block in blocks_of(page))


def of_kind(*kinds: str) -> list[Block]:
    """Those that stand for themselves."""
    return [block for block in BLOCKS if block.kind in kinds and block.page not in FOLLOWED]
