from gateway.audit.estate.place import Place
from gateway.audit.estate.rights import Right
from gateway.audit.rules.accounts.dangers import dangers, mints_any

NOWHERE = Place("", 0, 1, "")


def right(resources: str, verbs: str, group: str = "", names: str = "") -> Right:
    return Right(
        frozenset({group}),
        frozenset(resources.split()),
        frozenset(verbs.split()),
        NOWHERE,
        frozenset(names.split()),
    )


def what(one: Right) -> str:
    return next((danger.what for danger in dangers((one,))), "")


def test_what_a_right_comes_to() -> None:
    rbac = "rbac.authorization.k8s.io"
    cases = {
        right("*", "*", "*"): "may do everything",
        right("*", "get", "*"): "may read every Secret",
        right("secrets", "list"): "may read every Secret",
        right("secrets", "get", names="mine"): "",
        right("secrets", "create"): "",
        right("configmaps", "get list watch"): "",
        right("serviceaccounts/token", "create"): "may make tokens of every ServiceAccount",
        right("serviceaccounts/token", "create", names="mine"): "",
        right("pods/exec", "create"): "may reach into every pod",
        right("pods/proxy", "get"): "may reach into every pod",
        right("pods", "create"): "may start pods with any ServiceAccount",
        right("pods", "get list watch"): "",
        right("jobs", "create", "batch"): "may start pods with any ServiceAccount",
        right("deployments", "patch", "apps"): "may start pods with any ServiceAccount",
        right("deployments", "get", "apps"): "",
        right("users", "impersonate"): "may act as others",
        right("groups", "impersonate", names="system:masters"): "may act as others",
        right("clusterroles", "bind", rbac): "may give itself any role",
        right("rolebindings", "create", rbac): "may write roles and bindings",
        right("nodes/proxy", "get"): "may reach every kubelet",
        right(
            "certificatesigningrequests/approval", "update", "certificates.k8s.io"
        ): "may approve certificates",
        right(
            "mutatingwebhookconfigurations", "update", "admissionregistration.k8s.io"
        ): "may change what is admitted",
        right("persistentvolumes", "create"): "may mount any path of a node",
        right("namespaces", "patch"): "may lift the limits of namespaces",
        right("tokenreviews", "create", "authentication.k8s.io"): "",
        right("routes", "get", "token-gateway.dev"): "",
    }
    assert {one: what(one) for one in cases} == cases


def test_who_makes_tokens_of_all() -> None:
    assert mints_any(right("serviceaccounts/token", "create"))
    assert not mints_any(right("serviceaccounts/token", "create", names="one"))
    assert not mints_any(right("serviceaccounts", "create"))
