"""Whom does HAProxy Ingress ask about a path?

A URL that cannot be used, and a word for `oauth` that it does not know, refuse every request. A Secret of
users that is not there, and auth-external-placement with a word that it does not know, let every request in.
Of the answer's headers only those that are there are written over the client's, so that one that is not there
stays the client's. Seen with 0.16.1: tests/audit/witnessed.
"""

import re
from collections import defaultdict
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at
from gateway.audit.estate.haproxy_syntax import HaproxyText
from gateway.audit.exposure import Auth, Backend, Fails, Mechanism, PathKind, PathMatch
from gateway.audit.normal.asked import Asked, asked, asked_service
from gateway.audit.normal.haproxy_guards import behind, chain_of
from gateway.audit.normal.haproxy_ingress_routes import Route, routes_of, secured_hosts
from gateway.audit.normal.haproxy_keys import Key, Keys, of_config
from gateway.audit.normal.inline import inline_auth
from gateway.audit.normal.pieces import Guard


def guards_of(estate: Estate, route: Route) -> tuple[Guard, ...]:
    """Give who is asked about which part of a path, the first that counts before the others."""
    chain = chain_of(_EMPTY, route.early, route.late).guards
    own = _own(estate, route)
    if own is None:
        inline = inline_auth(estate, route.path.backend, route.ingress.place(route.path.node))
        return chain if inline is None else (Guard(inline), *chain)
    in_backend = own.auth.mechanism is not Mechanism.CLIENT_CERTIFICATE and route.asks is route.keys
    return (behind(own, route.early) if in_backend else own, *chain)


def asked_by(url: str, namespace: str) -> Asked | None:
    """Read an auth-url: `svc://[namespace/]name:port/path` or a URL of HTTP; None refuses every request."""
    scheme, _, rest = url.partition("://")
    if scheme in {"svc", "service"}:
        # no user is meant here, and none is shown
        authority, slash, path = _split_service(rest.rpartition("@")[2])
        name, _, port = authority.rpartition(":")
        owner, _, service = name.rpartition("/")
        return asked_service(owner or namespace, service, port, slash + path) if service and port else None
    return asked(url) if scheme in {"http", "https"} else None


def listed_headers(written: str) -> frozenset[str] | None:
    """Read a list of headers, in lower case; None where any is meant.

    It is cut at the commas alone: ` authorization`, with a blank, is no header's name.
    """
    if written in {"", "-"}:
        return frozenset()
    names = frozenset(written.lower().split(",")) - {""}
    return None if "*" in names else names


def lists(auth: Auth, header: str) -> bool:
    """Whether a header of the answer replaces the client's; `x-auth-*` and `x-use?` are patterns."""
    if auth.response_headers is None:
        return True
    return any(_matches(header, one) for one in auth.response_headers)


def header_lines(written: str) -> dict[str, str]:
    """Read `name: value`, line by line; names in lower case."""
    found: dict[str, str] = {}
    for line in written.splitlines():
        name, _, value = line.strip().replace("\t", " ").partition(" ")
        if ":" in name:
            name, _, more = name.partition(":")
            value = f"{more} {value}"
        if name:
            found[name.lower()] = value.strip().removeprefix(":").strip()
    return found


# --- private ---

_EMPTY: Final = HaproxyText((), ())
_OAUTH: Final = frozenset({"oauth2_proxy", "oauth2-proxy"})
_OAUTH_HEADER: Final = re.compile(r"([A-Za-z0-9-]+)(?::[^:'\" ]+)?")


def _own(estate: Estate, route: Route) -> Guard | None:
    """Who is asked by annotations."""
    oauth = route.keys.found("oauth")
    if oauth is not None and not (_is_asked(estate, route) and oauth.value in _OAUTH):
        return _oauth(estate, route, oauth)
    if route.asks is not None and route.url is not None:
        whom = asked_by(route.url.value, route.ingress.namespace)
        return Guard(_external(route.asks, route.url, whom))
    auth = _by_password(estate, route) or _by_certificate(estate, route)
    return None if auth is None else Guard(auth)


def _split_service(rest: str) -> tuple[str, str, str]:
    """The namespace's slash stands before the port, the path's behind it."""
    before, colon, after = rest.partition(":")
    port, slash, path = after.partition("/")
    return f"{before}{colon}{port}", slash, path


def _matches(header: str, pattern: str) -> bool:
    return re.fullmatch(_pattern(pattern), header) is not None


