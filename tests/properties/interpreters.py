"""How do other programs read a path?

Written from their documentation and source, apart from the product and in another way: bytes in, bytes
out, each one thing that proxies and frameworks are known to do. None of them refuses anything.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final

Interpreter = Callable[[bytes], bytes]


def unescape(path: bytes) -> bytes:
    """`%41` is `A`; a `%` without two hexadecimal digits is left alone (most frameworks)."""
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes.fromhex(match[1].decode()), path)


def remove_dot_segments(path: bytes) -> bytes:
    """RFC 3986 section 5.2.4, by its own steps."""
    rest, output = path, b""
    while rest:
        if rest.startswith((b"../", b"./")):
            rest = rest[rest.index(b"/") + 1 :]
        elif rest.startswith(b"/./") or rest == b"/.":
            rest = b"/" + rest[3:]
        elif rest.startswith(b"/../") or rest == b"/..":
            rest = b"/" + rest[4:]
            output = output[: output.rfind(b"/")] if b"/" in output else b""
        elif rest in {b".", b".."}:
            rest = b""
        else:
            end = rest.find(b"/", 1)
            end = len(rest) if end < 0 else end
            output, rest = output + rest[:end], rest[end:]
    return output


def merge_slashes(path: bytes) -> bytes:
    """nginx `merge_slashes on`, Envoy `merge_slashes`."""
    return re.sub(rb"/+", b"/", path)


def cut_parameters(path: bytes) -> bytes:
    """Servlet containers: everything from `;` to the next slash is a parameter."""
    return re.sub(rb";[^/]*", b"", path)


def nginx(path: bytes) -> bytes:
    """ngx_http_parse_complex_uri: unescape once, `#` ends it, merge slashes, resolve dots."""
    return remove_dot_segments(merge_slashes(unescape(path).partition(b"#")[0]))


def go_clean(path: bytes) -> bytes:
    """Go net/http: the unescaped path through path.Clean."""
    return remove_dot_segments(merge_slashes(unescape(path)))


def whatwg(path: bytes) -> bytes:
    """URL Standard, path state of a special scheme: tabs and newlines out, `\\` is `/`, `%2e` is a dot."""
    text = re.sub(rb"[\t\r\n]", b"", path).partition(b"#")[0].replace(b"\\", b"/")
    segments = text.split(b"/")
    dots = [re.sub(rb"%2[eE]", b".", one) if _only_dots(one) else one for one in segments]
    return remove_dot_segments(b"/".join(dots))


def tomcat(path: bytes) -> bytes:
    """CoyoteAdapter: cut parameters, unescape, `\\` is `/`, merge, resolve."""
    return remove_dot_segments(merge_slashes(unescape(cut_parameters(path)).replace(b"\\", b"/")))


def express(path: bytes) -> bytes:
    """Express: the path as sent; its router ignores case unless told otherwise."""
    return path.lower()


def starlette(path: bytes) -> bytes:
    """Starlette on an ASGI server: unescaped once, nothing resolved, in the case it came in."""
    return unescape(path)


def asp_net(path: bytes) -> bytes:
    """Kestrel: unescaped but for `%2F`, then dots are resolved; routing ignores case."""
    text = re.sub(rb"%(?!2[fF])([0-9A-Fa-f]{2})", lambda match: bytes.fromhex(match[1].decode()), path)
    return remove_dot_segments(text).lower()


def windows(path: bytes) -> bytes:
    """A Windows file system: `\\` is `/`, dots and spaces at the end of a name are dropped."""
    text = remove_dot_segments(unescape(path).replace(b"\\", b"/"))
    return b"/".join(one.rstrip(b". ") for one in text.split(b"/"))


def c_string(path: bytes) -> bytes:
    """A reader in C: the unescaped path ends at a NUL."""
    return unescape(path).partition(b"\0")[0]


def compatibility(path: bytes) -> bytes:
    """A reader that maps compatibility characters after it has unescaped (IIS best fit, some databases)."""
    text = unicodedata.normalize("NFKC", unescape(path).decode("utf-8", "replace"))
    return remove_dot_segments(text.encode())


READERS: Final[Mapping[str, Interpreter]] = {
    "as sent": lambda path: path,
    "decode once": unescape,
    "decode twice": lambda path: unescape(unescape(path)),
    "decode thrice": lambda path: unescape(unescape(unescape(path))),
    "RFC 3986": remove_dot_segments,
    "decode, then RFC 3986": lambda path: remove_dot_segments(unescape(path)),
    "decode twice, then RFC 3986": lambda path: remove_dot_segments(unescape(unescape(path))),
    "merge slashes, then dots": lambda path: remove_dot_segments(merge_slashes(path)),
    "dots, then merge slashes": lambda path: merge_slashes(remove_dot_segments(path)),
    "strip parameters": cut_parameters,
    "decode, then strip parameters": lambda path: cut_parameters(unescape(path)),
    "nginx": nginx,
    "Go": go_clean,
    "WHATWG": whatwg,
    "Tomcat": tomcat,
    "Express": express,
    "Starlette": starlette,
    "ASP.NET": asp_net,
    "Windows": windows,
    "C": c_string,
    "compatibility": compatibility,
}

BACKENDS: Final[Mapping[str, Interpreter]] = {
    name: READERS[name] for name in ("nginx", "Tomcat", "Go", "Express", "Starlette", "ASP.NET")
}
"""Those that stand behind a gateway and route."""


# --- private ---


def _only_dots(segment: bytes) -> bool:
    return re.fullmatch(rb"(?:\.|%2[eE]){1,2}", segment) is not None
