"""What is a token worth, once it is out?"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from gateway.audit.doors import workloads_behind
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import items, text
from gateway.audit.estate.rights import EVERYBODY, Binding, Right, Rights, Subject
from gateway.audit.estate.selectors import Workloads
from gateway.audit.own import OURS, is_ours
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.accounts.dangers import dangers, mints_any
from gateway.config.problem import show

ROUTES: Final = ("token-gateway.dev", "routes")
"""The group and the resource of roles that name routes of ours."""


def _dangerous(view: View) -> Iterator[Hit]:
    rights = view.estate.once(Rights)
    for namespace, name in _accounts(view, rights):
        for binding in rights.of_account(namespace, name):
            if binding.is_built_in:
                continue
            for danger in dangers(binding.rights):
                who = Subject("ServiceAccount", namespace, name)
                where = f"in {show(binding.namespace)}" if binding.namespace else "in every namespace"
                yield Hit(
                    danger.right.place, f"{who} {danger.what} {where}", about=f"{who} {binding.of.owner}"
                )


def _makes_tokens(view: View) -> Iterator[Hit]:
    for binding in view.estate.once(Rights).bindings:
        if binding.role in {"admin", "edit", "cluster-admin"} or binding.is_built_in or _is_system(binding):
            continue
        for right in binding.rights:
            if mints_any(right) and "*" not in right.resources and binding.subjects:
                what = f"{binding.subjects[0]} may make tokens of every ServiceAccount"
                yield Hit(right.place, what, about=binding.of.owner)


def _editors(view: View) -> Iterator[Hit]:
    rights = view.estate.once(Rights)
    homes = {namespace for namespace, _ in _accounts(view, rights)}
    for binding in rights.bindings:
        if binding.role in {"edit", "admin"} and (
            binding.namespace in homes or (not binding.namespace and homes)
        ):
            where = show(binding.namespace) if binding.namespace else "every namespace"
            yield Hit(
                binding.place, f"whoever has {binding.role} in {where} makes tokens of the pods behind routes"
            )


def _everybody(view: View) -> Iterator[Hit]:
    for binding in view.estate.once(Rights).bindings:
        who = next((one for one in binding.subjects if one.name in EVERYBODY), None)
        if who is None or binding.is_built_in or binding.role.startswith("system:"):
            continue
        if any(
            right.allows(*ROUTES, "get", "head", "post", "put", "patch", "delete") for right in binding.rights
        ):
            yield Hit(binding.place, f"{show(who.name)} may use routes of the gateway", about=who.name)
        elif any(True for _ in dangers(binding.rights)) or who.name != "system:authenticated":
            yield Hit(
                binding.place, f"{show(who.name)} has the role {show(binding.role)}", Severity.HIGH, who.name
            )


def _key_readers(view: View) -> Iterator[Hit]:
    keys = view.estate.once(_key_secrets)
    for binding in view.estate.once(Rights).bindings if keys else ():
        mine = all(_is_own(view, one) for one in binding.subjects)
        if mine or binding.is_built_in or _is_system(binding):
            continue
        names = keys.get(binding.namespace, set())
        read = next(filter(None, (_read_key(one, names) for one in binding.rights)), None)
        if read is not None:
            secret = show("/".join(filter(None, ("Secret", binding.namespace, read))))
            what = f"{binding.subjects[0]} may read {secret}, in which the gateway's keys are"
            yield Hit(binding.place, what, about=read)


DANGEROUS: Final = Rule(
    id="SAT-004",
    title="A ServiceAccount at the door has dangerous rights",
    severity=Severity.CRITICAL,
    why="Who gets hold of its token has the cluster, not one service.",
    fix="give it a role of its own that names the objects which it needs",
    check=_dangerous,
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
)
MAKES_TOKENS: Final = Rule(
    id="SAT-005",
    title="Tokens of every ServiceAccount may be made",
    severity=Severity.HIGH,
    why="A right to create serviceaccounts/token is a right to be each of them.",
    fix="name the accounts in resourceNames",
    check=_makes_tokens,
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/#token-request",),
)
EDITORS: Final = Rule(
    id="SAT-006",
    title="Editors of a namespace may take its identities",
    severity=Severity.MEDIUM,
    why="The roles edit and admin include making tokens of every ServiceAccount of the namespace.",
    fix="keep identities that matter in a namespace that nobody edits by hand",
    check=_editors,
    references=("https://kubernetes.io/docs/reference/access-authn-authz/rbac/#user-facing-roles",),
)
EVERYBODY_HAS_IT: Final = Rule(
    id="SAT-007",
    title="A role is bound to everybody",
    severity=Severity.CRITICAL,
    why="Every ServiceAccount and every person is in system:authenticated, and anybody in the others.",
    fix="bind it to the accounts that need it",
    check=_everybody,
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
)
KEY_READERS: Final = Rule(
    id="SAT-011",
    title="Others may read the gateway's signing keys",
    severity=Severity.HIGH,
    why="Who has the key makes tokens that every backend believes.",
    fix="keep the gateway in a namespace of its own, and bind nothing there that reads secrets",
    check=_key_readers,
    references=("https://kubernetes.io/docs/concepts/security/secrets-good-practices/",),
)


# --- private ---


def _accounts(view: View, rights: Rights) -> dict[tuple[str, str], None]:
    """Those of the pods behind routes, of callers that are named by our roles, and our own."""
    workloads = view.estate.once(Workloads)
    routed = [one.workload for one in workloads_behind(view, view.exposures, workloads)]
    routed += [one for one in workloads.all if is_ours(one)]
    found = dict.fromkeys((one.of.namespace, one.account) for one in routed)
    for binding in rights.bindings:
        if any(right.allows(*ROUTES, "get") and "*" not in right.resources for right in binding.rights):
            callers = (one for one in binding.subjects if one.kind == "ServiceAccount")
            found |= dict.fromkeys((one.namespace, one.name) for one in callers)
    return found


def _key_secrets(estate: Estate) -> dict[str, set[str]]:
    """Give their names by namespace; those of every namespace under the empty one.

    A Secret of ours need not have been given: our pods say which they mount.
    """
    labelled = [
        (one.namespace, one.name) for one in estate.of("Secret") if is_ours(one) and "key" in one.name
    ]
    found: dict[str, set[str]] = defaultdict(set)
    for namespace, name in (*labelled, *_mounted_keys(estate)):
        found[namespace].add(name)
        found[""].add(f"{namespace}/{name}")
    return found


def _mounted_keys(estate: Estate) -> Iterator[tuple[str, str]]:
    for workload in estate.once(Workloads).all:
        for volume in items(workload.pod, "volumes") if is_ours(workload) else ():
            sources = items(volume, "projected", "sources")
            names = [text(volume, "secret", "secretName"), *(text(one, "secret", "name") for one in sources)]
            for name in names:
                if name is not None and "key" in (text(volume, "name") or "") + name:
                    yield workload.of.namespace, name


def _read_key(right: Right, keys: set[str]) -> str | None:
    if not right.allows("", "secrets", "get", "list", "watch"):
        return None
    names = {one for one in keys if one.rpartition("/")[2] in right.names} if right.names else keys
    return min(names, default=None)


def _is_own(view: View, subject: Subject) -> bool:
    account = view.estate.get("ServiceAccount", subject.namespace, subject.name)
    ours = account is not None and is_ours(account)
    return subject.kind == "ServiceAccount" and (ours or OURS in subject.name)


def _is_system(binding: Binding) -> bool:
    return binding.role.startswith("system:")
