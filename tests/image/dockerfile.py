"""What does the Dockerfile say? As much of its language as ours needs; the rest is refused."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.wire.components import REPOSITORY

FILE = REPOSITORY / "Dockerfile"


@dataclass(frozen=True)
class Instruction:
    name: str
    text: str

    def program(self) -> list[str]:
        """RUN, ENTRYPOINT and CMD without a shell, which the image does not have."""
        words = json.loads(self.text)
        assert all(isinstance(word, str) for word in words)
        return list(words)

    def pairs(self) -> dict[str, str]:
        """ARG, ENV and LABEL: names and values."""
        return dict(_pair(word) for word in shlex.split(self.text))


@dataclass
class Stage:
    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def one(self, name: str) -> Instruction:
        (found,) = self.all(name)
        return found

    def all(self, name: str) -> list[Instruction]:
        return [one for one in self.instructions if one.name == name]

    def pairs(self, name: str) -> dict[str, str]:
        """All ENV, or all LABEL, with the stage's own ARG put in."""
        arguments = {key: value for one in self.all("ARG") for key, value in one.pairs().items()}
        said = {key: value for one in self.all(name) for key, value in one.pairs().items()}
        return {key: _filled(value, arguments) for key, value in said.items()}


def stages(path: Path = FILE) -> list[Stage]:
    arguments: dict[str, str] = {}
    found: list[Stage] = []
    for instruction in _instructions(path.read_text()):
        if instruction.name == "FROM":
            base, _, name = instruction.text.partition(" AS ")
            found.append(Stage(_filled(base, arguments), name))
        elif found:
            found[-1].instructions.append(instruction)
        else:
            assert instruction.name == "ARG"
            arguments |= instruction.pairs()
    return found


# --- private ---


def _instructions(text: str) -> Iterator[Instruction]:
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in re.sub(r"\\\n\s*", "", lines).splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            yield Instruction(name, rest.strip())


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    assert equals, word
    return name, value


def _filled(text: str, arguments: Mapping[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: arguments[found[1]], text)
