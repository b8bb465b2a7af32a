"""Are answers kept, and for whom? NGX-008 to NGX-010."""

from collections.abc import Iterator
from typing import Final

from gateway.audit.exposure import Auth, AuthCache
from gateway.audit.normal.log_format import variables
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import ANNOTATIONS, PROXY, asking
from gateway.core.policy import CookieCredential, CredentialSource, HeaderCredential, QueryCredential


def _shared(view: View) -> Iterator[Hit]:
    for auth, cache in _caches(view):
        used = frozenset(variables(cache.key))
        policy = (view.policies or {}).get(auth.policy or "")
        if policy is not None:
            lacking = any(not _is_in(used, one) for one in policy.credentials)
        elif auth.dialect is not None:
            lacking = "http_authorization" not in used
        else:
            lacking = not any(one.startswith(_CREDENTIALS) for one in used)
        if lacking:
            yield Hit(cache.place, "the key of the kept answers lacks the client's credential")


def _is_in(used: frozenset[str], credential: CredentialSource) -> bool:
    match credential:
        case HeaderCredential(name=name):
            return f"http_{name.replace('-', '_')}" in used
        case CookieCredential(name=name):
            return "http_cookie" in used or f"cookie_{name.lower()}" in used
        case QueryCredential(name=name):
            return bool(_TARGET.intersection(used)) or f"arg_{name.lower()}" in used
        case _:
            return "http_authorization" in used


def _kept(view: View) -> Iterator[Hit]:
    for _, cache in _caches(view):
        yield Hit(cache.place, "answers are kept, and used again without asking")


def _elsewhere(view: View) -> Iterator[Hit]:
    for _, cache in _caches(view):
        used = frozenset(variables(cache.key))
        about_path = used & {*_TARGET, "uri", "document_uri"}
        if not about_path or not used & {"request_method", "request"}:
            yield Hit(cache.place, "the key of the kept answers lacks the method or the path")


def _caches(view: View) -> Iterator[tuple[Auth, AuthCache]]:
    return ((auth, auth.cache) for _, auth in asking(view) if auth.cache is not None)


_TARGET: Final = frozenset({"request_uri", "request", "args", "query_string"})
_CREDENTIALS: Final = ("http_authorization", "http_cookie", "cookie_", "http_x_api_key")

RULES: Final = (
    Rule(
        id="NGX-008",
        title="One client gets the answer that was meant for another",
        severity=Severity.CRITICAL,
        why="Whoever asks for the same key comes in as the first one did, with the token minted for that one",
        fix="remove the cache; or put every credential that is accepted into the key",
        check=_shared,
        references=(f"{ANNOTATIONS}#external-authentication", f"{PROXY}#proxy_cache_key"),
    ),
    Rule(
        id="NGX-009",
        title="Answers are kept after they may have changed",
        severity=Severity.MEDIUM,
        why="A token that was revoked goes on to work, a refusal outlives its reason, and minted "
        "tokens lie on disk",
        fix="remove the cache: the gateway remembers by itself, and forgets when it must",
        check=_kept,
        references=(f"{ANNOTATIONS}#external-authentication", f"{PROXY}#proxy_cache"),
    ),
    Rule(
        id="NGX-010",
        title="An answer about one path is used for another",
        severity=Severity.HIGH,
        why="Whoever may read one path has an answer that lets it write, or read all others",
        fix="put $request_method and $request_uri into the key, or remove the cache",
        check=_elsewhere,
        references=(f"{ANNOTATIONS}#external-authentication", f"{PROXY}#proxy_cache_key"),
    ),
)
