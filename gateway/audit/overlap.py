"""Which requests do two routes share?

Of what cannot be compared nothing is claimed: `covers` is then false, and `overlaps` true. A rule on a
door that may be open asks `overlaps`, one that would excuse a door asks `covers`.
"""

from gateway.audit.exposure import ANY_HOST, Exposure, PathKind, PathMatch


def host_covers(host: str, other: str) -> bool:
    """Whether every request for `other` is one for `host` (`*.` stands for any number of labels)."""
    if host in {ANY_HOST, other}:
        return True
    return host.startswith("*.") and other.removeprefix("*").endswith(host[1:])


def hosts_overlap(host: str, other: str) -> bool:
    """Whether one name can be a request for both."""
    return host_covers(host, other) or host_covers(other, host)


def path_covers(path: PathMatch, other: PathMatch) -> bool:
    """Whether every path of `other` is one of `path`, for certain."""
    if path == other:
        return path.kind is not PathKind.UNKNOWN
    if is_everything(path):
        return True
    if other.kind in {PathKind.REGEX, PathKind.UNKNOWN}:
        return False
    match path.kind:
        case PathKind.PREFIX:
            stem = path.value.removesuffix("/")
            same = other.value.removesuffix("/") == stem and other.kind is not PathKind.BEGINS_WITH
            return same or other.value.startswith(f"{stem}/")
        case PathKind.BEGINS_WITH:
            return other.value.startswith(path.value)
        case _:
            return False


def paths_overlap(path: PathMatch, other: PathMatch) -> bool:
    """Whether one path can be of both; true where that cannot be told."""
    if path_covers(path, other) or path_covers(other, path):
        return True
    uncertain = {PathKind.REGEX, PathKind.UNKNOWN}
    if path.kind in uncertain or other.kind in uncertain:
        return _stem(path).startswith(_stem(other)) or _stem(other).startswith(_stem(path))
    if PathKind.BEGINS_WITH in {path.kind, other.kind} and PathKind.EXACT not in {path.kind, other.kind}:
        return path.value.startswith(other.value) or other.value.startswith(path.value)
    return False


def is_everything(path: PathMatch) -> bool:
    """Whether it is every path."""
    return path.kind in {PathKind.PREFIX, PathKind.BEGINS_WITH} and path.value in {"", "/"}


def methods_cover(methods: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    """Whether every method of `other` is one of `methods`; None is every method."""
    return methods is None or (other is not None and other <= methods)


def methods_overlap(methods: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    """Whether they share one."""
    return methods is None or other is None or bool(methods & other)


def overlaps(one: Exposure, other: Exposure) -> bool:
    """Whether one request can be of both routes."""
    return (
        hosts_overlap(one.host, other.host)
        and methods_overlap(one.methods, other.methods)
        and paths_overlap(one.path, other.path)
    )


# --- private ---

_WORDS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_")


def _stem(path: PathMatch) -> str:
    """What every path of it begins with, for certain."""
    if path.kind not in {PathKind.REGEX, PathKind.UNKNOWN}:
        return path.value.removesuffix("/")
    if path.kind is PathKind.UNKNOWN or "|" in path.value:
        return ""
    text = path.value.removeprefix("^")
    end = next((index for index, one in enumerate(text) if one not in _WORDS), len(text))
    repeated = end < len(text) and text[end] in "?*{"
    return text[: end - 1 if repeated else end].removesuffix("/")
