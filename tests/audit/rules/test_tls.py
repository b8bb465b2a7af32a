from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

from gateway.audit.exposure import Backend
from gateway.audit.rules.tls import CERTIFICATES, CLEAR_BEHIND, OLD_KEYS
from tests.audit.certified import NOT_AFTER, certificate
from tests.audit.exposing import asked, guarded, said
from tests.audit.shop import secret, service
from tests.audit.showing import estate_of


def ingress(annotations: str = "") -> str:
    return (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
        f"metadata: {{name: orders, namespace: shop, annotations: {{{annotations}}}}}\n"
        "spec: {tls: [{hosts: [a.example, B.example], secretName: tls}]}\n"
    )


def holds(*names: str, namespace: str = "shop") -> str:
    encoded = b64encode(certificate(*names)).decode()
    return secret("tls", namespace, f"type: kubernetes.io/tls\ndata: {{tls.crt: {encoded}}}")


def told(*texts: str, days: int | None = None) -> list[str]:
    today = None if days is None else (NOT_AFTER - timedelta(days=days)).date()
    return said(CERTIFICATES, estate=estate_of(*texts), today=today)


def test_for_which_hosts_it_is() -> None:
    assert told(ingress(), holds("a.example", "b.example")) == []
    assert told(ingress(), holds("*.example")) == []
    assert told(ingress(), holds("a.example")) == [
        "high: the certificate in Secret/shop/tls is not for b.example"
    ]
    assert told(ingress(), secret("tls", more="data: {tls.crt: AAAA}")) == [
        "high: Secret/shop/tls holds no certificate"
    ]
    assert told(ingress(), secret("tls", more="type: kubernetes.io/tls")) == [], "given without what is in it"


def test_when_it_ends() -> None:
    both = (ingress(), holds("*.example"))
    assert told(*both, days=14) == []
    assert told(*both, days=13) == ["the certificate in Secret/shop/tls ends in 13 days"]
    assert told(*both, days=-1) == ["high: the certificate in Secret/shop/tls has ended"]
    assert told(*both) == [], "nobody asked when it is"


def test_when_it_is_missing() -> None:
    other = secret("other", more="type: kubernetes.io/tls")
    assert told(ingress()) == []
    assert told(ingress(), secret("other")) == []
    assert told(ingress(), other) == ["low: Secret/shop/tls is not there"]
    assert told(ingress("cert-manager.io/cluster-issuer: letsencrypt"), other) == []
    ordered = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: a, namespace: shop}\n"
    assert told(ingress(), other, f"{ordered}spec: {{secretName: tls}}\n") == []


def test_everything_that_names_a_secret() -> None:
    def written(api: str, kind: str, spec: str) -> list[str]:
        one = f"apiVersion: {api}\nkind: {kind}\nmetadata: {{name: it, namespace: far}}\nspec: {{{spec}}}\n"
        return told(one, holds("other.example"))

    reference = "tls: {certificateRefs: [{name: tls, namespace: shop}]}"
    wrong = "high: the certificate in Secret/shop/tls is not for a.example"
    assert written(
        "gateway.networking.k8s.io/v1", "Gateway", f"listeners: [{{hostname: a.example, {reference}}}]"
    ) == [wrong]
    assert written(
        "projectcontour.io/v1", "HTTPProxy", "virtualhost: {fqdn: a.example, tls: {secretName: shop/tls}}"
    ) == [wrong]
    assert written("k8s.nginx.org/v1", "VirtualServer", "host: a.example, tls: {secret: shop/tls}") == [wrong]
    assert written("traefik.io/v1alpha1", "IngressRoute", "tls: {secretName: shop/tls}") == []


def test_the_way_to_a_backend() -> None:
    clear = "tokens that were made for Service/shop/orders go there in clear text"
    mine = guarded("a.example/")
    assert said(CLEAR_BEHIND, mine, estate=estate_of(service())) == [f"info: {clear}"]
    assert said(CLEAR_BEHIND, mine, estate=estate_of(service("clusterIP: None"))) == [clear]
    tls = service().replace("name: http,", "name: https,")
    assert said(CLEAR_BEHIND, mine, estate=estate_of(tls)) == []
    spoken = service().replace("name: http,", "name: web, appProtocol: https,")
    assert said(CLEAR_BEHIND, mine, estate=estate_of(spoken)) == []
    other = guarded("a.example/", auth=asked(dialect=None))
    assert said(CLEAR_BEHIND, other, estate=estate_of(service())) == [], "no token of ours"
    nowhere = replace(mine, backends=(Backend("shop", "orders", "81"),))
    assert said(CLEAR_BEHIND, nowhere, estate=estate_of(service())) == []


def test_keys_that_stay() -> None:
    def kept(spec: str) -> list[str]:
        head = "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: a, namespace: shop}\n"
        return said(OLD_KEYS, estate=estate_of(f"{head}spec: {{{spec}}}\n"))

    client = "usages: [client auth]"
    same = "renews its certificate with the same key"
    assert kept(f"{client}, privateKey: {{rotationPolicy: Always}}, duration: 2160h") == []
    assert kept(f"{client}, privateKey: {{rotationPolicy: Never}}") == [same]
    assert kept(client) == [f"info: {same}"]
    assert kept(f"{client}, privateKey: {{rotationPolicy: Always}}, duration: 8760h0m0s") == [
        "is good for more than 90 days"
    ]
    assert kept("privateKey: {rotationPolicy: Never}, duration: 8760h") == [], "not a client's"
