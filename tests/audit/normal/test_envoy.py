from tests.audit.normal.shown import lines

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
    mutual = TLS.replace("sni: x", "require_client_certificate: true")
    sni = "filter_chain_match: {server_names: [s.b]}, "
    cases = [
        (lines(bootstrap(routes)), ["a.b/** none open -> b: yes"]),
        (lines(bootstrap(routes, chain=f"{TLS}, ")), ["a.b/** only open -> b: yes"]),
        (lines(bootstrap(routes, chain=f"{mutual}, ")), ["a.b/** only client-certificate -> b: yes"]),
        (lines(bootstrap(only_tls)), ["a.b/** only open -> nowhere: no"]),
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
