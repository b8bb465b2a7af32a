"""Which identity does a pod carry, and for how long is it good?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.doors import named, workloads_behind
from gateway.audit.estate.containers import containers
from gateway.audit.estate.fields import at, flag, items, number, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.selectors import Workload, Workloads
from gateway.audit.own import is_ours
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show
from gateway.config.tree import Node

MAX_LIFETIME_S: Final = 3600


def _mounted(view: View) -> Iterator[Hit]:
    for one in workloads_behind(view, view.exposures, view.estate.once(Workloads)):
        pod, owner = one.workload.pod, one.workload.of
        said = f"pods behind {named(one.by.exposure)} carry a token for the API server"
        if flag(pod, "automountServiceAccountToken"):
            yield Hit(owner.place(at(pod, "automountServiceAccountToken")), said, Severity.INFO)
        elif flag(pod, "automountServiceAccountToken") is None and not _account_says_no(view, one.workload):
            yield Hit(owner.place(pod), said, _certainty(view, one.workload))


def _default_account(view: View) -> Iterator[Hit]:
    for one in workloads_behind(view, view.exposures, view.estate.once(Workloads)):
        if one.workload.account == "default":
            what = f"pods behind {named(one.by.exposure)} are the ServiceAccount default"
            yield Hit(one.workload.of.place(one.workload.pod), what)


def _projected(view: View) -> Iterator[Hit]:
    for workload in view.estate.once(Workloads).all:
        for volume in items(workload.pod, "volumes"):
            sources = items(volume, "projected", "sources")
            is_for_api = any(text(one, "configMap", "name") == "kube-root-ca.crt" for one in sources)
            for source in sources:
                token = at(source, "serviceAccountToken")
                if token is not None:
                    yield from _token(workload, token, text(volume, "name") or "", is_for_api=is_for_api)


def _extended(view: View) -> Iterator[Hit]:
    for one in containers(view.estate):
        if "kube-apiserver" in one.image:
            option = one.option("service-account-extend-token-expiration")
            if option is None or not (text(option) or "").endswith("=false"):
                yield Hit(one.of.place(option or one.node), "tokens that pods carry are good for a year")


def _not_renewed(view: View) -> Iterator[Hit]:
    workloads = view.estate.once(Workloads)
    for one in (workload for workload in workloads.all if is_ours(workload)):
        for container in items(one.pod, "containers"):
            for mount in items(container, "volumeMounts"):
                if text(mount, "subPath") or text(mount, "subPathExpr"):
                    what = f"{show(text(mount, 'name') or '')} is mounted by subPath, and is never renewed"
                    yield Hit(one.of.place(mount), what)
    for secret in (*view.estate.of("Secret"), *view.estate.of("ConfigMap")):
        if is_ours(secret) and flag(secret.node, "immutable"):
            yield Hit(
                secret.place(at(secret.node, "immutable")),
                "cannot be changed, so that keys in it never rotate",
            )


MOUNTED: Final = Rule(
    id="SAT-002",
    title="A backend carries a token for the API server",
    severity=Severity.MEDIUM,
    why="Who takes the pod over takes the token, and most backends never use it.",
    fix="write automountServiceAccountToken: false in the pod's template, or on its ServiceAccount",
    check=_mounted,
    references=("https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",),
)
DEFAULT_ACCOUNT: Final = Rule(
    id="SAT-003",
    title="A backend is the default ServiceAccount",
    severity=Severity.MEDIUM,
    why="All pods of the namespace that name none are the same somebody: what one may, all may.",
    fix="give the workload a ServiceAccount of its own",
    check=_default_account,
    references=("https://kubernetes.io/docs/concepts/security/service-accounts/#default-service-accounts",),
)
PROJECTED: Final = Rule(
    id="SAT-008",
    title="A projected token is good for too much or too long",
    severity=Severity.MEDIUM,
    why="A token without an audience is good at the API server: whoever is shown it may go there with it.",
    fix="write audience, and expirationSeconds of 3600 or less",
    check=_projected,
    references=("https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken",),
)
EXTENDED: Final = Rule(
    id="SAT-009",
    title="The API server makes tokens of pods last a year",
    severity=Severity.INFO,
    why="A token that was stolen from a pod outlives the pod by far wherever only its signature is checked.",
    fix="start kube-apiserver with --service-account-extend-token-expiration=false",
    check=_extended,
    references=("https://kubernetes.io/docs/reference/command-line-tools-reference/kube-apiserver/",),
)
NOT_RENEWED: Final = Rule(
    id="SAT-012",
    title="A rotated key never arrives in the gateway",
    severity=Severity.MEDIUM,
    why="Files that are mounted by subPath stay as they were, and an immutable Secret gets no new keys.",
    fix="mount the volume as a directory, and leave immutable out",
    check=_not_renewed,
    references=(
        "https://kubernetes.io/docs/concepts/configuration/secret/#using-secrets-as-files-from-a-pod",
    ),
)


# --- private ---


def _account(view: View, workload: Workload) -> Object | None:
    return view.estate.get("ServiceAccount", workload.of.namespace, workload.account)


def _account_says_no(view: View, workload: Workload) -> bool:
    account = _account(view, workload)
    return account is not None and flag(account.node, "automountServiceAccountToken") is False


def _certainty(view: View, workload: Workload) -> Severity | None:
    """A ServiceAccount of its own that was not given may say no."""
    given = _account(view, workload) is not None or view.estate.shows("ServiceAccount", workload.of.namespace)
    return None if given or workload.account == "default" else Severity.INFO


def _token(workload: Workload, token: Node, volume: str, *, is_for_api: bool) -> Iterator[Hit]:
    lifetime = number(token, "expirationSeconds")
    if text(token, "audience") is None and not is_for_api:
        yield Hit(
            workload.of.place(token), f"the token in {show(volume)} names no audience", about="audience"
        )
    if lifetime is not None and lifetime > MAX_LIFETIME_S:
        place = workload.of.place(at(token, "expirationSeconds"))
        yield Hit(
            place, f"the token in {show(volume)} is good for {lifetime} seconds", about="expirationSeconds"
        )
