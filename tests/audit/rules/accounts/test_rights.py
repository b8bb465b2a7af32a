from gateway.audit.rule import Rule
from gateway.audit.rules.accounts.rights import (
    DANGEROUS,
    EDITORS,
    EVERYBODY_HAS_IT,
    KEY_READERS,
    MAKES_TOKENS,
)
from tests.audit.exposing import route, said
from tests.audit.shop import (
    OURS,
    account,
    binding,
    deployment,
    our_deployment,
    role,
    rule,
    secret,
    service,
)
from tests.audit.showing import estate_of

PODS = (service(), deployment("serviceAccountName: orders"))
SECRETS = role(rule("secrets", "get"))


def told(checked: Rule, *texts: str) -> list[str]:
    return said(checked, route("a.example/"), estate=estate_of(*texts))


def test_the_account_behind_a_route_has_a_dangerous_right() -> None:
    assert told(DANGEROUS, *PODS, SECRETS, binding()) == [
        "ServiceAccount/shop/orders may read every Secret in shop"
    ]
    everywhere = role(rule("'*'", "'*'", "'*'"), "all", "")
    assert told(DANGEROUS, *PODS, everywhere, binding("ClusterRole/all", namespace="")) == [
        "ServiceAccount/shop/orders may do everything in every namespace"
    ]
    assert told(DANGEROUS, *PODS, binding("ClusterRole/cluster-admin", namespace="")) == [
        "ServiceAccount/shop/orders may do everything in every namespace"
    ]
    assert told(DANGEROUS, *PODS, role(rule("configmaps", "get")), binding()) == []
    other = binding(subject="kind: ServiceAccount, name: other, namespace: shop")
    assert told(DANGEROUS, *PODS, SECRETS, other) == []
    assert told(DANGEROUS, SECRETS, binding()) == [], "nothing behind a route is known to be that account"


def test_a_caller_of_our_routes_has_a_dangerous_right() -> None:
    caller = "kind: ServiceAccount, name: bot, namespace: ci"
    routes = role(rule("routes", "get", "token-gateway.dev"), "callers")
    mine = binding("Role/callers", caller, name="callers")
    texts = (routes, mine, SECRETS, binding(subject=caller))
    assert told(DANGEROUS, *texts) == ["ServiceAccount/ci/bot may read every Secret in shop"]


def test_tokens_of_every_account() -> None:
    mints = rule("serviceaccounts/token", "create")
    assert told(MAKES_TOKENS, role(mints), binding()) == [
        "ServiceAccount/shop/orders may make tokens of every ServiceAccount"
    ]
    narrow = rule("serviceaccounts/token", "create", names="mine")
    assert told(MAKES_TOKENS, role(narrow), binding()) == []
    assert told(MAKES_TOKENS, role(mints)) == [], "bound to nobody"
    system = role(mints, "system:node", "")
    assert told(MAKES_TOKENS, system, binding("ClusterRole/system:node", namespace="")) == []
    assert told(MAKES_TOKENS, binding("ClusterRole/edit")) == [], "that is another rule's"


def test_editors_of_the_namespace() -> None:
    people = "kind: Group, name: developers"
    assert told(EDITORS, *PODS, binding("ClusterRole/edit", people)) == [
        "whoever has edit in shop makes tokens of the pods behind routes"
    ]
    assert len(told(EDITORS, *PODS, binding("ClusterRole/admin", people, namespace=""))) == 1
    assert told(EDITORS, *PODS, binding("ClusterRole/view", people)) == []
    assert told(EDITORS, *PODS, binding("ClusterRole/edit", people, namespace="far")) == []


def test_a_role_for_everybody() -> None:
    everybody = "kind: Group, name: 'system:authenticated'"
    routes = role(rule("routes", "get", "token-gateway.dev"))
    assert told(EVERYBODY_HAS_IT, routes, binding(subject=everybody)) == [
        "system:authenticated may use routes of the gateway"
    ]
    harmless = role(rule("configmaps", "get"))
    assert told(EVERYBODY_HAS_IT, harmless, binding(subject=everybody)) == []
    assert told(EVERYBODY_HAS_IT, SECRETS, binding(subject=everybody)) == [
        "high: system:authenticated has the role reader"
    ]
    anybody = "kind: User, name: 'system:anonymous'"
    assert told(EVERYBODY_HAS_IT, harmless, binding(subject=anybody)) == [
        "high: system:anonymous has the role reader"
    ]
    assert told(EVERYBODY_HAS_IT, binding("ClusterRole/system:discovery", everybody, namespace="")) == []
    assert told(EVERYBODY_HAS_IT, routes, binding()) == []


def test_others_read_our_keys() -> None:
    keys = secret("token-gateway-keys", labels=OURS)
    assert told(KEY_READERS, keys, SECRETS, binding()) == [
        "ServiceAccount/shop/orders may read Secret/shop/token-gateway-keys, in which the gateway's keys are"
    ]
    assert told(KEY_READERS, secret("other"), SECRETS, binding()) == []
    assert told(KEY_READERS, keys, role(rule("secrets", "get", names="other")), binding()) == []
    assert (
        len(told(KEY_READERS, keys, role(rule("secrets", "get", names="token-gateway-keys")), binding())) == 1
    )
    assert (
        told(KEY_READERS, keys, role(rule("secrets", "get"), namespace="far"), binding(namespace="far")) == []
    )
    clusterwide = (role(rule("secrets", "watch"), namespace=""), binding("ClusterRole/reader", namespace=""))
    assert len(told(KEY_READERS, keys, *clusterwide)) == 1


def test_which_secrets_hold_them_our_pods_say() -> None:
    mounted = our_deployment().replace(
        "automountServiceAccountToken: false",
        "volumes: [{name: keys, projected: {sources: [{secret: {name: mine}}]}}, "
        "{name: tls, secret: {secretName: x}}]",
    )

    def reads(names: str) -> list[str]:
        one = role(rule("secrets", "get", names=names), namespace="token-gateway")
        return told(KEY_READERS, mounted, one, binding(namespace="token-gateway"))

    assert reads("mine") == [
        "ServiceAccount/shop/orders may read Secret/token-gateway/mine, in which the gateway's keys are"
    ]
    assert reads("x") == []


def test_our_own_account_reads_them() -> None:
    keys = secret("token-gateway-keys", labels=OURS)
    mine = account("rotator").replace("labels: {}", f"labels: {{{OURS}}}")
    subject = "kind: ServiceAccount, name: rotator, namespace: shop"
    assert told(KEY_READERS, keys, SECRETS, mine, binding(subject=subject)) == []
    by_name = binding(subject="kind: ServiceAccount, name: token-gateway-keys, namespace: shop")
    assert told(KEY_READERS, keys, SECRETS, by_name) == []
