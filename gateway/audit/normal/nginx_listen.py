"""Is the way to this server of nginx encrypted?"""

from typing import Final

from gateway.audit.estate.nginx_levels import Level
from gateway.audit.estate.nginx_syntax import Directive
from gateway.audit.exposure import Tls


def tls_of(level: Level) -> Tls:
    """Judge by its `listen` lines. UNKNOWN where only this machine can reach it: something is before it."""
    server = level.nearest("server")
    lines = server.own("listen") if server else []
    if server is None:
        return Tls.UNKNOWN
    legacy = server.says("ssl", "on")
    encrypted = [_is_encrypted(one) or legacy for one in lines]
    clear = [one for one, ssl in zip(lines, encrypted, strict=True) if not ssl]
    if lines and all(encrypted):
        return Tls.ONLY
    if lines and all(_is_here(one) for one in clear):
        return Tls.UNKNOWN
    if any(encrypted):
        return Tls.ONLY if _redirects(server) else Tls.OPTIONAL
    return Tls.NONE


def has_certificate(level: Level) -> bool:
    """Whether a certificate is named that holds here: with `ssl` nginx does not start without one."""
    included = any(one.first != "mime.types" for up in level.chain() for one in up.own("include"))
    named = level.last("ssl_certificate") is not None or level.says("ssl_reject_handshake", "on")
    return named or included  # by a file that was not given


# --- private ---

_HERE: Final = ("127.", "localhost", "[::1]", "unix:")


def _is_encrypted(line: Directive) -> bool:
    return bool({"ssl", "quic"}.intersection(line.arguments[1:]))


def _is_here(line: Directive) -> bool:
    return line.first.startswith(_HERE)


def _redirects(server: Level) -> bool:
    """`if ($scheme = http) { return 301 https://...; }`, as certbot writes it, and the like."""
    for one in server.below("if"):
        asked = " ".join(one.head.arguments) if one.head else ""
        about = "$scheme" in asked or "$https" in asked or "$host" in asked
        if about and any(
            line.first.startswith(("301", "302", "307", "308", "https")) for line in one.own("return")
        ):
            return True
    return False
