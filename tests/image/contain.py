"""How does a program run in a directory tree as in a container? `Box` says how; this program enters it.

Namespaces of mounts, processes, IPC and host name; the network is the machine's, so that a test can ask.
Unlike a container runtime it filters no system call (seccomp), and has no cgroup.
"""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

_DEVICES = ("null", "zero", "random", "urandom")
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 24, 38  # prctl(2)


@dataclass(frozen=True)
class Box:
    root: str
    command: Sequence[str]
    environment: Mapping[str, str]
    directory: str = "/"
    user: int = 0
    """0 keeps what root may do."""
    writable: bool = False
    read: Mapping[str, str] = field(default_factory=dict)
    """What of the machine is shown where, to be read alone."""
    write: Mapping[str, str] = field(default_factory=dict)

    def line(self) -> list[str]:
        """The command that runs it. Only root may; the program is process 1."""
        spaces = ("--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child")
        return ["unshare", *spaces, sys.executable, str(Path(__file__)), json.dumps(asdict(self))]


def enter(box: Box) -> None:
    _mount("--make-rprivate", "/")
    _mount("--bind", box.root, box.root)
    _show({f"/dev/{name}": f"/dev/{name}" for name in _DEVICES}, box.root)
    _show(box.read, box.root, "ro,nosuid,nodev,noexec")
    _show(box.write, box.root, "nosuid,nodev,noexec")
    _mount("-t", "proc", "proc", f"{box.root}/proc")
    if not box.writable:
        _mount("-o", "remount,bind,ro,nosuid,nodev", box.root)
    os.chroot(box.root)
    os.chdir(box.directory)
    if box.user:
        _drop(box.user)
    os.execve(box.command[0], list(box.command), dict(box.environment))


# --- private ---


def _show(places: Mapping[str, str], root: str, options: str = "") -> None:
    for source, place in places.items():
        target = Path(root + place)
        _make_place(target, is_directory=Path(source).is_dir())
        _mount("--bind", source, str(target))
        if options:
            _mount("-o", f"remount,bind,{options}", str(target))


def _make_place(target: Path, *, is_directory: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if is_directory:
        target.mkdir(exist_ok=True)
    elif not target.exists():
        target.touch()


def _drop(user: int) -> None:
    """No capability, and none to be had again."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        assert prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) == 0
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    assert prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


if __name__ == "__main__":
    enter(Box(**json.loads(sys.argv[1])))
