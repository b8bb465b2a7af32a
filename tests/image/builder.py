"""What comes out of the Dockerfile where there is no engine? Its own steps, in trees of Debian's packages.

`.ci/bootstrap wire` unpacks the packages of the second base. The first base is the same tree with pip.
Every instruction is carried out or refused; what only an engine can do is in docs/image.md.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tests.image.contain import Box
from tests.image.dockerfile import Instruction, Stage, stages
from tests.wire.components import REPOSITORY

BASE: Final = REPOSITORY / ".cache" / "image-base"
PATH: Final = "/usr/local/bin:/usr/bin"
_CONTEXT: Final = ""
_ONLY_SAID: Final = ("LABEL", "USER", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD")
_NETWORK: Final = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs", "/etc/pip.conf")
_SETTINGS: Final = ("PIP_INDEX_URL", "PIP_CERT", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")


def build(into: Path) -> None:
    """Make INTO/build and INTO/final: the trees of the two stages."""
    context = into / "context"
    send_context(context)
    trees = {_CONTEXT: context}
    for stage, name in zip(stages(), ("build", "final"), strict=True):
        root = into / name
        subprocess.run(["cp", "-a", BASE, root], check=True)
        if name == "build":
            _add_pip(root)
        _carry_out(stage, root, trees)
        trees[stage.name] = root
    shutil.rmtree(context)


def send_context(target: Path) -> None:
    """What of the repository an engine is given: .dockerignore, in the three forms that ours has."""
    lines = (REPOSITORY / ".dockerignore").read_text().splitlines()
    first, *rest = [line for line in lines if not line.startswith("#")]
    assert first == "*"
    wanted = [line[1:] for line in rest if line.startswith("!")]
    never = [line.removeprefix("**/") for line in rest if line.startswith("**/")]
    assert len(wanted) + len(never) == len(rest)
    target.mkdir()
    for name in wanted:
        _copy(REPOSITORY / name, target / name, never)


# --- private ---


def _add_pip(root: Path) -> None:
    """What python:3.13-slim-trixie has beside Debian's Python: `python`, and a pip that may install."""
    (root / "usr/local/bin").mkdir(parents=True)
    (root / "usr/local/bin/python").symlink_to("/usr/bin/python3.13")
    (root / "usr/lib/python3.13/EXTERNALLY-MANAGED").unlink()
    pip = find_spec("pip")  # of the environment that runs the tests
    assert pip is not None
    assert pip.origin is not None
    _copy(Path(pip.origin).parent, root / "usr/local/lib/python3.13/dist-packages/pip", ["__pycache__"])


def _carry_out(stage: Stage, root: Path, trees: Mapping[str, Path]) -> None:
    directory = "/"
    for instruction in stage.instructions:
        match instruction.name:
            case "WORKDIR":
                directory = instruction.text
                (root / directory[1:]).mkdir(parents=True, exist_ok=True)
            case "COPY":
                _copy_step(instruction, root, directory, trees)
            case "RUN":
                _run(instruction.program(), root, directory, stage.pairs("ENV"))
            case name:
                assert name in ("ARG", "ENV", *_ONLY_SAID), f"{name} is not known here"


def _copy_step(step: Instruction, root: Path, directory: str, trees: Mapping[str, Path]) -> None:
    words = step.text.split()
    tree = words.pop(0).removeprefix("--from=") if words[0].startswith("--from=") else _CONTEXT
    *sources, target = words
    place = root / str(Path(directory) / target).lstrip("/")
    for source in sources:
        path = trees[tree] / source.lstrip("/")
        into_folder = target.endswith("/") and path.is_file()
        _copy(path, place / path.name if into_folder else place)


def _copy(source: Path, target: Path, never: Sequence[str] = ()) -> None:
    if source.is_dir():
        ignore = shutil.ignore_patterns(*never)
        shutil.copytree(source, target, symlinks=True, ignore=ignore, dirs_exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def _run(command: Sequence[str], root: Path, directory: str, environment: Mapping[str, str]) -> None:
    program = root / "usr/local/bin" / command[0]
    box = Box(
        root=str(root),
        command=["/" + str(program.relative_to(root)), *command[1:]],
        environment={"PATH": PATH, "HOME": "/root", **_settings(), **environment},
        directory=directory,
        writable=True,
        read={path: path for path in _NETWORK if Path(path).exists()},
    )
    subprocess.run(box.line(), check=True, env={"PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL)


def _settings() -> dict[str, str]:
    """How this machine reaches the packages."""
    return {name: os.environ[name] for name in _SETTINGS if name in os.environ}
