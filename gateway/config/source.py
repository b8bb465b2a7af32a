"""What does one configuration file hold, and where?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Final

from gateway.config.problem import Path, Problem, render_path
from gateway.config.schema_policies import PolicySection
from gateway.config.tree import Node
from gateway.config.yaml_tree import NotYaml, read_tree

MAX_FILE_BYTES: Final = 1 << 20  # what a ConfigMap can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file that was read, as far as it has the right form."""

    file: str
    tree: Node = field(default_factory=lambda: Node(path=(), mark=(1, 1), value={}))
    """What has the right form. Its nodes remember their place in the whole file."""
    policies: Mapping[str, PolicySection] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    """Mistakes of form. With any, nothing of the file is used."""
    damaged: frozenset[Path] = frozenset()
    """What has the wrong form: nothing at, above or below it can be judged for its meaning."""

    def own_policies(self) -> frozenset[str]:
        """Give the ids that the file itself names: not those that stand in for what is missing."""
        if ("policies",) in self.damaged:
            return frozenset()
        return frozenset(self.policies)

    def original(self, path: Path) -> Path:
        """Turn a path in `policies` into one in the file: items may have been left out before it."""
        node, rest = self._deepest(path)
        return (*node.path, *rest)

    def problem(self, path: Path, what: str, fix: str) -> Problem:
        """Say what is wrong at a path of the file, in the line where it is or would have to be."""
        node = self._deepest(path)[0]
        return problem_at(self.file, node, self.original(path), what, fix)

    def _deepest(self, path: Path) -> tuple[Node, Path]:
        node = self.tree
        for depth, step in enumerate(path):
            child = node.child(step)
            if child is None:
                return node, path[depth:]
            node = child
        return node, ()


def problem_at(file: str, node: Node, path: Path, what: str, fix: str) -> Problem:
    """Say what is wrong at this node."""
    line, column = node.mark
    return Problem(file=file, line=line, column=column, path=render_path(path), what=what, fix=fix)


def read_file(path: FilePath) -> bytes:
    """Read one file, at most 1 MiB. Raises: NotYaml."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "input/output error").lower()
        raise _unreadable(path, f"cannot be read: {reason}", "check the path and its permissions") from None
    if len(content) > MAX_FILE_BYTES:
        raise _unreadable(path, "is larger than 1 MiB", "split it with include")
    return content


def parse_file(path: FilePath, content: bytes) -> tuple[Node, tuple[Problem, ...]]:
    """Parse what was read; duplicate keys come as problems. Raises: NotYaml."""
    return read_tree(decoded(path, content), str(path))


def decoded(path: FilePath, content: bytes) -> str:
    """Give the text of a file. Raises: NotYaml."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(path, "is not UTF-8", "save it as UTF-8", line) from None


# --- private ---


def _unreadable(path: FilePath, what: str, fix: str, line: int = 1) -> NotYaml:
    return NotYaml(Problem(file=str(path), line=line, column=1, path="", what=what, fix=fix))
