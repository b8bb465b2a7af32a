"""What may this subject do in the cluster?

Roles and their bindings, as they were given; of the roles that every cluster has, what everybody knows.
https://kubernetes.io/docs/reference/access-authn-authz/rbac/
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text, texts
from gateway.audit.estate.objects import Object
from gateway.audit.estate.place import Place
from gateway.audit.estate.selectors import Chosen, label_selector
from gateway.config.problem import show

GROUP: Final = "rbac.authorization.k8s.io"
EVERYBODY: Final = frozenset({"system:authenticated", "system:unauthenticated", "system:anonymous"})


class Right(NamedTuple):
    """One rule of a role. `*` stands for all."""

    groups: frozenset[str]
    resources: frozenset[str]
    verbs: frozenset[str]
    place: Place
    names: frozenset[str] = frozenset()
    """Of the objects that it is for; none: of all."""

    def allows(self, group: str, resource: str, *verbs: str) -> bool:
        """Whether one of these may be done, if only with some objects. `a/b` is also in `*/b`."""
        sub = f"*/{resource.partition('/')[2]}"
        return (
            bool(self.groups & {group, "*"})
            and bool(self.resources & {resource, "*", sub})
            and bool(self.verbs & {*verbs, "*"})
        )


class Subject(NamedTuple):
    """Who."""

    kind: str
    namespace: str
    """Empty for users and groups."""
    name: str

    def __str__(self) -> str:
        """Name it as objects are named."""
        return "/".join(show(one) for one in self if one)


class Binding(NamedTuple):
    """Who has a role, and where."""

    of: Object
    subjects: tuple[Subject, ...]
    role: str
    namespace: str
    """Where it holds; empty: everywhere."""
    rights: tuple[Right, ...]

    @property
    def place(self) -> Place:
        """Where it says which role."""
        return self.of.place(at(self.of.node, "roleRef"))

    @property
    def is_built_in(self) -> bool:
        """Whether the API server itself makes and mends it."""
        return self.of.labels.get("kubernetes.io/bootstrapping") == "rbac-defaults"


class Rights:
    """All bindings, and who is in them."""

    def __init__(self, estate: Estate) -> None:
        roles = _Roles(estate)
        self.bindings: Final = tuple(
            _binding(one, roles)
            for kind in ("RoleBinding", "ClusterRoleBinding")
            for one in estate.of(kind, GROUP)
        )
        self._by_subject: Final[dict[Subject, list[Binding]]] = defaultdict(list)
        for binding in self.bindings:
            for subject in dict.fromkeys(binding.subjects):
                self._by_subject[subject].append(binding)

    def of_account(self, namespace: str, name: str) -> tuple[Binding, ...]:
        """Give the bindings of a ServiceAccount, by its name and by the groups that it is in."""
        return tuple(
            binding
            for subject in (
                Subject("ServiceAccount", namespace, name),
                Subject("User", "", f"system:serviceaccount:{namespace}:{name}"),
                Subject("Group", "", f"system:serviceaccounts:{namespace}"),
                Subject("Group", "", "system:serviceaccounts"),
            )
            for binding in self._by_subject.get(subject, ())
        )


# --- private ---


class _Roles:
    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._read: dict[int, tuple[Right, ...]] = {}
        clusterwide = estate.of("ClusterRole", GROUP)
        self._labelled = Chosen(("", one.labels, one) for one in clusterwide)

    def rights(self, kind: str, namespace: str, name: str, place: Place) -> tuple[Right, ...]:
        role = self._estate.get(kind, namespace if kind == "Role" else "", name)
        if role is not None:
            return self._of(role)
        return (
            tuple(one._replace(place=place) for one in _BUILT_IN.get(name, ()))
            if kind == "ClusterRole"
            else ()
        )

    def _of(self, role: Object) -> tuple[Right, ...]:
        if id(role) not in self._read:
            parts = dict.fromkeys((role, *self._joined(role)))
            self._read[id(role)] = tuple(right for one in parts for right in _rights(one))
        return self._read[id(role)]

    def _joined(self, role: Object) -> Iterator[Object]:
        for selector in items(role.node, "aggregationRule", "clusterRoleSelectors"):
            yield from self._labelled.by("", label_selector(selector))


def _rights(role: Object) -> Iterator[Right]:
    for rule in items(role.node, "rules"):
        yield Right(
            groups=frozenset(texts(rule, "apiGroups")),
            resources=frozenset(texts(rule, "resources")),
            verbs=frozenset(one.lower() for one in texts(rule, "verbs")),
            place=role.place(rule),
            names=frozenset(texts(rule, "resourceNames")),
        )


def _binding(one: Object, roles: _Roles) -> Binding:
    kind, name = text(one.node, "roleRef", "kind") or "", text(one.node, "roleRef", "name") or ""
    place = one.place(at(one.node, "roleRef"))
    return Binding(
        of=one,
        subjects=tuple(_subjects(one)),
        role=name,
        namespace=one.namespace,
        rights=roles.rights(kind, one.namespace, name, place),
    )


def _subjects(binding: Object) -> Iterator[Subject]:
    for one in items(binding.node, "subjects"):
        kind, name = text(one, "kind") or "", text(one, "name") or ""
        namespace = (text(one, "namespace") or binding.namespace) if kind == "ServiceAccount" else ""
        yield Subject(kind, namespace, name)


_NOWHERE: Final = Place("", 0, 1, "")


def _right(groups: str, resources: str, verbs: str) -> Right:
    core = frozenset("" if one == "core" else one for one in groups.split())
    return Right(core, frozenset(resources.split()), frozenset(verbs.split()), _NOWHERE)


_WRITES: Final = "create delete deletecollection patch update"
_EDIT: Final = (
    _right("core", "secrets configmaps services pods", f"get list watch {_WRITES}"),
    _right("core", "pods/attach pods/exec pods/portforward pods/proxy", f"get create {_WRITES}"),
    _right("core", "serviceaccounts", "impersonate"),
    _right("core", "serviceaccounts/token", "create"),
    _right("apps batch", "deployments daemonsets statefulsets jobs cronjobs", _WRITES),
)
_BUILT_IN: Final[Mapping[str, tuple[Right, ...]]] = {
    "cluster-admin": (_right("*", "*", "*"),),
    "admin": (*_EDIT, _right(GROUP, "roles rolebindings", _WRITES)),
    "edit": _EDIT,
}
"""As `kubernetes/pkg/registry/rbac/rest` has them, without what no rule asks for."""
