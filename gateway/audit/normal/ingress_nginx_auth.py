"""Who is asked about a path of an Ingress of ingress-nginx, and does the client's token go on?

As ingress-nginx does it (internal/ingress/annotations, rootfs/etc/nginx/template/nginx.tmpl; compared with
1.15.1: tests/audit/witnessed), and as Traefik's provider for the same annotations does it
(pkg/provider/kubernetes/ingress-nginx). An auth-url that cannot be used refuses every request, but three
neighbours of it with a value that is not valid take the question away without a word.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import members, text
from gateway.audit.estate.nginx_syntax import Directive, read_nginx
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Auth, AuthCache, Fails, Mechanism, Reaches, Tls, TokenFate
from gateway.audit.normal.asked_url import asked_url
from gateway.audit.normal.ingress_nginx_annotations import NginxIngress
from gateway.audit.normal.ingress_nginx_settings import Said, Settings

AUTHORIZATION: Final = "authorization"


def auth_of(one: NginxIngress, path: str, settings: Settings, tls: Tls = Tls.UNKNOWN) -> Auth | None:
    """Give what a request for this path has to pass; None where nobody is asked."""
    if not one.is_traefik and path.startswith(settings.no_auth_locations):
        return None
    found = _external(one, settings) or _by_snippet(one, settings) or _by_itself(one, tls)
    if found is not None and not one.is_traefik and _lets_addresses_in(one):
        return replace(found, fails=Fails.OPEN)
    return found


def token_fate(one: NginxIngress, auth: Auth | None, settings: Settings, estate: Estate) -> TokenFate:
    """Say whether the client's Authorization reaches the pods, and by which line, where it is seen."""
    if (
        auth is not None
        and auth.mechanism is Mechanism.EXTERNAL
        and AUTHORIZATION in (auth.response_headers or ())
    ):
        why = "Authorization is replaced by that of the answer, or removed"
        return TokenFate(Reaches.NO, why, _headers_place(one, auth, settings))
    return (
        _by_lines_of_its_own(one, settings)
        or _by_set_headers(settings, estate)
        or _by_mechanism(one, auth, settings)
    )


def snippet(one: NginxIngress, name: str) -> tuple[Directive, ...]:
    """Give the directives of a snippet annotation; their lines are those of the snippet."""
    found = one.get(name)
    return read_nginx(found.value, one.ingress.file).directives if found else ()


def taking_away(one: NginxIngress) -> tuple[str, ...]:
    """Name the neighbours of auth-url that are not valid: with each of them ingress-nginx drops auth-url."""
    written = {} if one.is_traefik else {name: one.get(name) for name in _VALID}
    return tuple(
        name for name, said in written.items() if said is not None and not _VALID[name].fullmatch(said.value)
    )


# --- private ---


def _external(one: NginxIngress, settings: Settings) -> Auth | None:
    said = None if taking_away(one) else one.get("auth-url")
    if said is not None:
        cache, duration = one.get("auth-cache-key"), one.get("auth-cache-duration")
        return _asks(said, one.get("auth-response-headers"), cache, duration)
    if one.truth("enable-global-auth") is False:
        return None
    if one.is_traefik:  # its option has no list of its own: the annotation's is taken
        said = settings.get("globalauthurl")
        return _asks(said, one.get("auth-response-headers"), None, None) if said else None
    said = settings.get("global-auth-url")
    if said is None or not _is_usable(said.value):  # it warns, and asks nobody
        return None
    cache, duration = settings.get("global-auth-cache-key"), settings.get("global-auth-cache-duration")
    return _asks(said, settings.get("global-auth-response-headers"), cache, duration)


def _asks(said: Said, headers: Said | None, key: Said | None, duration: Said | None) -> Auth:
    url = asked_url(said.value)
    names = (name.strip().lower() for name in headers.value.split(",")) if headers else ()
    return Auth(
        mechanism=Mechanism.EXTERNAL,
        place=said.place,
        url=url.url if url else None,
        service=url.service if url else None,
        dialect=url.dialect if url else None,
        policy=url.policy if url else None,
        response_headers=frozenset(name for name in names if name),
        cache=AuthCache(key.value, duration.value if duration else None, key.place) if key else None,
    )


def _lets_addresses_in(one: NginxIngress) -> bool:
    """With `satisfy any` an address that is allowed is enough."""
    satisfy = one.get("satisfy")
    listed = one.get("whitelist-source-range") or one.get("allowlist-source-range")
    return satisfy is not None and satisfy.value == "any" and listed is not None


