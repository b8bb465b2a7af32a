"""Does the client's credential go on to the backend? NGX-006, NGX-007."""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.nginx_levels import nginx_of
from gateway.audit.exposure import Auth, Mechanism, Reaches, Tls
from gateway.audit.normal.log_format import variables
from gateway.audit.normal.nginx_headers import header_lines, not_given, sources
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import ANNOTATIONS, PROXY, asking, locations, protected
from gateway.config.problem import show
from gateway.core.mint import IDENTITY_HEADERS
from gateway.core.policy import CookieCredential, HeaderCredential


def _survives(view: View) -> Iterator[Hit]:
    for one, auth in protected(view):
        if one.tls is Tls.PASSED_THROUGH or auth.mechanism not in _VERIFYING:
            continue
        match one.token.reaches:
            case Reaches.YES if auth.mechanism is Mechanism.EXTERNAL:
                yield Hit(one.token.place, "the client's Authorization is passed on to the backend")
            case Reaches.YES:
                what = "nginx checks the token, and passes it on to the backend"
                yield Hit(one.token.place, what, Severity.MEDIUM)
            case Reaches.CANNOT_TELL:
                what = "whether the client's Authorization is passed on cannot be told"
                yield Hit(one.token.place, what, Severity.MEDIUM)
            case Reaches.NO:
                pass


def _unlisted(view: View) -> Iterator[Hit]:
    for one, auth in asking(view):
        replaced = auth.response_headers
        if replaced is None or "authorization" not in replaced or not one.backends:
            continue
        for name in _wanted(view, auth):
            if name not in replaced:
                yield Hit(one.token.place, f"what a client says in {show(name)} is passed on", about=name)
    yield from _unset(view)


def _unset(view: View) -> Iterator[Hit]:
    """In nginx.conf; where something is included that was not given, it may be set there."""
    nginx = view.estate.once(nginx_of)
    for level in locations(view):
        asks = level.last("auth_request")
        if asks is None or asks.first == "off" or not_given(level):
            continue
        for line in header_lines(level):
            for name in variables(" ".join(line.arguments[1:])):
                if sources(level, name, nginx) is None:
                    what = f"{show(line.first)} is set from a variable that nothing sets"
                    yield Hit(level.place(line), what, Severity.MEDIUM)


def _wanted(view: View, auth: Auth) -> Iterator[str]:
    """What only our gateway may say, and what carries a credential of its policy."""
    if auth.dialect is None:
        return
    yield from (name.decode() for name in IDENTITY_HEADERS)
    policy = (view.policies or {}).get(auth.policy or "")
    for one in policy.credentials if policy else ():
        match one:
            case HeaderCredential():
                yield one.name
            case CookieCredential():
                yield "cookie"
            case _:
                pass


_VERIFYING: Final = frozenset({Mechanism.EXTERNAL, Mechanism.JWT, Mechanism.OIDC})

RULES: Final = (
    Rule(
        id="NGX-006",
        title="The client's token reaches the backend",
        severity=Severity.HIGH,
        why="The backend, its logs and whatever it calls can use the token as the client could",
        fix="list Authorization in auth-response-headers; in nginx.conf write proxy_set_header Authorization "
        "with a variable of auth_request_set",
        check=_survives,
        references=(f"{ANNOTATIONS}#external-authentication", f"{PROXY}#proxy_set_header"),
    ),
    Rule(
        id="NGX-007",
        title="A client can say what only the gateway may say",
        severity=Severity.HIGH,
        why="A header that is not replaced is the client's own: a name or a credential that nobody "
        "has checked",
        fix="list it in auth-response-headers; in nginx.conf set it with proxy_set_header, to nothing "
        "if need be",
        check=_unlisted,
        references=(f"{ANNOTATIONS}#external-authentication", f"{PROXY}#proxy_set_header"),
    ),
)
