"""What is to be applied so that the controller asks? The same text as of `gateway snippet`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from gateway.config.world import World
from gateway.dialects.snippets import SNIPPETS, Settings, SnippetImpossible
from gateway.draft.policies import PolicyDraft
from gateway.draft.rule import Found, Place

IN_CLUSTER: Final = "https://token-gateway.token-gateway.svc:4180"
"""The chart's Service, where no other address was given."""


def snippet_files(
    world: World, policies: Sequence[PolicyDraft], settings: Settings, found: Found
) -> Iterator[tuple[str, str]]:
    """Give each file's name and text; where there is none, say why."""
    for policy in policies:
        place = policy.routes[0].sources[0].place
        if not policy.targets:
            _say_unknown(policy, place, found)
        for target in policy.targets:
            try:
                text = SNIPPETS[target](
                    world.snapshot.policies[policy.id], _settings(policy, target, settings)
                )
            except SnippetImpossible as impossible:
                found.remark(
                    place,
                    str(impossible).removesuffix("."),
                    "name what serves it with --controller, such as envoy-gateway",
                )
                continue
            yield f"snippets/{policy.id}.{target}{_ENDINGS.get(target, '.yaml')}", text


def say_shared_ingresses(policies: Sequence[PolicyDraft], found: Found) -> None:
    """Say which objects need two policies: what is annotated can name only one."""
    policies_of: dict[str, dict[str, Place]] = {}
    for policy in policies:
        for route in policy.routes:
            for rule in route.sources:
                owner = rule.place.name.partition(":")[0]
                policies_of.setdefault(owner, {})[policy.id] = rule.place
    for owner, named in policies_of.items():
        if len(named) > 1:
            place = next(iter(named.values()))._replace(name=owner)
            what = f"its hosts have routes of their own, so that it needs {len(named)} policies"
            found.remark(
                place, what, f"split it by host, one for each: {', '.join(named)}; an Ingress can name one"
            )


# --- private ---

_ENDINGS: Final[Mapping[str, str]] = {
    "nginx": ".conf",
    "haproxy": ".cfg",
    "haproxy-lua": ".lua",
    "caddy": ".Caddyfile",
}
_ASKS_OVER_GRPC: Final = frozenset(
    {"envoy-grpc", "kgateway", "contour", "envoy-gateway", "istio", "gateway-api"}
)
"""Their snippets name the Service themselves where no address is given."""


def _settings(policy: PolicyDraft, target: str, settings: Settings) -> Settings:
    backend = policy.routes[0].sources[0].backend
    namespace = f".{backend.namespace}.svc" if backend.namespace else ""
    port = f":{backend.port}" if backend.port.isdigit() else ""
    with suppress(ValueError):  # a name that is no address: the example stays
        settings = replace(settings, backend=f"http://{backend.name}{namespace}{port}")
    with suppress(ValueError):  # none, or no name: what says REPLACE stays
        settings = replace(settings, namespace=backend.namespace)
    if settings.gateway != Settings().gateway or target in _ASKS_OVER_GRPC:
        return settings
    return replace(settings, gateway=IN_CLUSTER)


def _say_unknown(policy: PolicyDraft, place: Place, found: Found) -> None:
    found.remark(
        place,
        f"nothing tells which controller serves it, so there is no snippet for policy {policy.id}",
        "name it with --controller, or run gateway snippet",
    )