def _is_usable(url: str) -> bool:
    """Whether it has a scheme and a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc) and ".." not in parts.netloc


def _by_snippet(one: NginxIngress, settings: Settings) -> Auth | None:
    asks = ("auth_request", "auth_jwt", "access_by_lua_block", "access_by_lua_file")
    counts = not one.is_traefik and settings.reads_snippets
    if counts and any(
        line.name in asks and line.first != "off" for line in _flat(snippet(one, "configuration-snippet"))
    ):
        return Auth(mechanism=Mechanism.UNKNOWN, place=one.place("configuration-snippet"))
    return None


def _by_itself(one: NginxIngress, tls: Tls) -> Auth | None:
    """No certificate is asked for in clear."""
    if one.get("auth-type") is not None:  # without a Secret the controller refuses every request
        return Auth(mechanism=Mechanism.BASIC, place=one.place("auth-type"))
    if not one.is_traefik and tls in {Tls.NONE, Tls.OPTIONAL}:
        return None
    verify = one.get("auth-tls-verify-client")
    if one.get("auth-tls-secret") and (verify is None or verify.value.strip() not in _NOT_ASKED):
        return Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=one.place("auth-tls-secret"))
    return None


_NOT_ASKED: Final = frozenset({"off", "optional", "optional_no_ca"})
_VALID: Final = {
    "auth-cache-duration": re.compile(r"[-._~A-Za-z0-9/:, ]*"),
    "auth-request-redirect": re.compile(r"[-._~A-Za-z0-9/:,?&=]*"),
    "auth-always-set-cookie": re.compile(r"1|t|T|TRUE|true|True|0|f|F|FALSE|false|False"),
}
"""What may stand in them."""


def _by_lines_of_its_own(one: NginxIngress, settings: Settings) -> TokenFate | None:
    counts = one.is_traefik or settings.reads_snippets
    for line in _flat(snippet(one, "configuration-snippet")) if counts else ():
        name, value = _set_by(line)
        if name == AUTHORIZATION:
            kept = "$http_authorization" in value
            why = "the snippet passes it on" if kept else "the snippet replaces Authorization"
            place = one.place("configuration-snippet")
            return TokenFate(Reaches.YES if kept else Reaches.NO, why, place)
    return None


def _set_by(line: Directive) -> tuple[str, str]:
    match line.name, line.arguments:
        case "proxy_set_header" | "grpc_set_header", (name, value):
            return name.lower(), value.lower()
        case "more_clear_input_headers", (name, *_):
            return name.lower(), ""
        case "more_set_input_headers", (text_, *_):
            name, _, value = text_.partition(":")
            return name.strip().lower(), value.strip().lower()
        case _:
            return "", ""


def _by_set_headers(settings: Settings, estate: Estate) -> TokenFate | None:
    """`proxy-set-headers` of the ConfigMap names another one, with headers for every backend."""
    named = settings.get("proxy-set-headers")
    namespace, _, name = named.value.partition("/") if named else ("", "", "")
    given = estate.get("ConfigMap", namespace, name)
    for header, node in members(given.node, "data") if given else ():
        if given and header.lower() == AUTHORIZATION and "$http_authorization" not in (text(node) or ""):
            return TokenFate(Reaches.NO, "proxy-set-headers replaces Authorization", given.place(node))
    return None


def _by_mechanism(one: NginxIngress, auth: Auth | None, settings: Settings) -> TokenFate:
    if auth is None:
        return TokenFate(Reaches.YES, "nobody is asked, and nothing is taken away", one.ingress.place())
    if one.get("auth-type") is not None and not one.is_traefik:
        return TokenFate(Reaches.NO, "the controller takes Authorization away", one.place("auth-type"))
    match auth.mechanism:
        case Mechanism.EXTERNAL:
            why = "Authorization is not among those that the answer replaces"
            return TokenFate(Reaches.YES, why, _headers_place(one, auth, settings))
        case Mechanism.BASIC:  # 3.7.9 passes it on, 3.7.15 does not
            why = "newer versions of Traefik take it away, older ones pass it on"
            return TokenFate(Reaches.CANNOT_TELL, why, auth.place)
        case Mechanism.UNKNOWN:
            return TokenFate(Reaches.CANNOT_TELL, "a snippet asks somebody", auth.place)
        case _:
            return TokenFate(Reaches.YES, "what asks takes nothing away", auth.place)


def _headers_place(one: NginxIngress, auth: Auth, settings: Settings) -> Place:
    own = one.get("auth-response-headers")
    if own is not None and (one.is_traefik or one.get("auth-url") is not None):
        return own.place
    listed = settings.get("global-auth-response-headers")
    return listed.place if listed is not None and one.get("auth-url") is None else auth.place


def _flat(directives: tuple[Directive, ...]) -> Iterator[Directive]:
    for one in directives:
        yield one
        yield from _flat(one.block or ())
