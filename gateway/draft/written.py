"""How is a draft written down, so that a reader sees what was read, what was guessed, and why?

Every value is a double-quoted scalar in plain ASCII: nothing that stands in a manifest can break out of its
place, and no comment holds more than a printable line.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.config.problem import show
from gateway.draft.policies import PolicyDraft, RouteDraft
from gateway.draft.reach import Reach
from gateway.draft.rule import Rule

ISSUER_ID: Final = "corp"
PRESETS: Final = ("rfc9068", "keycloak", "auth0", "entra", "okta", "kubernetes")
"""Those that need nothing beside an audience."""
LOCAL_SECRET: Final = "env:CALLER_SECRET"  # noqa: S105 - where one is kept
MOUNTED_SECRET: Final = "file:/etc/token-gateway/secrets/caller/token"  # noqa: S105 - where one is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What no Ingress says."""

    issuer: str
    preset: str | None = None
    audiences: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()


def gateway_file(answers: Answers, policies: Sequence[PolicyDraft], source: str) -> str:
    """Write gateway.yaml."""
    included = _flow(f"policies.d/{one.id}.yaml" for one in policies)
    return "\n".join(
        (
            f"# Written by `gateway init` from {_comment(source)}. GUESS marks what nobody said: read each,",
            "# and correct it here. The whole format: config/README.md.",
            "",
            *_issuers(answers, policies),
            "",
            *_DOWNSTREAM,
            "",
            f"include: {included} # a file each: a team can own it, and a mistake in one leaves the others",
            "",
        )
    )


def policy_file(policy: PolicyDraft, answers: Answers, source: str) -> str:
    """Write policies.d/<id>.yaml."""
    return "\n".join(
        (
            f"# Written by `gateway init` from {_comment(source)}. It opens nothing that is closed there,",
            "# and nothing without a token. GUESS marks what is not said there: read it, and correct it.",
            "",
            "policies:",
            *_indented(policy_lines(policy, answers), 2),
            "",
        )
    )


def values_file(answers: Answers, policies: Sequence[PolicyDraft], source: str) -> str:
    """Write values.yaml for the chart in helm/token-gateway: the same policies, as a file each."""
    files = [
        line
        for one in policies
        for line in (f"{one.id}:", *_indented(policy_lines(one, answers, secret=MOUNTED_SECRET), 2))
    ]
    return "\n".join(
        (
            f"# Values for the chart token-gateway, written by `gateway init` from {_comment(source)}: what",
            "# gateway.yaml and policies.d say, as the chart takes it. Change both, or keep this file alone.",
            "",
            f"controller: {_controller(policies)} # whom the NetworkPolicy lets in",
            "",
            "config:",
            *_indented(_issuers(answers, policies), 2),
            "",
            "policies:",
            *_indented(files, 2),
            "",
            "# The Secret that proxies say, made before: its key `token` is what the policies refer to.",
            "secrets:",
            "  caller: token-gateway-caller",
            "",
        )
    )


def policy_lines(policy: PolicyDraft, answers: Answers, *, secret: str = LOCAL_SECRET) -> Iterator[str]:
    """Write one policy, by its id."""
    yield f"{policy.id}: # the id that the proxy is pinned to, as in /auth/nginx/{policy.id}"
    yield f"  hosts: {_flow(policy.hosts)}"
    if answers.peers:
        yield f"  peers: {_flow(answers.peers)} # the proxies that may ask"
    else:
        yield f"  # GUESS: the usual addresses of pods in k3s. {_PEERS}"
        yield f"  peers: {_flow(_POD_NETWORK)}"
    yield "  # GUESS: the proxy also says a secret. The snippet shows where, if this proxy can."
    yield f"  callers: {{secrets: {_flow([secret])}}}"
    yield "  # GUESS: tokens come as Authorization: Bearer."
    yield "  credentials: [{type: bearer}]"
    yield "  routes: # what no route names is refused"
    for route in policy.routes:
        yield from _indented(_route(route), 4)


# --- private ---

