"""Does Contour refuse an HTTPProxy, and then serve nothing of it?"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.fields import at, text
from gateway.audit.estate.objects import Object
from gateway.audit.normal.contour_auth import refusal_of
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show


def _refused(view: View) -> Iterator[Hit]:
    of_host: dict[str, list[Object]] = defaultdict(list)
    for proxy in view.estate.of("HTTPProxy"):
        host = at(proxy.node, "spec", "virtualhost")
        why = None if host is None else refusal_of(proxy)
        if why is not None:
            yield Hit(proxy.place(host), why)
        if (name := text(host, "fqdn")) is not None:
            of_host[name.lower()].append(proxy)
    for name, proxies in of_host.items():
        for one in proxies if len(proxies) > 1 else ():
            node = at(one.node, "spec", "virtualhost", "fqdn")
            yield Hit(one.place(node), f"{show(name)} has more than one HTTPProxy", about=one.owner)


REFUSED: Final = Rule(
    id="ENV-020",
    title="Contour refuses an HTTPProxy",
    severity=Severity.MEDIUM,
    why="Nothing of it is served, and whoever mends that in haste takes out what asks.",
    fix="give the host TLS with a secretName, and to each host one HTTPProxy that includes the others",
    check=_refused,
    references=("https://projectcontour.io/docs/main/config/client-authorization/",),
)
