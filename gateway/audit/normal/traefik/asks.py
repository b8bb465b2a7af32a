"""Whom do these middlewares ask, and does the client's token get past them?

ForwardAuth deletes from the request what `authResponseHeaders` and `authResponseHeadersRegex` name, and puts
there what the answer has of it; every other header of the client goes on
(https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/forwardauth/).
"""

import re
from collections.abc import Sequence
from typing import Final

from gateway.audit.estate.place import Place
from gateway.audit.exposure import Auth, Mechanism, Reaches, TokenFate
from gateway.audit.normal.asked import asked
from gateway.audit.normal.traefik.chain import MISSING, Step
from gateway.audit.normal.traefik.spelled import entries, get, is_on, word, words
from gateway.config.tree import Node

AUTHORIZATION: Final = "authorization"
KNOWN_HEADERS: Final = (
    *(AUTHORIZATION, "cookie", "proxy-authorization", "x-api-key"),
    *("x-auth-subject", "x-auth-issuer", "x-auth-client", "x-auth-scopes"),
)
"""Of an expression it is asked whether it means these."""
DIALECTS: Final = frozenset({"nginx", "traefik", "caddy", "haproxy", "envoy"})
PASSWORDS: Final = frozenset({"basicauth", "digestauth"})
REWRITES: Final = frozenset(
    {"stripprefix", "stripprefixregex", "replacepath", "replacepathregex", "addprefix"}
)


def auth_of(steps: Sequence[Step]) -> Auth | None:
    """Give who is asked: our own gateway before others, another server before what Traefik checks itself."""
    found = [one for one in (_auth(step) for step in steps) if one is not None]
    return min(found, key=_weight, default=None)


def redirects(steps: Sequence[Step], *, is_clear: bool) -> bool:
    """Whether no request comes to the end: a clear one is sent to https."""
    return is_clear and any(step.kind == "redirectscheme" for step in steps)


def fate_of(steps: Sequence[Step], place: Place) -> TokenFate:
    """Say what becomes of the client's Authorization; the last step that takes it away decides.

    `place` is the router's, for where no step says anything.
    """
    for step in reversed(steps):
        if (node := _taken_by(step)) is not None:
            return TokenFate(Reaches.NO, f"{_NAMES.get(step.kind, step.kind)} {_TAKES}", step.place(node))
    for step in steps:
        if step.kind in {MISSING, "plugin"}:
            why = (
                "a middleware that was not given decides" if step.kind == MISSING else "a plug-in may take it"
            )
            return TokenFate(Reaches.CANNOT_TELL, why, step.place())
    for step in steps:
        if step.kind == "forwardauth":
            node = get(step.node, "authResponseHeaders") or get(step.node, "address")
            if is_unsure(step.node):
                return TokenFate(Reaches.CANNOT_TELL, _UNSURE, step.place(node))
            return TokenFate(Reaches.YES, _LACKS, step.place(node))
        if step.kind in PASSWORDS:
            return TokenFate(Reaches.YES, "removeHeader is not true", step.place())
    return TokenFate(Reaches.YES, "nobody takes it away", place)


def taken_headers(forward_auth: Node) -> frozenset[str]:
    """Give the headers that a ForwardAuth takes from the client, in lower case."""
    listed = frozenset(one.lower() for one in words(forward_auth, "authResponseHeaders"))
    pattern = word(forward_auth, "authResponseHeadersRegex") or ""
    compiled = _compiled(pattern)
    if compiled is None:
        return listed
    return listed | {one for one in KNOWN_HEADERS if compiled.search(_canonical(one))}


def is_unsure(forward_auth: Node) -> bool:
    """Whether it has an expression that is not read here, for what it may cost."""
    pattern = word(forward_auth, "authResponseHeadersRegex") or ""
    return bool(pattern) and _compiled(pattern) is None


