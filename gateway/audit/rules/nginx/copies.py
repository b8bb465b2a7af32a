"""Is a token copied or written down? NGX-017, NGX-028 to NGX-030, NGX-034."""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.exposure import LoggedField
from gateway.audit.normal.log_format import COMBINED, CREDENTIALS, NOT_GIVEN, QUERY, logged, variables
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import (
    ANNOTATIONS,
    CONFIG_MAP,
    LOG,
    ingresses,
    locations,
    protected,
    routes,
    settings,
)
from gateway.config.problem import show
from gateway.core.policy import HeaderCredential, QueryCredential


def _mirrored(view: View) -> Iterator[Hit]:
    for one, _ in protected(view):
        for mirror in one.mirrors:
            yield Hit(mirror.place, "a copy of each request goes elsewhere, with the client's token")


def _credentials(view: View) -> Iterator[Hit]:
    own = {
        credential.name
        for policy in (view.policies or {}).values()
        for credential in policy.credentials
        if isinstance(credential, HeaderCredential)
    }
    fields = (field for one in routes(view) for field in one.logs)
    for field in (*fields, *_of_controller(view)):
        if field.name in CREDENTIALS or field.name in own:
            yield Hit(field.place, f"the access log holds {show(field.name)}", about=field.name)


def _queries(view: View) -> Iterator[Hit]:
    fields = (field for one, _ in protected(view) for field in one.logs)
    asked = any(one.controller is Controller.INGRESS_NGINX for one, _ in protected(view))
    relevant = asked or settings(view).get("global-auth-url") is not None
    severity = None if _may_be_in_queries(view) else Severity.LOW
    for field in (*fields, *(_of_controller(view) if relevant else ())):
        if field.name == NOT_GIVEN:
            yield Hit(field.place, "what the access log holds is in a format that was not given", severity)
        elif field.name in {QUERY, "referer"}:
            named = "the query" if field.name == QUERY else "Referer, with a query"
            yield Hit(field.place, f"the access log holds {named}", severity, about=field.name)


def _may_be_in_queries(view: View) -> bool:
    """Unknown counts as yes; a policy of ours refuses such a token, and it is in the log all the same."""
    if view.policies is None:
        return True
    return any(
        isinstance(one, QueryCredential) for policy in view.policies.values() for one in policy.credentials
    )


def _of_controller(view: View) -> Iterator[LoggedField]:
    """Of its ConfigMap, whether or not an Ingress was given."""
    given = settings(view)
    if not given.maps or given.is_on("disable-access-log") or given.is_on("disable-http-access-log"):
        return
    said = given.get("log-format-upstream")
    yield from logged(said.value if said else COMBINED, said.place if said else given.maps[0].place())


def _errors(view: View) -> Iterator[Hit]:
    said = settings(view).get("error-log-level")
    if said is not None and said.value in _TALKATIVE:
        yield Hit(said.place, f"the error log is at {said.value}")
    said = settings(view).get("enable-auth-access-log")
    if said is not None and said.value == "true":
        yield Hit(said.place, "questions are in the access log, with the target that was asked about")
    for one in ingresses(view):
        rewrites = one.get("enable-rewrite-log")
        if rewrites is not None and one.is_on("enable-rewrite-log"):
            yield Hit(rewrites.place, "every rewrite is in the error log")
    for level in locations(view):
        line = level.last("error_log")
        if line is not None and _TALKATIVE.intersection(line.arguments[1:]):
            yield Hit(level.place(line), f"the error log is at {line.arguments[1]}")
        rewrite = level.last("rewrite_log")
        if rewrite is not None and rewrite.first == "on":
            yield Hit(level.place(rewrite), "every rewrite is in the error log")


def _redirected(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        for name in ("permanent-redirect", "temporal-redirect"):
            said = one.get(name)
            if said is not None and _QUERY.intersection(variables(said.value)):
                yield Hit(said.place, f"{name} repeats the query in Location")


_TALKATIVE: Final = frozenset({"info", "debug"})
_QUERY: Final = frozenset({"request_uri", "args", "query_string", "is_args"})

RULES: Final = (
    Rule(
        id="NGX-017",
        title="A copy of each request goes elsewhere",
        severity=Severity.HIGH,
        why="The copy is made of what the client sent: its token and its query, before anything is replaced",
        fix="remove the mirror, or make copies behind the gateway, where the token is its own",
        check=_mirrored,
        references=(
            f"{ANNOTATIONS}#mirror",
            "https://nginx.org/en/docs/http/ngx_http_mirror_module.html",
        ),
    ),
    Rule(
        id="NGX-028",
        title="Tokens are written into the access log",
        severity=Severity.CRITICAL,
        why="Whoever reads the log, or wherever it is sent, can use every token in it",
        fix="take the header's variable out of the log format",
        check=_credentials,
        references=(f"{CONFIG_MAP}#log-format-upstream", f"{LOG}#log_format"),
    ),
    Rule(
        id="NGX-029",
        title="Queries are written into the access log",
        severity=Severity.MEDIUM,
        why="A token or a code of a sign-in that a client puts into the query stays there; the "
        "default does so",
        fix='write "$request_method $uri $server_protocol" in place of "$request", and leave '
        "$http_referer out",
        check=_queries,
        references=(f"{CONFIG_MAP}#log-format-upstream", f"{LOG}#log_format"),
    ),
    Rule(
        id="NGX-030",
        title="The error log says too much",
        severity=Severity.MEDIUM,
        why="At info and debug it holds header lines, a second Authorization among them, and whole targets",
        fix="set error-log-level to notice or higher, and log neither questions nor rewrites",
        check=_errors,
        references=(
            f"{CONFIG_MAP}#error-log-level",
            "https://nginx.org/en/docs/ngx_core_module.html#error_log",
        ),
    ),
    Rule(
        id="NGX-034",
        title="A redirect repeats the query",
        severity=Severity.LOW,
        why="A token in it goes on to another address, to its log, and from there as Referer",
        fix="leave $request_uri and $args out of the target",
        check=_redirected,
        references=(f"{ANNOTATIONS}#permanent-redirect",),
    ),
)
