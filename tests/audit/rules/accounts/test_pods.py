from gateway.audit.rule import Rule
from gateway.audit.rules.accounts.pods import DEFAULT_ACCOUNT, EXTENDED, MOUNTED, NOT_RENEWED, PROJECTED
from tests.audit.exposing import route, said
from tests.audit.shop import OURS, account, deployment, our_deployment, secret, service
from tests.audit.showing import estate_of

CARRY = "pods behind a.example /** carry a token for the API server"


def told(checked: Rule, *texts: str) -> list[str]:
    return said(checked, route("a.example/"), estate=estate_of(*texts))


def test_who_carries_a_token() -> None:
    own = deployment("serviceAccountName: orders")
    no = "automountServiceAccountToken: false"
    assert told(MOUNTED, service(), deployment()) == [CARRY]
    assert told(MOUNTED, service(), deployment(no)) == []
    assert told(MOUNTED, service(), deployment("automountServiceAccountToken: true")) == [f"info: {CARRY}"]
    assert told(MOUNTED, service(), own) == [f"info: {CARRY}"], "its account was not given"
    assert told(MOUNTED, service(), own, account("other")) == [CARRY]
    assert told(MOUNTED, service(), own, account(more=no)) == []
    assert told(MOUNTED, service(), own, account()) == [CARRY]
    assert told(MOUNTED, deployment()) == [], "no route leads there"


def test_who_is_the_default_account() -> None:
    assert told(DEFAULT_ACCOUNT, service(), deployment()) == [
        "pods behind a.example /** are the ServiceAccount default"
    ]
    assert told(DEFAULT_ACCOUNT, service(), deployment("serviceAccountName: orders")) == []


def test_projected_tokens() -> None:
    def pod(token: str, more: str = "") -> str:
        sources = f"[{{serviceAccountToken: {{path: token, {token}}}}}{more}]"
        return deployment(f"volumes: [{{name: caller, projected: {{sources: {sources}}}}}]")

    assert told(PROJECTED, pod("audience: orders")) == []
    assert told(PROJECTED, pod("audience: orders, expirationSeconds: 3600")) == []
    assert told(PROJECTED, pod("expirationSeconds: 3600")) == ["the token in caller names no audience"]
    assert told(PROJECTED, pod("audience: orders, expirationSeconds: 86400")) == [
        "the token in caller is good for 86400 seconds"
    ]
    for_api = ", {configMap: {name: kube-root-ca.crt}}"
    assert told(PROJECTED, pod("expirationSeconds: 3600", for_api)) == [], "what is for the API server"
    assert len(told(PROJECTED, pod("expirationSeconds: 4000", for_api))) == 1


def test_tokens_that_are_good_for_a_year() -> None:
    def server(*arguments: str) -> str:
        return deployment(container=f"command: {['kube-apiserver', *arguments]}").replace(
            "shop/it:1", "registry.k8s.io/kube-apiserver:v1.36.0"
        )

    assert len(told(EXTENDED, server())) == 1
    assert len(told(EXTENDED, server("--service-account-extend-token-expiration=true"))) == 1
    assert told(EXTENDED, server("--service-account-extend-token-expiration=false")) == []
    assert told(EXTENDED, deployment()) == []


def test_keys_that_are_never_renewed() -> None:
    mounted = "volumeMounts: [{name: keys, mountPath: /keys, subPath: one}]"
    assert told(NOT_RENEWED, our_deployment(mounted)) == ["keys is mounted by subPath, and is never renewed"]
    assert told(NOT_RENEWED, our_deployment("volumeMounts: [{name: keys, mountPath: /keys}]")) == []
    assert told(NOT_RENEWED, deployment(container=mounted)) == [], "not ours"
    assert told(NOT_RENEWED, secret("keys", more="immutable: true", labels=OURS)) == [
        "cannot be changed, so that keys in it never rotate"
    ]
    assert told(NOT_RENEWED, secret("keys", more="immutable: true")) == []
