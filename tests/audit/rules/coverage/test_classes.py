from gateway.audit.check import check
from gateway.audit.controller import Controller
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather_text
from gateway.audit.rule import View
from gateway.audit.rules.coverage.classes import FOREIGN_ANNOTATIONS, NO_CLASS
from tests.audit.exposing import guarded, route, said
from tests.audit.showing import estate_of

NGINX = "nginx.ingress.kubernetes.io/auth-url: http://auth.auth.svc/"


def ingress(spec: str = "ingressClassName: nginx", annotations: str = "") -> str:
    return (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
        f"metadata: {{name: orders, namespace: shop, annotations: {{{annotations}}}}}\nspec: {{{spec}}}\n"
    )


def ingress_class(name: str, controller: str, default: str = "") -> str:
    annotations = f"ingressclass.kubernetes.io/is-default-class: '{default}'" if default else ""
    return (
        f"apiVersion: networking.k8s.io/v1\nkind: IngressClass\n"
        f"metadata: {{name: {name}, annotations: {{{annotations}}}}}\nspec: {{controller: {controller}}}\n"
    )


def program(name: str, image: str, *arguments: str) -> str:
    return (
        f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: x}}\n"
        f"spec: {{template: {{spec: {{containers: [{{image: '{image}', args: {list(arguments)}}}]}}}}}}\n"
    )


def test_no_class() -> None:
    what = "names no class, and no class is known to be the default"
    assert said(NO_CLASS, estate=estate_of(ingress("rules: []"))) == [f"low: {what}"]
    estate = estate_of(ingress("rules: []"))
    assert said(NO_CLASS, guarded(of=estate.objects[0]), estate=estate) == [f"medium: {what}"]
    default = ingress_class("nginx", "k8s.io/ingress-nginx", "true")
    assert said(NO_CLASS, estate=estate_of(ingress("rules: []"), default)) == []
    assert said(NO_CLASS, estate=estate_of(ingress())) == []
    assert said(NO_CLASS, estate=estate_of(ingress("rules: []", "kubernetes.io/ingress.class: nginx"))) == []


def test_an_operator_who_says_which_controller_it_is_needs_no_class() -> None:
    gathering = Gathering()
    gather_text(ingress("rules: []").encode(), "given.yaml", gathering)
    estate = gathering.finished(controller=Controller.TRAEFIK)
    assert said(NO_CLASS, estate=estate) == []


def test_two_defaults() -> None:
    both = (ingress_class(name, "k8s.io/ingress-nginx", "true") for name in ("a", "b"))
    assert said(NO_CLASS, estate=estate_of(*both)) == ["is a default as well as IngressClass/a"]


def test_two_controllers_of_one_class() -> None:
    nginx = program("nginx", "registry.k8s.io/ingress-nginx/controller:v1.15.1")
    traefik = program("traefik", "traefik:v3.7", "--providers.kubernetesIngressNGINX=true")
    assert said(NO_CLASS, estate=estate_of(nginx, traefik)) == [
        "low: serves the classes of ingress-nginx as well as Deployment/x/nginx"
    ]
    assert said(NO_CLASS, estate=estate_of(nginx)) == said(NO_CLASS, estate=estate_of(traefik)) == []


def test_annotations_of_another_controller() -> None:
    def told(class_name: str, annotations: str, *more: str) -> list[str]:
        return said(
            FOREIGN_ANNOTATIONS,
            estate=estate_of(ingress(f"ingressClassName: {class_name}", annotations), *more),
        )

    assert told("traefik", NGINX) == [
        "nginx.ingress.kubernetes.io/auth-url is for another controller than traefik, which serves traefik"
    ]
    assert told("nginx", NGINX) == []
    assert told("nginx", "haproxy.org/auth-type: basic-auth") != []
    assert told("haproxy", "haproxy-ingress.github.io/auth-url: 'http://a'") == []
    assert told("haproxy", "ingress.kubernetes.io/auth-url: 'http://a'") == []
    assert told("nginx", "traefik.ingress.kubernetes.io/router.middlewares: shop-auth@kubernetescrd") != []
    assert told("nginx", "traefik.ingress.kubernetes.io/router.middlewares: shop-gzip@kubernetescrd") == []
    assert told("nginx", "nginx.org/basic-auth-secret: users") == [], (
        "F5's controller has a class of that name"
    )
    f5 = ingress_class("nginx", "nginx.org/ingress-controller")
    assert told("nginx", "nginx.org/basic-auth-secret: users", f5) == []
    assert told("nginx", NGINX, f5) != []
    assert told("traefik", "nginx.ingress.kubernetes.io/rewrite-target: /") == []
    assert told("traefik", "nginx.ingress.kubernetes.io/auth-type: none") == []
    assert told("alb", NGINX) != []
    assert told("public", NGINX) == [], "nothing but the annotation tells whose class it is"
    assert told("public", NGINX, ingress_class("public", "traefik.io/ingress-controller")) != []
    assert told("public", NGINX, ingress_class("public", "ingress.k8s.aws/alb")) != []
    assert told("public", NGINX, ingress_class("public", "k8s.io/ingress-nginx")) == []


def test_traefik_that_reads_them_is_no_other_controller() -> None:
    traefik = program("traefik", "traefik:v3.7", "--providers.kubernetesIngressNGINX=true")
    assert (
        said(FOREIGN_ANNOTATIONS, estate=estate_of(ingress("ingressClassName: nginx", NGINX), traefik)) == []
    )


def test_what_is_protected_otherwise_may_keep_them() -> None:
    estate = estate_of(ingress("ingressClassName: traefik", NGINX))
    of = estate.objects[0]
    assert said(FOREIGN_ANNOTATIONS, guarded(of=of), guarded(), estate=estate) == []
    assert said(FOREIGN_ANNOTATIONS, guarded(of=of), route(of=of), estate=estate) != []
    assert list(FOREIGN_ANNOTATIONS.check(View(estate=estate, exposures=()))) != []
    assert "COV-015" in {one.rule.id for one in check(estate).findings}
