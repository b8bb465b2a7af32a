"""The directives of a Caddyfile's first site."""

from gateway.audit.estate.caddy_syntax import Directive, read_caddyfile


def directives(text: str) -> tuple[Directive, ...]:
    found = read_caddyfile(f"a.example {{\n{text}\n}}\n", "Caddyfile")
    assert not found.problems, found.problems
    return found.directives[0].block or ()


def directive(text: str) -> Directive:
    (found,) = directives(text)
    return found
