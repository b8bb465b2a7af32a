"""What is written where others read it: credentials in a log, configuration in an annotation."""

from collections.abc import Iterator
from typing import Final

from gateway.audit.controller import Controller
from gateway.audit.estate.fields import members, text
from gateway.audit.normal.haproxy_keys import PREFIXES, config_of
from gateway.audit.normal.haproxy_logs import CREDENTIAL_HEADERS
from gateway.audit.rule import Hit, Severity, View
from gateway.config.problem import show


def snippets(view: View) -> Iterator[Hit]:
    """HAP-005: in an annotation anybody's, in the ConfigMap the operator's own."""
    for kind in ("Ingress", "Service"):
        for one in view.estate.of(kind):
            for name, node in one.annotations.items():
                if name.startswith(_PREFIXES) and name.partition("/")[2] in _IN_ANNOTATIONS and text(node):
                    yield Hit(one.place(node), f"{show(name)} is configuration of HAProxy", about=name)
    for controller in PREFIXES:
        config = config_of(view.estate, controller)
        for name, node in () if config is None else members(config.node, "data"):
            if name in _IN_CONFIG and config is not None and text(node):
                what = f"{name} may change who is asked"
                yield Hit(config.place(node), what, Severity.MEDIUM, about=name)


def logs(view: View) -> Iterator[Hit]:
    """HAP-006."""
    for one in view.exposures:
        for logged in one.logs if one.controller in _OF_HAPROXY else ():
            if logged.name in CREDENTIAL_HEADERS:
                yield Hit(logged.place, f"{logged.name} is written to the log", about=logged.name)
            elif logged.name == "query":
                what = "the query is written to the log, with any token in it"
                yield Hit(logged.place, what, Severity.MEDIUM, about=logged.name)


# --- private ---

_OF_HAPROXY: Final = frozenset({Controller.HAPROXY, Controller.HAPROXY_INGRESS, Controller.HAPROXYTECH})
_PREFIXES: Final = ("haproxy-ingress.github.io/", "ingress.kubernetes.io/", "haproxy.org/", "haproxy.com/")
_IN_ANNOTATIONS: Final = frozenset(
    {
        *("config-backend", "config-backend-early", "config-backend-late", "config-tcp-service"),
        *("backend-config-snippet", "frontend-config-snippet"),
    }
)
_IN_CONFIG: Final = frozenset(
    {
        *("config-backend", "config-backend-early", "config-backend-late", "config-defaults", "config-proxy"),
        *("config-frontend", "config-frontend-early", "config-frontend-late", "config-sections"),
        *("backend-config-snippet", "frontend-config-snippet"),
    }
)