def set_headers(step: Step) -> dict[str, Node]:
    """Give the headers that a `headers` middleware sets or takes from the request, in lower case."""
    if step.kind != "headers":
        return {}
    return {name.lower(): node for name, node in entries(step.node, "customRequestHeaders")}


# --- private ---

_TAKES: Final = "takes it from the request"
_LACKS: Final = "Authorization is not among those that authResponseHeaders replaces"
_UNSURE: Final = "authResponseHeadersRegex is not read here"
_NAMES: Final = {
    "forwardauth": "forwardAuth",
    "basicauth": "basicAuth",
    "digestauth": "digestAuth",
    "headers": "headers",
}
_PLUGINS: Final = (
    (("jwt",), Mechanism.JWT),
    (("oidc", "openid", "keycloak"), Mechanism.OIDC),
    (("apikey",), Mechanism.API_KEY),
    (("auth", "introspect", "ldap", "hmac", "saml", "opa", "token"), Mechanism.UNKNOWN),
)
_MOST_PATTERN: Final = 200
_REPEATED_GROUP: Final = re.compile(r"\)[*+?{]")
_REPEATS: Final = re.compile(r"[*+?{]")
_MOST_REPEATS: Final = 4
"""With so few, and none of a group, even a hopeless search is over in thousands of steps."""


def _auth(step: Step) -> Auth | None:
    match step.kind:
        case "forwardauth":
            return _forward_auth(step)
        case "basicauth" | "digestauth":
            return Auth(mechanism=Mechanism.BASIC, place=step.place())
        case "plugin":
            return _plugin(step)
        case _ if step.kind == MISSING:
            return Auth(mechanism=Mechanism.UNKNOWN, place=step.place())
        case _:
            return None


def _forward_auth(step: Step) -> Auth:
    address = get(step.node, "address")
    whom = asked(word(address) or "")
    ours = whom is not None and whom.dialect in DIALECTS
    sent = words(step.node, "authRequestHeaders")
    return Auth(
        mechanism=Mechanism.EXTERNAL,
        place=step.place(address),
        url=whom.url if whom else None,
        service=whom.service if whom else None,
        dialect=whom.dialect if whom and ours else None,
        policy=whom.policy if whom and ours else None,
        request_headers=frozenset(one.lower() for one in sent) if sent else None,
        response_headers=taken_headers(step.node),
    )


def _plugin(step: Step) -> Auth | None:
    for name, node in entries(step.node):
        plain = name.lower().replace("-", "").replace("_", "")
        for known, mechanism in _PLUGINS:
            if any(one in plain for one in known):
                return Auth(mechanism=mechanism, place=step.place(node))
    return None


def _weight(auth: Auth) -> int:
    """The smallest counts."""
    if auth.dialect is not None:
        return 0
    return 1 if auth.mechanism is Mechanism.EXTERNAL else 2 if auth.mechanism is not Mechanism.UNKNOWN else 3


def _taken_by(step: Step) -> Node | None:
    """The line by which the client's Authorization is taken away."""
    match step.kind:
        case "forwardauth" if AUTHORIZATION in taken_headers(step.node):
            listed = AUTHORIZATION in (one.lower() for one in words(step.node, "authResponseHeaders"))
            return get(step.node, "authResponseHeaders" if listed else "authResponseHeadersRegex")
        case "basicauth" | "digestauth" if is_on(step.node, "removeHeader"):
            return get(step.node, "removeHeader")
        case "headers":
            return set_headers(step).get(AUTHORIZATION)
        case _:
            return None


def _compiled(pattern: str) -> "re.Pattern[str] | None":
    if not pattern or len(pattern) > _MOST_PATTERN or _REPEATED_GROUP.search(pattern):
        return None
    if len(_REPEATS.findall(pattern)) > _MOST_REPEATS:
        return None
    try:
        return re.compile(pattern)
    except (re.error, OverflowError):
        return None


def _canonical(name: str) -> str:
    """Spell it as Go does: the expression meets it so."""
    return "-".join(part.capitalize() for part in name.split("-"))
