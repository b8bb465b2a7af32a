"""Who may write configuration of nginx by hand? NGX-011, NGX-012."""

from collections.abc import Iterator
from typing import Final

from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.nginx.scope import ANNOTATIONS, CONFIG_MAP, ingresses, provider, settings


def _present(view: View) -> Iterator[Hit]:
    for one in ingresses(view):
        for name in _SNIPPETS:
            said = one.get(name)
            if said is not None:
                yield Hit(said.place, f"{name} puts lines of its own into the configuration")


def _allowed(view: View) -> Iterator[Hit]:
    options = (
        (settings(view).get("allow-snippet-annotations"), "true", "snippets are allowed"),
        (settings(view).get("annotations-risk-level"), "critical", "annotations of every risk are allowed"),
        (provider(view).get("allowsnippetannotations"), "true", "snippets are allowed"),
    )
    for said, value, what in options:
        if said is not None and said.value.lower() == value:
            yield Hit(said.place, what)


_SNIPPETS: Final = (
    *("configuration-snippet", "server-snippet", "auth-snippet", "stream-snippet", "modsecurity-snippet"),
)

RULES: Final = (
    Rule(
        id="NGX-011",
        title="An Ingress writes configuration of nginx by hand",
        severity=Severity.HIGH,
        why="Such lines can open locations, send tokens elsewhere, or read the controller's own credentials",
        fix="remove the snippet, and say the same with annotations",
        check=_present,
        references=("CVE-2021-25742", f"{ANNOTATIONS}#configuration-snippet"),
    ),
    Rule(
        id="NGX-012",
        title="Whoever may write an Ingress may write configuration of nginx",
        severity=Severity.HIGH,
        why="A right on one namespace becomes one on every host, and on every Secret that the "
        "controller reads",
        fix="set allow-snippet-annotations to false, and annotations-risk-level to High at most",
        check=_allowed,
        references=("CVE-2021-25742", f"{CONFIG_MAP}#allow-snippet-annotations"),
    ),
)
