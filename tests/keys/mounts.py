"""How does a kubelet write a Secret into a pod? Each version whole, in one exchange of a symbolic link."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from shutil import rmtree

_VERSIONS = count(1)


def mount(directory: Path, files: Mapping[str, bytes], *, mode: int = 0o440) -> None:
    """Write the next version, as `AtomicWriter` of k8s.io/kubernetes/pkg/volume/util does, step by step."""
    directory.mkdir(exist_ok=True)
    old = directory / "..data"
    outdated = directory / old.readlink() if old.is_symlink() else None
    newest = directory / f"..{next(_VERSIONS)}"
    newest.mkdir()
    for name, content in files.items():
        (newest / name).write_bytes(content)
        (newest / name).chmod(mode)
    (directory / "..data_tmp").symlink_to(newest.name)
    (directory / "..data_tmp").rename(old)
    for name in files:
        if not (directory / name).is_symlink():
            (directory / name).symlink_to(f"..data/{name}")
    for shown in directory.iterdir():
        if not shown.name.startswith("..") and shown.name not in files:
            shown.unlink()
    if outdated is not None:
        rmtree(outdated)
