from gateway.audit.normal.envoy import is_told_of_tls
from gateway.audit.normal.envoy_file import files_of
from tests.audit.normal.shown import lines
from tests.audit.showing import estate_of, exposures

HCM = '"@type": type.googleapis.com/x.v3.HttpConnectionManager'
TCP = '"@type": type.googleapis.com/x.v3.TcpProxy, cluster: b'
ROUTES = "{name: r, virtual_hosts: [{domains: [a.b], routes: [{match: {prefix: /}, route: {cluster: b}}]}]}"
TLS = "transport_socket: {typed_config: {sni: x}}"


def bootstrap(manager: str, *, chain: str = "", kind: str = HCM) -> str:
    filters = f"filters: [{{typed_config: {{{kind}, {manager}}}}}]"
    return f"static_resources: {{listeners: [{{name: l, filter_chains: [{{{chain}{filters}}}]}}]}}\n"


def test_what_a_listener_opens() -> None:
    routes = f"route_config: {ROUTES}"
    only_tls = routes.replace("{domains", "{require_tls: ALL, domains")
    certified = "a.b/** only client-certificate -> b: yes"
    open_ = (
        'http_filters: [{name: f, typed_config: {"@type": type.googleapis.com/x.v3.ExtAuthz, '
        "failure_mode_allow: true, grpc_service: {}}}]"
    )
    verified, unverified = (
        [
            TLS.replace("sni: x", f"require_client_certificate: true, common_tls_context: {{{one}}}")
            for one in these
        ]
        for these in (
            (
                "validation_context: {trusted_ca: {filename: f}}",
                "validation_context_sds_secret_config: {name: s}",
                "combined_validation_context: {validation_context_sds_secret_config: {name: s}}",
                "combined_validation_context: {default_validation_context: {verify_certificate_hash: [h]}}",
            ),
            (
                "",
                "validation_context: {}",
                "validation_context: {trusted_ca: {}, trust_chain_verification: ACCEPT_UNTRUSTED}",
            ),
        )
    )
    sni = "filter_chain_match: {server_names: [s.b]}, "
    cases = [
        (lines(bootstrap(routes)), ["a.b/** none open -> b: yes"]),
        (lines(bootstrap(routes, chain=f"{TLS}, ")), ["a.b/** only open -> b: yes"]),
        *((lines(bootstrap(routes, chain=f"{one}, ")), [certified]) for one in verified),
        *((lines(bootstrap(routes, chain=f"{one}, ")), ["a.b/** only open -> b: yes"]) for one in unverified),
        (
            lines(bootstrap(f"{open_}, {routes}", chain=f"{verified[0]}, ")),
            [certified.replace("yes", "cannot tell")],
        ),
        (lines(bootstrap(f"use_remote_address: true, {only_tls}")), ["a.b/** only open -> nowhere: no"]),
        (lines(bootstrap(only_tls)), ["a.b/** only open -> nowhere: no", "a.b/** none open -> b: yes"]),
        (lines(bootstrap("x: 1", kind=TCP)), ["?  none open -> b: yes"]),
        (lines(bootstrap("x: 1", kind=TCP, chain=sni)), ["s.b?  passed-through open -> b: yes"]),
        (lines(bootstrap("x: 1", kind=TCP, chain=f"{TLS}, ")), ["?  only open -> b: yes"]),
        (lines(bootstrap("rds: {route_config_name: r}")), ["?  none unknown -> nowhere: cannot tell"]),
    ]
    assert [case for case in cases if case[0] != case[1]] == []


def test_routes_may_be_in_a_file_of_their_own() -> None:
    typed = ROUTES.replace(
        "{name", '{"@type": type.googleapis.com/envoy.config.route.v3.RouteConfiguration, name'
    )
    served = f'version_info: "1"\nresources: [{typed}]\n'
    assert lines(bootstrap("rds: {route_config_name: r}"), served) == ["a.b/** none open -> b: yes"]


def test_the_default_chain_is_a_chain() -> None:
    chain = f"{{filters: [{{typed_config: {{{HCM}, route_config: {ROUTES}}}}}]}}"
    text = f"static_resources: {{listeners: [{{name: l, default_filter_chain: {chain}}}]}}\n"
    assert lines(text) == ["a.b/** none open -> b: yes"]


def test_listeners_without_a_name_are_told_by_their_address() -> None:
    text = bootstrap(f"route_config: {ROUTES}")
    nameless = text.replace("name: l,", "address: {socket_address: {address: 0.0.0.0, port_value: 80}},")
    assert [one.class_name for one in exposures(text, file="envoy.yaml")] == ["l"]
    assert [one.class_name for one in exposures(nameless, file="envoy.yaml")] == ["0.0.0.0:80"]


def test_an_upgrade_may_have_filters_of_its_own() -> None:
    asks = '{name: f, typed_config: {"@type": type.googleapis.com/x.v3.ExtAuthz, grpc_service: {}}}'
    upgrades = "upgrade_configs: [{upgrade_type: websocket, MORE filters: [{name: r}]}]"
    text = bootstrap(f"http_filters: [{asks}], {upgrades}, route_config: {ROUTES}")
    found = exposures(text.replace("MORE", ""), file="envoy.yaml")
    assert [(one.conditions, one.is_protected) for one in found] == [((), True), (("header Upgrade",), False)]
    assert len(exposures(text.replace("MORE", "enabled: false,"), file="envoy.yaml")) == 1
    assert len(exposures(text.replace("filters: [{name: r}]", "x: 1").replace("MORE", ""))) == 1


def test_who_believes_what_a_client_says_of_tls() -> None:
    def told(text: str) -> bool:
        (file,) = files_of(estate_of(f"static_resources: {text}"))
        manager = file.root.child("static_resources")
        assert manager is not None
        return is_told_of_tls(manager)

    assert told("{}")
    assert told("{use_remote_address: false}")
    assert not told("{use_remote_address: true}")
    assert told("{use_remote_address: true, xff_num_trusted_hops: 1}")