_POD_NETWORK: Final = ("10.42.0.0/16",)
_ESCAPED: Final = re.compile(r"[^ -~]")
_PEERS: Final = "Write those of your proxies: all others are refused."
_DOWNSTREAM: Final = (
    "downstream: # the tokens that backends get in place of the client's",
    "  # GUESS: the chart's names, in the namespace token-gateway. Backends check one and fetch the other.",
    "  issuer: https://token-gateway.token-gateway.svc",
    "  jwks_uri: http://token-gateway-keys.token-gateway.svc:8081/.well-known/jwks.json",
    "  keys: {store: directory, path: keys/} # made on first start, rotated every 7 days",
)
_CHART_KNOWS: Final = frozenset(
    {
        *("traefik", "traefik-ingress-nginx", "ingress-nginx", "envoy-gateway", "istio", "contour"),
        *("kgateway", "gateway-api", "f5-nic", "nginx-gateway-fabric"),
    }
)
_IN_THE_CHART: Final = {"traefik-middleware": "traefik"}
"""Who is named otherwise there: it names controllers, not snippets."""


def _issuers(answers: Answers, policies: Sequence[PolicyDraft]) -> Iterator[str]:
    yield "issuers:"
    yield f"  {ISSUER_ID}: # GUESS: a name of your own; it begins every subject, as in {ISSUER_ID}:alice"
    yield f"    issuer: {_quoted(answers.issuer)} # its keys are found by discovery"
    if answers.preset is None:
        yield "    # GUESS: its tokens are as RFC 9068 says. docs/presets.md has others: keycloak, auth0 ..."
        yield "    preset: rfc9068"
    else:
        yield f"    preset: {_quoted(answers.preset)}"
    if answers.audiences:
        yield f"    audiences: {_flow(answers.audiences)} # the `aud` that means you"
    else:
        hosts = dict.fromkeys(host.removeprefix("*.") for one in policies for host in one.hosts)
        yield "    # GUESS: tokens name the host. Write the `aud` that yours have: others are refused."
        yield f"    audiences: {_flow(f'https://{host}' for host in hosts)}"


def _route(route: RouteDraft) -> Iterator[str]:
    for rule in route.sources:
        yield f"# {_comment(rule.place.name)}, line {rule.place.line} -> Service {_served_by(rule)}"
        yield from (f"#   {note}" for note in _notes(rule))
    yield f"- id: {route.id}"
    if route.guessed:
        yield "  # GUESS: reading only. There every method passes: add those that clients need, such as POST."
    yield f"  methods: {_flow(route.methods)}"
    yield f"  paths: {_flow(route.paths)}"
    yield f"  issuers: [{ISSUER_ID}]"
    yield "  # GUESS: a scope named for the Service. Write the one that your tokens have: others are refused."
    yield f"  require: {{scopes: {_flow([route.scope])}}}"
    yield "  # GUESS: the Service's name is its audience. The backend has to ask for the same."
    yield f"  downstream: {{audience: {_quoted(route.service)}}}"


def _notes(rule: Rule) -> Iterator[str]:
    if rule.reach == Reach(rule.path) and rule.path not in {None, "/"} and not str(rule.path).endswith("/**"):
        yield f"CHECK: a policy reads {rule.path}/ as {rule.path}; there it is another path."
    elif rule.reach.template is None and rule.rank != (9,):
        yield "CHECK: there it also means longer names, /ab by /a. They are refused here."
    if len(rule.backend.services) > 1:
        yield "CHECK: several Services share the requests; each has to believe this one audience."
    yield from (f"CHECK: {note}." for note in rule.notes)


def _served_by(rule: Rule) -> str:
    services = " and ".join(map(_comment, rule.backend.services))
    return f"{services}, port {_comment(rule.backend.port)}"


def _controller(policies: Sequence[PolicyDraft]) -> str:
    targets = {target for one in policies for target in one.targets}
    (only,) = targets if len(targets) == 1 else ("other",)
    named = _IN_THE_CHART.get(only, only)
    return named if named in _CHART_KNOWS else "other"


def _flow(texts: Iterable[str]) -> str:
    return "[" + ", ".join(map(_quoted, texts)) + "]"


def _quoted(text: str) -> str:
    """As YAML 1.2 section 5.7 has it. JSON has two escapes for what is beyond U+FFFF: here they are two."""
    return _ESCAPED.sub(lambda found: f"\\U{ord(found[0]):08x}", json.dumps(text, ensure_ascii=False))


def _comment(text: str) -> str:
    """`show` quotes and cuts whatever is no plain word; a name of a place was shown already."""
    return text if text.isprintable() and len(text) < 200 else show(text)


def _indented(lines: Sequence[str] | Iterator[str], by: int) -> Iterator[str]:
    return (f"{' ' * by}{line}" if line else "" for line in lines)
