"""What of the client gets past the one who was asked?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.exposure import Reaches
from gateway.audit.normal.asked import asked
from gateway.audit.normal.traefik.asks import (
    AUTHORIZATION,
    DIALECTS,
    PASSWORDS,
    fate_of,
    is_unsure,
    set_headers,
    taken_headers,
)
from gateway.audit.normal.traefik.spelled import is_on, word, words
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.traefik.given import FORWARD_AUTH, MIDDLEWARES, Defined, after, defined, users
from gateway.config.problem import show
from gateway.dialects.snippets.settings import IDENTITY, canonical, credential_headers, takes_cookies


def _token_survives(view: View) -> Iterator[Hit]:
    for one in defined(view, "forwardauth"):
        if is_unsure(one.node):
            continue
        taken = taken_headers(one.node)
        for header in (AUTHORIZATION, *_of_the_policy(view, one)):
            if header not in taken and not _is_taken_later(view, one, header):
                what = f"{show(canonical(header))} is not among the headers that it replaces"
                yield Hit(one.place("authResponseHeaders"), what, about=header)


def _loose_expression(view: View) -> Iterator[Hit]:
    for one in defined(view, "forwardauth"):
        pattern = word(one.node, "authResponseHeadersRegex") or ""
        if pattern and not _is_anchored(pattern):
            what = "the expression may match a part of another header's name"
            yield Hit(one.place("authResponseHeadersRegex"), what)


def _password_survives(view: View) -> Iterator[Hit]:
    for one in defined(view, *PASSWORDS):
        if not is_on(one.node, "removeHeader") and not _is_taken_later(view, one, AUTHORIZATION):
            yield Hit(one.place("removeHeader"), "removeHeader is not true: the backend gets the password")


def _identity_survives(view: View) -> Iterator[Hit]:
    for one in defined(view, "forwardauth"):
        if not _is_ours(one) or is_unsure(one.node):
            continue
        taken = taken_headers(one.node)
        lacking = [
            header
            for header in IDENTITY
            if header.lower() not in taken and not _is_taken_later(view, one, header.lower())
        ]
        if lacking:
            what = f"a client may say {', '.join(lacking)} itself"
            yield Hit(one.place("authResponseHeaders"), what)


def _asks_too_little(view: View) -> Iterator[Hit]:
    for one in defined(view, "forwardauth"):
        if _is_ours(one) and words(one.node, "authRequestHeaders"):
            what = "the gateway is shown only some of the client's headers"
            yield Hit(one.place("authRequestHeaders"), what)


# --- private ---


def _is_ours(one: Defined) -> bool:
    whom = asked(word(one.node, "address") or "")
    return whom is not None and whom.dialect in DIALECTS


def _of_the_policy(view: View, one: Defined) -> tuple[str, ...]:
    """The other headers in which the policy takes credentials."""
    whom = asked(word(one.node, "address") or "")
    if whom is None or whom.policy is None or view.policies is None or whom.policy not in view.policies:
        return ()
    policy = view.policies[whom.policy]
    named = tuple(header.lower() for header in credential_headers(policy))
    return (*named, "cookie") if takes_cookies(policy) else named


def _is_taken_later(view: View, one: Defined, header: str) -> bool:
    """Whether every router that passes it takes the header away after that."""
    routes = users(view, one)
    if header == AUTHORIZATION and routes:
        return all(fate_of(route.steps, route.router.place).reaches is Reaches.NO for route in routes)
    return bool(routes) and all(
        any(header in set_headers(step) for step in after(route, one)) for route in routes
    )


def _is_anchored(pattern: str) -> bool:
    bare = pattern.removeprefix("(?i)")
    if not (bare.startswith("^") and bare.endswith("$")):
        return False
    depth = 0
    for one in bare:
        depth += {"(": 1, ")": -1}.get(one, 0)
        if one == "|" and depth == 0:
            return False
    return True


TOKEN_SURVIVES: Final = Rule(
    id="TRF-003",
    title="The client's token reaches the backend",
    severity=Severity.HIGH,
    why="ForwardAuth takes away only what authResponseHeaders names. Any other header goes on as the client "
    "sent it, and with it a token that the backend can use in the client's name.",
    fix="add Authorization, and every other header that carries a credential, to authResponseHeaders",
    check=_token_survives,
    references=(FORWARD_AUTH,),
)
LOOSE_EXPRESSION: Final = Rule(
    id="TRF-004",
    title="An expression for headers is not anchored",
    severity=Severity.MEDIUM,
    why="It takes and copies every header in whose name it is found somewhere, also those that nobody had in "
    "mind.",
    fix="write ^ before it and $ behind it, with parentheses around alternatives; or list the headers",
    check=_loose_expression,
    references=(FORWARD_AUTH,),
)
PASSWORD_SURVIVES: Final = Rule(
    id="TRF-021",
    title="The client's password reaches the backend",
    severity=Severity.MEDIUM,
    why="Traefik has checked the password, and the backend has no use for it: it gets into its logs, and to "
    "whoever reads these.",
    fix="set removeHeader to true",
    check=_password_survives,
    references=(f"{MIDDLEWARES}basicauth/",),
)
IDENTITY_SURVIVES: Final = Rule(
    id="TRF-022",
    title="A client may say who it is",
    severity=Severity.HIGH,
    why="The gateway says in these headers who the client is. One that authResponseHeaders does not name "
    "reaches the backend as the client has written it.",
    fix=f"add {', '.join(IDENTITY)} to authResponseHeaders",
    check=_identity_survives,
    references=(FORWARD_AUTH,),
)
ASKS_TOO_LITTLE: Final = Rule(
    id="TRF-026",
    title="The gateway does not see every header",
    severity=Severity.LOW,
    why="The gateway refuses a request whose headers the backend may read otherwise than it does, such as a "
    "second token or X_Auth_Subject. It cannot refuse what it is not shown.",
    fix="leave authRequestHeaders out",
    check=_asks_too_little,
    references=(FORWARD_AUTH,),
)
