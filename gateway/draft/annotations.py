"""Which annotations of an Ingress change who gets in, where requests go, or who else sees them?"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple


class Remark(NamedTuple):
    """What there is to say about one of them."""

    name: str
    what: str
    fix: str


def remarks(annotations: Mapping[str, str]) -> Iterator[Remark]:
    """Give what the operator should look at before the snippet is applied."""
    for name in annotations:
        prefix, _, short = name.rpartition("/")
        if prefix in _PREFIXES and short in _REMARKS:
            yield Remark(name, *_REMARKS[short])


def is_canary(annotations: Mapping[str, str]) -> bool:
    """Whether it only takes a part of the requests of another Ingress."""
    return annotations.get(f"{NGINX}canary") == "true"


def wants_regex(annotations: Mapping[str, str]) -> bool:
    """Whether ingress-nginx reads every path of its hosts as a regular expression."""
    return annotations.get(f"{NGINX}use-regex") == "true" or f"{NGINX}rewrite-target" in annotations


def rewrites(annotations: Mapping[str, str]) -> bool:
    """Whether the backend gets another path than the client asked for."""
    return any(
        name.rpartition("/")[2] in {"rewrite-target", "rewrites", "path-rewrite"}
        or name == "traefik.ingress.kubernetes.io/rewrite-target"
        for name in annotations
    )


NGINX: Final = "nginx.ingress.kubernetes.io/"

# --- private ---

_PREFIXES: Final = frozenset(
    {
        *("nginx.ingress.kubernetes.io", "nginx.org", "nginx.com"),
        *("haproxy-ingress.github.io", "ingress.kubernetes.io", "haproxy.org"),
        "traefik.ingress.kubernetes.io",
    }
)
_OTHER_AUTH: Final = (
    "something else is asked there who may get in",
    "replace it by the snippet's annotations, or leave this Ingress as it is",
)
_SNIPPET: Final = (
    "configuration that this command does not read",
    "check that it neither answers nor routes in place of what was judged",
)
_ANSWERS: Final = ("the controller answers itself, before anybody is asked", "check that this is meant")
_REMARKS: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(("auth-url", "auth-signin", "auth-type", "auth-secret", "auth-realm"), _OTHER_AUTH),
    **dict.fromkeys(("basic-auth-secret", "jwt-key", "policies", "oauth"), _OTHER_AUTH),
    **dict.fromkeys(("server-snippet", "configuration-snippet", "auth-snippet"), _SNIPPET),
    **dict.fromkeys(("server-snippets", "location-snippets", "config-backend"), _SNIPPET),
    **dict.fromkeys(("permanent-redirect", "temporal-redirect", "app-root"), _ANSWERS),
    "router.middlewares": (
        "its middlewares are not read",
        "put the snippet's before them, and take away what asks somebody else",
    ),
    "auth-tls-secret": (
        "client certificates are asked for",
        "see client_certificate in config/README.md, to make a requirement of them",
    ),
    "auth-cache-key": (
        "one client's decision would answer for another's request",
        "remove it",
    ),
    "satisfy": ("with `any` an address is enough, and the gateway is not heard", "remove it"),
    "custom-http-errors": (
        "another backend answers in place of a refusal, and gets the client's credentials",
        "take 401 and 403 out of it",
    ),
    "mirror-target": (
        "requests are copied to somebody else, with the client's token",
        "remove it, or let the copy go without Authorization",
    ),
    "server-alias": (
        "its hosts are not among those of the policy",
        "add them to `hosts` where the same routes hold for them",
    ),
}
