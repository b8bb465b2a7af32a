"""How do the files of a pod get to where its container sees them, and how is the container started?

As the kubelet and the container runtime do it, as far as one machine without them can: volumes as they are
mounted, the user, group and capabilities of the manifest, and a root in which nothing can be written.
"""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.helm.chart import Json, Rendered
from tests.wire.components import REPOSITORY
from tests.wire.processes import Command

Files = dict[str, bytes]
ENTRYPOINT: Final = REPOSITORY / ".venv" / "bin" / "gateway"
"""Of the image: its Dockerfile says the same program."""
_PLACE: Final = "etc/token-gateway"
_DEFAULT_MODE: Final = 0o644


def lay(release: Rendered, root: Path, given: Mapping[str, Files]) -> None:
    """Write what the container mounts below `root`; `given` are Secrets and ConfigMaps that others make."""
    group = release.pod["securityContext"]["fsGroup"]
    volumes = {volume["name"]: volume for volume in release.pod["volumes"]}
    for mount in release.container["volumeMounts"]:
        files, mode = _held(release, volumes[mount["name"]], given)
        _write(root / mount["mountPath"].lstrip("/"), files, mode=mode, group=group)


def settle(release: Rendered, root: Path, given: Mapping[str, Files]) -> Path:
    """The same, but with every path of the configuration leading below `root`. Gives the main file."""
    shutil.rmtree(root / "etc", ignore_errors=True)
    lay(release, root, given)
    place = root / _PLACE
    for file in (*place.glob("config/*.yaml"), *place.glob("policies/*/*.yaml")):
        file.write_text(file.read_text().replace(f"/{_PLACE}", str(place)))
    return place / "config" / "gateway.yaml"


def start(release: Rendered, root: Path) -> Command:
    """Give the command that runs the container on what was laid below `root`."""
    container = release.container
    assert "command" not in container, "the image has one"
    whole, own = release.pod["securityContext"], container["securityContext"]
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert own["allowPrivilegeEscalation"] is False
    user = [
        *("setpriv", "--reuid", str(whole["runAsUser"]), "--regid", str(whole["runAsGroup"])),
        *("--groups", str(whole["fsGroup"]), "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"),
    ]
    run = [*user, str(ENTRYPOINT), *container["args"]]
    return ["unshare", "--mount", "--propagation", "private", "sh", "-euc", _script(root, run)]


# --- private ---


def _held(release: Rendered, volume: Json, given: Mapping[str, Files]) -> tuple[Files, int]:
    match volume:
        case {"configMap": {"name": name}}:
            return (given[name] if name in given else _config_map(release, name)), _DEFAULT_MODE
        case {"secret": {"secretName": name, "defaultMode": mode} as secret}:
            return _chosen(given[name], secret.get("items")), mode
        case {"projected": {"sources": sources, "defaultMode": mode}}:
            files: Files = {}
            for source in sources:
                files |= _chosen(given[source["secret"]["name"]], source["secret"].get("items"))
            return files, mode
        case _:
            raise AssertionError(volume)


def _chosen(held: Files, items: list[Json] | None) -> Files:
    """Those that are listed, and else all. The kubelet starts nothing where a listed one is missing."""
    return held if items is None else {one["path"]: held[one["key"]] for one in items}


def _config_map(release: Rendered, name: str) -> Files:
    return {key: text.encode() for key, text in release.named("ConfigMap", name)["data"].items()}


def _write(folder: Path, files: Files, *, mode: int, group: int) -> None:
    """A generation in a hidden directory, and links to it: the kubelet's atomic writer."""
    generation = folder / "..2026_01_01"
    generation.mkdir(parents=True, exist_ok=True)
    (folder / "..data").symlink_to(generation.name)
    for name, content in files.items():
        file = generation / name
        file.write_bytes(content)
        os.chown(file, 0, group)
        file.chmod(mode)
        (folder / name).symlink_to(Path("..data") / name)


_SYSTEM: Final = ("usr", "bin", "sbin", "lib", "lib64", "proc", "dev")


def _script(root: Path, run: list[str]) -> str:
    """A root of its own: the system's programs, our Python, what was laid; read-only when it starts."""
    held = [Path("/") / name for name in _SYSTEM if (Path("/") / name).exists()]
    held += [REPOSITORY, Path(sys.base_prefix)]
    base = shlex.quote(str(root / "root"))
    lines = [f"mkdir {base}", f"mount -t tmpfs -o mode=755 none {base}", f"cd {base}"]
    for path in held:
        there = shlex.quote(str(path).lstrip("/"))
        lines += [f"mkdir -p {there}", f"mount --rbind /{there} {there}", f"mount -o remount,bind,ro {there}"]
    lines += [
        f"mkdir -p {_PLACE}",
        f"mount --bind {shlex.quote(str(root / _PLACE))} {_PLACE}",
        f"mount -o remount,bind,ro {_PLACE}",
        "mount -o remount,ro .",
        f"exec chroot . {shlex.join(run)}",
    ]
    return "\n".join(lines)
