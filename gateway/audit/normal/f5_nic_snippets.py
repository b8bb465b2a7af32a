"""What do the snippets of F5's ingress controller say of authentication? They are configuration of nginx.

https://docs.nginx.com/nginx-ingress-controller/configuration/ingress-resources/advanced-configuration-with-snippets/
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MAX_DEPTH: Final = 16


class Directive(NamedTuple):
    """One directive of nginx, with its block where it has one."""

    words: tuple[str, ...]
    block: "tuple[Directive, ...] | None" = None

    @property
    def name(self) -> str:
        """Give its first word."""
        return self.words[0] if self.words else ""


def read_snippet(text: str | None) -> tuple[Directive, ...]:
    """Read as far as it can be read; what is behind a mistake is left out."""
    tokens = [one for one in _TOKEN.findall(text or "") if not one.startswith("#")]
    return _block(iter(tokens), 0)


def asks(directives: tuple[Directive, ...]) -> str | None:
    """Give the location that `auth_request` asks, `off`, or None where the directive is not there."""
    return next(
        (one.words[1] for one in directives if one.name == "auth_request" and len(one.words) > 1), None
    )


def headers_set(directives: tuple[Directive, ...]) -> dict[str, str]:
    """Give what `proxy_set_header` writes: name in lower case, value."""
    found = (one.words[1:3] for one in directives if one.name == "proxy_set_header" and len(one.words) > 2)
    return {name.lower(): value for name, value in found}


def answered(directives: tuple[Directive, ...]) -> dict[str, str]:
    """Give the variables that hold headers of the answer: variable, name of the header."""
    found: dict[str, str] = {}
    for one in directives:
        if one.name == "auth_request_set" and len(one.words) > 2:
            header = one.words[2].removeprefix("$upstream_http_")
            if header != one.words[2]:
                found[one.words[1]] = header.replace("_", "-")
    return found


def locations(directives: tuple[Directive, ...]) -> Iterator[tuple[tuple[str, ...], tuple[Directive, ...]]]:
    """Give each location: what it matches, what is in it."""
    for one in directives:
        if one.name == "location" and one.block is not None:
            yield one.words[1:], one.block


def hides_authorization(directives: tuple[Directive, ...]) -> bool:
    """Whether the client's own Authorization does not go on from a location."""
    if any(one.words == ("proxy_pass_request_headers", "off") for one in directives):
        return True
    value = headers_set(directives).get("authorization")
    return value is not None and "$http_authorization" not in value


# --- private ---

_TOKEN: Final = re.compile(
    r"""#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[;{}]|(?:\$\{|[^\s;{}"'])[^\s;{]*"""
)


def _block(tokens: Iterator[str], depth: int) -> tuple[Directive, ...]:
    found: list[Directive] = []
    words: list[str] = []
    for token in tokens:
        match token:
            case ";":
                found.append(Directive(tuple(words)))
                words = []
            case "{":
                if depth >= MAX_DEPTH:
                    return tuple(found)
                found.append(Directive(tuple(words), _block(tokens, depth + 1)))
                words = []
            case "}":
                return tuple(found)
            case _:
                words.append(token[1:-1] if token[0] in "\"'" and len(token) > 1 else token)
    return tuple(found)
