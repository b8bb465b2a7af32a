"""How does the draft come into a folder, whole or not at all, and over nobody's files?"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway.config.compile import load_world
from gateway.config.problem import ConfigError
from gateway.config.world import World

_EXAMPLE_SECRET: Final = b"0" * 64
"""Stands for the caller's, while the draft is checked."""


class FolderInUse(ValueError):
    """There is something in it already, and nobody said that it may be replaced."""


def check_folder(folder: Path, *, force: bool) -> None:
    """Refuse a folder that holds anything, before any question is asked. Raises: FolderInUse."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise FolderInUse(f"{folder} is no folder: name another with --output")
    if not force and folder.exists() and any(folder.iterdir()):
        raise FolderInUse(f"{folder} holds files: name another with --output, or replace them with --force")


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """A new folder beside it, gone at the end."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(prefix=".token-gateway-", dir=folder.parent))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def lay(files: Mapping[str, str], place: Path) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def checked(place: Path) -> World:
    """Compile what was laid there, as `gateway check` does. Raises: ConfigError."""
    world = load_world(place / "gateway.yaml", read_secret=lambda _: _EXAMPLE_SECRET)
    if world.refused:
        raise ConfigError(world.refused)
    return world


def move(files: Mapping[str, str], place: Path, folder: Path) -> None:
    """Put each file into its place at once: a reader sees the old one or the new one."""
    for name in files:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (place / name).replace(target)