def _pattern(written: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in written)


def _external(keys: Keys, url: Key, whom: Asked | None) -> Auth:
    return Auth(
        mechanism=Mechanism.EXTERNAL,
        place=url.place,
        url=whom.url if whom else None,
        service=whom.service if whom else None,
        dialect=whom.dialect if whom else None,
        policy=whom.policy if whom else None,
        request_headers=listed_headers(_list(keys, "auth-headers-request")),
        response_headers=listed_headers(_list(keys, "auth-headers-succeed")),
        removes_unanswered=False,
    )


def _list(keys: Keys, name: str) -> str:
    """Blanks count, those at the ends too."""
    found = keys.found(name)
    return "*" if found is None else found.value


# --- oauth ---


def _is_asked(estate: Estate, route: Route) -> bool:
    """Whether any path to this Service has an auth-url: then `oauth` counts for none of them."""
    return _target(route) in estate.once(_asked_targets)


def _asked_targets(estate: Estate) -> frozenset[Backend | None]:
    return frozenset(_target(one) for one in routes_of(estate) if one.keys.get("auth-url"))


def _by_path(estate: Estate) -> dict[str, tuple[Route, ...]]:
    found: defaultdict[str, list[Route]] = defaultdict(list)
    for one in routes_of(estate):
        found[one.path.path.rstrip("/")].append(one)
    return {path: tuple(those) for path, those in found.items()}


def _target(route: Route) -> Backend | None:
    return route.path.backend


def _oauth(estate: Estate, route: Route, oauth: Key) -> Guard:
    """The proxy is looked for among the paths of the namespace, and what is below its own path here goes
    unasked, whoever serves it.
    """
    given = route.keys.get("oauth-uri-prefix")
    prefix = (given.value if given is not None else "/oauth2").rstrip("/")
    auth = Auth(
        mechanism=Mechanism.EXTERNAL,
        place=oauth.place,
        url=prefix,
        response_headers=_answered_headers(route.keys.text("oauth-headers", "X-Auth-Request-Email")),
        removes_unanswered=False,
    )
    places = estate.once(_by_path).get(prefix, ())
    is_known = any(one.ingress.namespace == route.ingress.namespace for one in places)
    if oauth.value not in _OAUTH or not is_known or any(one.path.host == route.path.host for one in places):
        return Guard(auth)
    return Guard(auth, but=(PathMatch(PathKind.BEGINS_WITH, f"{prefix}/"),))


def _answered_headers(written: str) -> frozenset[str]:
    """`name` or `name:of-the-answer`; what is written in any other way is left out."""
    found = (_OAUTH_HEADER.fullmatch(one) for one in written.split(","))
    return frozenset(one[1].lower() for one in found if one is not None)


# --- passwords and certificates ---


def _by_password(estate: Estate, route: Route) -> Auth | None:
    """None where its Secret cannot be read: nobody is asked then."""
    found = route.keys.get("auth-secret")
    if found is None:
        return None
    owner, _, name = found.value.rpartition("/")
    namespace = route.ingress.namespace
    config = route.keys.config
    if owner not in {"", namespace} and config is not None:
        allowed = of_config(config, "cross-namespace-secrets-passwd")
        if allowed is None or allowed.value.lower() != "allow":
            return None
    secret = estate.get("Secret", owner or namespace, name)
    if secret is None and estate.shows("Secret", owner or namespace):
        return None
    if secret is not None and not any(at(secret.node, one, "auth") for one in ("data", "stringData")):
        return None
    return Auth(mechanism=Mechanism.BASIC, place=found.place)


def _by_certificate(estate: Estate, route: Route) -> Auth | None:
    """Only over TLS is a certificate asked for. Every word but the three that say so requires one; without
    auth-tls-strict whoever comes is let in where the Secret cannot be read.
    """
    keys = route.keys
    found = keys.get("auth-tls-secret")
    if found is None or keys.text("auth-tls-verify-client") in _NOT_REQUIRED:
        return None
    is_only = route.path.host in estate.once(secured_hosts) and keys.is_true("ssl-redirect", default=True)
    is_strict = keys.is_true("auth-tls-strict", default=True)
    fails = Fails.CLOSED if is_strict else Fails.OPEN
    if not is_only:
        return None
    return Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=found.place, fails=fails)


_NOT_REQUIRED: Final = frozenset({"off", "optional", "optional_no_ca"})
