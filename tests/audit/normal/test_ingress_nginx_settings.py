"""Where the controller's own configuration is, and what it says."""

from gateway.audit.normal.ingress_nginx_settings import (
    NO_AUTH_LOCATIONS,
    config_maps,
    controllers,
    passes_tls_through,
    settings_of,
    stream_maps,
    traefik_provider,
)
from tests.audit.nginx_texts import TRAEFIK, config_map, controller, documents
from tests.audit.showing import estate_of

IMAGE = "registry.k8s.io/ingress-nginx/controller:v1.15.1"


def named(*texts: str) -> list[str]:
    return [one.name for one in config_maps(estate_of(documents(*texts)))]


def test_it_is_found_by_its_name_or_by_an_argument() -> None:
    assert named(config_map()) == ["ingress-nginx-controller"]
    assert named(config_map(name="edge-ingress-nginx-controller")) == ["edge-ingress-nginx-controller"]
    assert named(config_map(name="nginx-configuration")) == ["nginx-configuration"]
    assert named(config_map(name="settings")) == []
    for argument in ("--configmap=$(POD_NAMESPACE)/settings", "--configmap=ingress-nginx/settings"):
        assert named(controller(IMAGE, argument), config_map(name="settings")) == ["settings"], argument
    assert named(controller(IMAGE, "--configmap=other/settings"), config_map(name="settings")) == []
    assert named(controller("traefik:v3", "--configmap=ingress-nginx/x"), config_map(name="x")) == []


def test_what_it_says() -> None:
    given = settings_of(estate_of(config_map({"a": "x", "b": "", "c": "true"})))
    said = given.get("a")
    assert said is not None
    assert (said.value, said.place.pointer) == ("x", "data.a")
    assert (given.get("b"), given.is_on("c"), given.is_on("a"), len(given.maps)) == (None, True, False, 1)


def test_of_several_only_what_each_says() -> None:
    both = documents(
        config_map({"a": "1", "b": "2"}), config_map({"a": "3"}, name="x-ingress-nginx-controller")
    )
    given = settings_of(estate_of(both))
    assert (given.get("a") is not None, given.get("b")) == (True, None)


def test_nothing_is_known_where_none_was_given() -> None:
    given = settings_of(estate_of("kind: Service\napiVersion: v1"))
    assert (given.maps, given.get("a"), given.no_auth_locations) == ((), None, NO_AUTH_LOCATIONS)


def test_whether_tls_may_be_passed_through() -> None:
    assert passes_tls_through(estate_of(config_map())), "nobody knows"
    assert passes_tls_through(estate_of(controller(IMAGE, "--enable-ssl-passthrough")))
    assert not passes_tls_through(estate_of(controller(IMAGE)))


def test_open_paths() -> None:
    given = settings_of(estate_of(config_map({"no-auth-locations": "/a, ,/b"})))
    assert given.no_auth_locations == ("/a", "/b")


def test_which_workloads_run_it() -> None:
    images = {
        IMAGE: True,
        "docker.io/bitnami/nginx-ingress-controller:1.11": True,
        "rancher/nginx-ingress-controller:v1.12.1": True,
        "nginx/nginx-ingress:5.5": False,
        "traefik:v3.7": False,
    }
    for image, expected in images.items():
        assert bool(list(controllers(estate_of(controller(image))))) is expected, image


def test_open_ports_are_found_likewise() -> None:
    def found(*texts: str) -> list[tuple[str, str]]:
        return [(protocol, one.name) for protocol, one in stream_maps(estate_of(documents(*texts)))]

    assert found(config_map(name="tcp-services")) == [("tcp", "tcp-services")]
    assert found(config_map(name="edge-ingress-nginx-udp")) == [("udp", "edge-ingress-nginx-udp")]
    argument = "--tcp-services-configmap=$(POD_NAMESPACE)/ports"
    assert found(controller(IMAGE, argument), config_map(name="ports")) == [("tcp", "ports")]
    assert found(config_map()) == []


def test_options_of_traefiks_provider() -> None:
    file = "providers: {kubernetesIngressNGINX: {globalAuthURL: https://a/x}}\n"
    arguments = controller("traefik:v3", "--providers.kubernetesingressnginx.GlobalAuthURL=https://b/x")
    for text, value in ((file, "https://a/x"), (arguments, "https://b/x")):
        said = traefik_provider(estate_of(text)).get("globalauthurl")
        assert said is not None
        assert said.value == value
    assert traefik_provider(estate_of(TRAEFIK)).said == {}
