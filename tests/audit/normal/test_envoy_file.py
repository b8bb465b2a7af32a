from gateway.audit.normal.envoy_file import Clusters, files_of, is_a, resources
from tests.audit.showing import estate_of

GIVEN = """
static_resources:
  listeners: [{name: a}]
  clusters:
    - name: gw
      transport_socket: {typed_config: {sni: x}}
      load_assignment:
        endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 10.0.0.1}}}}]}]
"""
SERVED = """
version_info: "1"
resources:
  - {"@type": type.googleapis.com/envoy.config.listener.v3.Listener, name: b}
  - {"@type": type.googleapis.com/envoy.config.route.v3.RouteConfiguration, name: r}
"""


def test_what_is_in_a_file() -> None:
    first, second = files_of(estate_of(GIVEN, SERVED))
    named = [
        [one.child("name") for one in resources(file, "listeners", "Listener")] for file in (first, second)
    ]
    assert [[one.value for one in names if one] for names in named] == [["a"], ["b"]]
    (routes,) = resources(second, "route_configs", "RouteConfiguration")
    assert is_a(routes, "RouteConfiguration")
    assert not is_a(routes, "Configuration")
    assert not is_a(None, "Listener")


def test_a_place_names_what_is_there() -> None:
    (file,) = files_of(estate_of(GIVEN))
    (listener,) = resources(file, "listeners", "Listener")
    place = file.place(listener)
    assert (place.owner, place.pointer, place.line) == ("a", "static_resources.listeners[0]", 3)
    assert file.place(None).pointer == ""


def test_where_a_cluster_leads() -> None:
    cluster = Clusters(files_of(estate_of(GIVEN))).get("gw")
    assert cluster is not None
    assert cluster.addresses == ("10.0.0.1",)
    assert cluster.tls is not None
    assert Clusters(()).get("gw") is None
