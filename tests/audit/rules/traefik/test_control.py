"""Who may tell Traefik what to do."""

from tests.audit.normal.traefik import written as w
from tests.audit.rules.traefik.judged import differing, hits


def pod(image: str, *arguments: str) -> str:
    return (
        "{apiVersion: v1, kind: Pod, metadata: {name: t, namespace: traefik}, spec: {containers: "
        f"[{{name: t, image: '{image}', args: {list(arguments)}}}]}}}}"
    )


def test_versions() -> None:
    cases = {
        "traefik:v3.7.12": ["high"],
        "traefik:v3.6.20": ["high"],
        "traefik:2.11": ["high"],
        "docker.io/library/traefik:v3.7.13": [],
        "traefik:v3.7": [],
        "traefik:v3": [],
        "traefik:3.8.0@sha256:00": [],
        "traefik:latest": [],
        "registry.example:5000/traefik": [],
        "registry.example:5000/traefik:v3.1.0": ["high"],
    }
    assert differing("TRF-006", {pod(image): said for image, said in cases.items()}) == {}


CRD = "--providers.kubernetescrd"


def test_tenants() -> None:
    cases = {
        pod("traefik:v3.8.0"): [],
        pod("traefik:v3.8.0", CRD): ["medium kubernetescrd"],
        pod("traefik:v3.8.0", f"{CRD}=false"): [],
        pod("traefik:v3.8.0", CRD, f"{CRD}.crossprovidernamespaces=traefik"): [],
        pod("traefik:v3.8.0", CRD, f"{CRD}.crossprovidernamespaces="): ["medium kubernetescrd"],
        pod("traefik:v3.8.0", CRD, f"{CRD}.namespaces=shop"): [],
        pod("traefik:v3.8.0", f"{CRD}.namespaces=shop,other"): ["medium kubernetescrd"],
        pod("traefik:v3.8.0", f"{CRD}.allowCrossNamespace", f"{CRD}.crossprovidernamespaces=traefik"): [
            "high namespace"
        ],
        "{entryPoints: {}, providers: {kubernetesIngress: {}}}": ["medium kubernetesingress"],
    }
    assert differing("TRF-010", cases) == {}


OWN = "[{name: rest@internal, kind: TraefikService}]"


def test_what_is_traefiks_own_is_opened_where_it_runs() -> None:
    route = w.route(services=OWN)
    assert [one.about for one in hits("TRF-010", route, pod("traefik:v3.8.0"))] == ["rest@internal"]
    assert hits("TRF-010", route) == [], "nobody knows where it runs"
    assert (
        hits("TRF-010", route, pod("traefik:v3.8.0").replace("namespace: traefik", "namespace: shop")) == []
    )


def test_the_dashboard() -> None:
    named = (w.middleware("users", "basicAuth: {secret: s}"), w.middleware("list", "ipAllowList: {}"))

    def dashboard(*middlewares: str, entry_points: str = "[web]", service: str = "api@internal") -> str:
        services = f"[{{name: {service}, kind: TraefikService}}]"
        return w.route(middlewares=middlewares, entry_points=entry_points, services=services)

    cases = {
        dashboard(): ["critical api@internal"],
        dashboard(service="dashboard@internal"): ["critical dashboard@internal"],
        dashboard(service="ping@internal"): [],
        dashboard("users"): [],
        dashboard("list"): ["medium api@internal"],
        dashboard(entry_points="[traefik]"): ["medium api@internal"],
        "{entryPoints: {}, api: {insecure: true}}": ["critical api.insecure"],
        "{entryPoints: {}, api: {insecure: false}}": [],
        "{entryPoints: {}, providers: {rest: {insecure: true}}}": ["critical providers.rest.insecure"],
        "http: {routers: {d: {rule: Host(`a`), service: api@internal}}}": ["critical api@internal"],
    }
    assert differing("TRF-011", cases, *named) == {}
