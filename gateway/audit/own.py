"""Which of this is our own gateway, and what do its policies say?

Its Service is the one that auth URLs of ours name, or one with the chart's label. Its policies are those that
were given, and those of a `gateway.yaml` in a ConfigMap.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, members, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.estate.selectors import Workload
from gateway.audit.estate.yaml_objects import read_embedded
from gateway.audit.exposure import Backend, Exposure
from gateway.audit.rule import View
from gateway.config.tree import Node
from gateway.core.policy import CookieCredential, Policy, QueryCredential

NAME: Final = "app.kubernetes.io/name"
OURS: Final = "token-gateway"
DECISIONS: Final = frozenset({"4180", "4181", "decision", "grpc"})
"""The ports at which proxies ask, by number and by name."""


class Stated(NamedTuple):
    """What a policy of ours says, as far as it concerns the door."""

    id: str
    place: Place
    hosts: frozenset[str]
    credentials: frozenset[str]
    """Kinds: `bearer`, `query`, `cookie` ..."""
    tokens: tuple[tuple[str, str, int | None], ...]
    """Of each route: its id, the audience of what it mints, and for how many seconds; None where not told."""
    proves_callers: bool
    """Whether a caller has to say a secret or to show a certificate."""
    is_edge: bool
    """Whether the gateway itself is the door."""


def is_ours(labelled: Object | Workload) -> bool:
    """Whether the chart's label is on it."""
    return labelled.labels.get(NAME) == OURS


def own_services(view: View) -> dict[int, tuple[Object, frozenset[str]]]:
    """Give our Services with the ports at which proxies ask, as far as they are told, by `id`."""
    ports: dict[int, tuple[Object, set[str]]] = {}
    for one in view.estate.of("Service"):
        if is_ours(one):
            ports[id(one)] = (one, set())
    for exposure in view.exposures:
        asked = _asked(exposure)
        service = view.estate.get("Service", asked.namespace, asked.name) if asked is not None else None
        if service is not None and asked is not None:
            ports.setdefault(id(service), (service, set()))[1].add(asked.port)
    return {key: (service, frozenset(named - {""})) for key, (service, named) in ports.items()}


def stated_policies(view: View) -> dict[str, Stated] | None:
    """Give our policies by id; None where none were given."""
    found = dict(view.estate.once(_configured))
    if view.policies is not None:
        found |= {name: _compiled(policy) for name, policy in view.policies.items()}
    return found or None


# --- private ---


def _asked(exposure: Exposure) -> Backend | None:
    """Where a proxy asks us about a route; None where we stand between, and are no secret to clients."""
    service = exposure.auth.service if exposure.auth is not None and exposure.auth.dialect else None
    if service is None:
        return None
    is_between = any(
        (one.namespace, one.name) == (service.namespace, service.name) for one in exposure.backends
    )
    return None if is_between else service


_MINUTES: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _compiled(policy: Policy) -> Stated:
    kinds = {QueryCredential: "query", CookieCredential: "cookie"}
    minted = [(route.id, route.downstream) for route in policy.routes.routes if route.downstream is not None]
    return Stated(
        id=policy.id,
        place=Place(file="gateway.yaml", line=0, column=1, owner=f"policy {policy.id}"),
        hosts=frozenset(one.name for one in policy.hosts),
        credentials=frozenset(kinds.get(type(one), "") for one in policy.credentials) - {""},
        tokens=tuple((name, one.audience, one.ttl_s) for name, one in minted),
        proves_callers=bool(policy.caller_secrets or policy.caller_identities),
        is_edge=policy.at_the_edge,
    )


def _configured(estate: Estate) -> dict[str, Stated]:
    """What the configurations say that are in ConfigMaps."""
    found: dict[str, Stated] = {}
    for one in estate.of("ConfigMap"):
        for name, node in members(one.node, "data"):
            if name.endswith((".yaml", ".yml")) and "policies:" in (text(node) or ""):
                root = read_embedded(node, one.file)
                if root is not None and (at(root, "downstream") or at(root, "issuers")) is not None:
                    found |= {stated.id: stated for stated in _written(one, root)}
    return found


def _written(owner: Object, root: Node) -> Iterator[Stated]:
    for name, policy in members(root, "policies"):
        callers = at(policy, "callers")
        yield Stated(
            id=name,
            place=owner.place(policy),
            hosts=frozenset(one.lower().partition(":")[0] for one in texts(policy, "hosts")),
            credentials=frozenset(text(one, "type") or "" for one in items(policy, "credentials")),
            tokens=tuple(
                (text(route, "id") or "", text(route, "downstream", "audience") or "", _seconds(route))
                for route in items(policy, "routes")
                if at(route, "downstream") is not None
            ),
            proves_callers=any(at(callers, key) is not None for key in ("secrets", "identities")),
            is_edge=any(at(route, "upstream") is not None for route in items(policy, "routes")),
        )


def _seconds(route: Node) -> int | None:
    written = text(route, "downstream", "ttl") or ""
    number, unit = written[:-1], written[-1:]
    return int(number) * _MINUTES[unit] if number.isdigit() and len(number) < 9 and unit in _MINUTES else None
