"""What is in these files, folders and streams?

Everything is read that can be, and what cannot is said with its place: one broken document costs no other.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

from gateway.audit.estate.caddy_syntax import read_caddyfile
from gateway.audit.estate.envoy_names import as_envoy_names
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.fields import at, items, text
from gateway.audit.estate.haproxy_syntax import read_haproxy
from gateway.audit.estate.nginx_syntax import read_nginx
from gateway.audit.estate.objects import CLUSTER_WIDE, Object
from gateway.audit.estate.proxy_files import (
    ProxyFile,
    ProxyKind,
    is_of_sections,
    kind_by_name,
    kind_by_text,
    kind_of_tree,
)
from gateway.audit.estate.toml_syntax import read_toml
from gateway.audit.estate.yaml_objects import read_documents
from gateway.config.problem import Problem
from gateway.config.tree import Node

MAX_BYTES: Final = 64 << 20
"""Of one file: what 40,000 objects have."""
SUFFIXES: Final = frozenset({".yaml", ".yml", ".json", ".conf", ".cfg", ".toml", ".caddyfile"})
"""What is read in a folder, and `Caddyfile`. A file that is named is read whatever its name."""


class NothingThere(ValueError):
    """A path that was named is not there, or cannot be read."""


def gather(paths: Iterable[Path], gathering: Gathering) -> None:
    """Read files, and folders with all that is below. Raises: NothingThere."""
    for path in paths:
        try:
            found = list(_files(path))
        except OSError as error:
            raise NothingThere(f"{path} {_why(error)}") from None
        for file in found:
            try:
                with file.open("rb") as stream:
                    gather_stream(stream, str(file), gathering)
            except OSError as error:
                if file == path:
                    raise NothingThere(f"{path} {_why(error)}") from None
                fix = "give it rights to be read, or leave it out"
                gathering.unread.append(_whole(str(file), _why(error), fix))


def gather_stream(stream: IO[bytes], file: str, gathering: Gathering) -> None:
    """Read one file or stream whole."""
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        gathering.unread.append(_whole(file, f"is larger than {MAX_BYTES >> 20} MiB", "split it"))
        return
    gather_text(content, file, gathering)


def gather_text(content: bytes, file: str, gathering: Gathering) -> None:
    """Read the content of one file."""
    try:
        written = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        what = "is not text" if b"\0" in content[:4096] else "is not UTF-8"
        fix = "save it as UTF-8, or leave it out"
        gathering.unread.append(Problem(file=file, line=line, column=column, path="", what=what, fix=fix))
        return
    kind = kind_by_name(file)
    if kind is None and not _looks_like_yaml(written, file):
        kind = kind_by_text(written)
    if kind is ProxyKind.TRAEFIK:
        _take_toml(written, file, gathering)
        return
    if kind is ProxyKind.NGINX and is_of_sections(written):
        return  # somebody else's: folders have them
    if kind is not None:
        gathering.files.append(_parsed(ProxyFile(kind, file, written), gathering))
        gathering.unread += _unread(kind, written, file)
        return
    for document in read_documents(written, file):
        gathering.unread += document.problems
        if document.root is not None:
            _sort(document.root, written, file, gathering)


def objects_of(root: Node, file: str, *, typed: tuple[str, str] = ("", "")) -> Iterator[Object]:
    """Give the object of a tree, or the items of a List.

    As `kubectl` reads it: what has `items` is a list whatever its kind, and an item that says neither
    kind nor version has those of its list (`typed`).
    """
    kind, written = text(root, "kind") or "", text(root, "apiVersion") or ""
    kind, written = (kind, written) if kind or written else typed
    listed = at(root, "items")
    if listed is not None and isinstance(listed.value, tuple):
        for item in items(root, "items"):
            yield from objects_of(item, file, typed=(kind.removesuffix("List"), written))
        return
    group, slash, version = written.partition("/")
    namespace = "" if kind in CLUSTER_WIDE else text(root, "metadata", "namespace") or "default"
    yield Object(
        file=file,
        kind=kind,
        group=group if slash else "",
        version=version if slash else group,
        namespace=namespace,
        name=text(root, "metadata", "name") or "",
        node=root,
    )


# --- private ---

_AN_OBJECT: Final = re.compile(r"""^[ \t{]*["']?(?:apiVersion|kind)["']?[ \t]*:""", re.MULTILINE)
_BY_NAME: Final = (".yaml", ".yml", ".json")


def _why(error: OSError) -> str:
    return f"cannot be read: {(error.strerror or 'error').lower()}"


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for found in sorted(path.rglob("*")):
        hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
        known = found.suffix.lower() in SUFFIXES or kind_by_name(found.name) is ProxyKind.CADDY
        if known and not hidden and found.is_file():
            yield found


def _looks_like_yaml(written: str, file: str) -> bool:
    return file.endswith(_BY_NAME) or _AN_OBJECT.search(written) is not None


def _sort(root: Node, written: str, file: str, gathering: Gathering) -> None:
    if not isinstance(root.value, dict):
        what = "is neither an object of Kubernetes nor a proxy's configuration"
        gathering.unread.append(_at(root, file, what, "leave it out"))
    elif "kind" in root.value and "apiVersion" in root.value:
        gathering.take(objects_of(root, file))
    elif (kind := kind_of_tree(root)) is not None:
        own = as_envoy_names(root) if kind is ProxyKind.ENVOY else root
        gathering.files.append(ProxyFile(kind, file, written, own))
    # Anything else in YAML is somebody's values or pipeline: folders are full of them.


def _parsed(given: ProxyFile, gathering: Gathering) -> ProxyFile:
    if given.kind is not ProxyKind.NGINX:
        return given
    tree = read_nginx(given.text, given.file)
    gathering.unread += tree.problems
    return given._replace(directives=tree.directives)


def _take_toml(written: str, file: str, gathering: Gathering) -> None:
    """Of Traefik's, if it is: many a program has a file of this form."""
    document = read_toml(written, file)
    gathering.unread += document.problems
    if document.root is not None and kind_of_tree(document.root) is ProxyKind.TRAEFIK:
        gathering.files.append(ProxyFile(ProxyKind.TRAEFIK, file, written, document.root))


def _unread(kind: ProxyKind, written: str, file: str) -> tuple[Problem, ...]:
    match kind:
        case ProxyKind.HAPROXY:
            return read_haproxy(written, file).problems
        case ProxyKind.CADDY:
            return read_caddyfile(written, file).problems
        case _:
            return ()


def _at(node: Node, file: str, what: str, fix: str) -> Problem:
    return Problem(file=file, line=node.mark[0], column=node.mark[1], path="", what=what, fix=fix)


def _whole(file: str, what: str, fix: str) -> Problem:
    return Problem(file=file, line=0, column=1, path="", what=what, fix=fix)
