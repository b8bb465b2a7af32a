from gateway.audit.estate.rights import Right, Rights, Subject
from tests.audit.shop import binding, role, rule
from tests.audit.showing import estate_of


def rights(*texts: str) -> Rights:
    return Rights(estate_of(*texts))


def first(*texts: str) -> Right:
    (one,) = rights(*texts).bindings[0].rights
    return one


def test_what_a_role_allows() -> None:
    one = first(role(rule("secrets, pods/exec", "get, CREATE", names="mine")), binding())
    assert one.allows("", "secrets", "get")
    assert one.allows("", "pods/exec", "list", "create")
    assert not one.allows("", "secrets", "list")
    assert not one.allows("apps", "secrets", "get")
    assert not one.allows("", "pods", "get")
    assert one.names == {"mine"}
    assert one.place.pointer == "rules[0]"


def test_stars() -> None:
    every = first(role(rule("'*'", "'*'", "'*'")), binding())
    assert every.allows("any", "thing", "escalate")
    sub = first(role(rule("'*/token'", "create")), binding())
    assert sub.allows("", "serviceaccounts/token", "create")
    assert not sub.allows("", "serviceaccounts", "create")


def test_who_has_it() -> None:
    subjects = {
        "kind: ServiceAccount, name: orders, namespace: shop": True,
        "kind: ServiceAccount, name: orders": True,
        "kind: ServiceAccount, name: orders, namespace: far": False,
        "kind: User, name: 'system:serviceaccount:shop:orders'": True,
        "kind: Group, name: 'system:serviceaccounts:shop'": True,
        "kind: Group, name: 'system:serviceaccounts'": True,
        "kind: Group, name: 'system:serviceaccounts:far'": False,
        "kind: User, name: orders": False,
    }
    found = {
        one: bool(rights(role(rule("pods", "get")), binding(subject=one)).of_account("shop", "orders"))
        for one in subjects
    }
    assert found == subjects


def test_where_it_holds() -> None:
    clusterwide = role(rule("pods", "get"), namespace="")
    assert rights(clusterwide, binding("ClusterRole/reader")).bindings[0].namespace == "shop"
    everywhere = rights(clusterwide, binding("ClusterRole/reader", namespace="")).bindings[0]
    assert (everywhere.namespace, everywhere.role) == ("", "reader")
    assert everywhere.place.pointer == "roleRef"


def test_a_role_that_was_not_given() -> None:
    assert rights(binding("ClusterRole/unknown")).bindings[0].rights == ()
    assert rights(binding("Role/edit")).bindings[0].rights == (), "a Role of that name is nobody's built-in"
    built_in = rights(binding("ClusterRole/edit")).bindings[0].rights
    assert any(one.allows("", "serviceaccounts/token", "create") for one in built_in)
    assert {one.place.pointer for one in built_in} == {"roleRef"}


def test_a_role_that_is_joined_from_others() -> None:
    joined = (
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: joined}\n"
        "aggregationRule: {clusterRoleSelectors: [{matchLabels: {join: 'true'}}]}\nrules: []\n"
    )
    part = role(rule("secrets", "get"), "part", "").replace("labels: {}", "labels: {join: 'true'}")
    found = rights(joined, part, binding("ClusterRole/joined")).bindings[0].rights
    assert [one.allows("", "secrets", "get") for one in found] == [True]


def test_a_subject_is_named_as_an_object() -> None:
    assert str(Subject("ServiceAccount", "shop", "orders")) == "ServiceAccount/shop/orders"
    assert str(Subject("Group", "", "system:authenticated")) == "Group/system:authenticated"
