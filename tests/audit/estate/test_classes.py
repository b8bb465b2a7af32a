from gateway.audit.controller import Controller
from gateway.audit.estate.classes import class_of, controller_of, gateway_controller_of
from tests.audit.showing import estate_of

API = "apiVersion: networking.k8s.io/v1"


def ingress(class_name: str = "", annotation: str = "") -> str:
    spec = f"{{ingressClassName: {class_name}}}" if class_name else "{}"
    annotations = f"{{{annotation}: x}}" if annotation else "{}"
    metadata = f"{{name: a, annotations: {annotations}}}"
    return f"{{{API}, kind: Ingress, metadata: {metadata}, spec: {spec}}}"


def of_class(metadata: str, name: str) -> str:
    return f"{{{API}, kind: IngressClass, metadata: {metadata}, spec: {{controller: {name}}}}}"


def served(*texts: str) -> Controller:
    estate = estate_of(*texts)
    return controller_of(estate, estate.of("Ingress")[0])


def test_the_class_tells_then_its_name_then_the_annotations() -> None:
    assert (
        served(ingress("door"), of_class("{name: door}", "k8s.io/ingress-nginx")) is Controller.INGRESS_NGINX
    )
    assert (
        served(ingress("nginx"), of_class("{name: nginx}", "nginx.org/ingress-controller"))
        is Controller.F5_NIC
    )
    haproxy = of_class("{name: h}", "haproxy.org/ingress-controller/haproxy")
    assert served(ingress("h"), haproxy) is Controller.HAPROXYTECH
    assert served(ingress("my-traefik")) is Controller.TRAEFIK
    assert served(ingress("", "nginx.org/policies")) is Controller.F5_NIC
    assert served(ingress("", "nginx.ingress.kubernetes.io/auth-url")) is Controller.INGRESS_NGINX
    assert served(ingress("", "projectcontour.io/x")) is Controller.CONTOUR
    assert served(ingress("", "")) is Controller.UNKNOWN
    assert served(ingress("door"), of_class("{name: door}", "example.com/own")) is Controller.UNKNOWN


def test_of_two_with_the_same_class_the_annotations_tell_which() -> None:
    assert served(ingress("haproxy", "haproxy.org/auth-type")) is Controller.HAPROXYTECH
    assert served(ingress("haproxy", "haproxy.com/auth-type")) is Controller.HAPROXYTECH
    assert served(ingress("haproxy", "haproxy-ingress.github.io/auth-url")) is Controller.HAPROXY_INGRESS
    assert served(ingress("haproxy", "nginx.org/policies")) is Controller.HAPROXY_INGRESS
    assert served(ingress("nginx", "nginx.org/policies")) is Controller.F5_NIC
    assert served(ingress("nginx", "nginx.ingress.kubernetes.io/auth-url")) is Controller.INGRESS_NGINX
    given = of_class("{name: haproxy}", "haproxy-ingress.github.io/controller")
    assert served(ingress("haproxy", "haproxy.org/auth-type"), given) is Controller.HAPROXY_INGRESS


def test_the_only_default_class_counts_where_none_is_named() -> None:
    default = "{name: a, annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}}"
    one = of_class(default, "traefik.io/ingress-controller")
    estate = estate_of(ingress(), one)
    assert class_of(estate, estate.of("Ingress")[0]) == "a"
    assert served(ingress(), one) is Controller.TRAEFIK
    assert served(
        ingress(), one, of_class(default.replace("name: a", "name: b"), "k8s.io/ingress-nginx")
    ) is (Controller.UNKNOWN)
    assert served(ingress("", "kubernetes.io/ingress.class")) is Controller.UNKNOWN


def test_a_traefik_that_reads_the_annotations_of_ingress_nginx_is_known() -> None:
    def pod(image: str, option: str) -> str:
        spec = f"{{containers: [{{name: a, image: '{image}', args: ['{option}']}}]}}"
        return f"{{apiVersion: v1, kind: Pod, metadata: {{name: {image[:3]}}}, spec: {spec}}}"

    traefik = pod("traefik:v3.7", "--providers.kubernetesIngressNGINX=true")
    assert served(ingress("nginx"), traefik) is Controller.TRAEFIK_INGRESS_NGINX
    off = pod("traefik:v3.7", "--providers.kubernetesIngressNGINX=false")
    assert served(ingress("nginx"), off) is Controller.INGRESS_NGINX
    nginx = pod("registry.k8s.io/ingress-nginx/controller:v1.15.1", "--x")
    assert served(ingress("nginx"), traefik, nginx) is Controller.INGRESS_NGINX


def test_a_gateway_tells_who_serves_a_route() -> None:
    def parts(class_name: str, controller: str) -> tuple[str, ...]:
        api = "apiVersion: gateway.networking.k8s.io/v1"
        route = f"{{{api}, kind: HTTPRoute, metadata: {{name: r}}, spec: {{parentRefs: [{{name: g}}]}}}}"
        door = f"{{{api}, kind: Gateway, metadata: {{name: g}}, spec: {{gatewayClassName: {class_name}}}}}"
        spec = f"{{controllerName: {controller}}}"
        kind = f"{{{api}, kind: GatewayClass, metadata: {{name: {class_name}}}, spec: {spec}}}"
        return (route, door, kind) if controller else (route, door)

    def of(*texts: str) -> tuple[Controller, str]:
        estate = estate_of(*texts)
        return gateway_controller_of(estate, estate.of("HTTPRoute")[0])

    assert of(*parts("x", "gateway.envoyproxy.io/gatewayclass-controller")) == (Controller.ENVOY_GATEWAY, "x")
    assert of(*parts("istio", "")) == (Controller.ISTIO, "istio")
    assert of(*parts("own", "example.com/own")) == (Controller.GATEWAY_API, "own")
    assert of(parts("own", "")[0]) == (Controller.GATEWAY_API, "")
