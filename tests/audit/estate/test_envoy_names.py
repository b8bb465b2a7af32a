from gateway.audit.estate.envoy_names import as_envoy_names, own_name
from gateway.audit.exposure import Fails
from tests.audit.showing import estate_of, exposures

TYPE = "type.googleapis.com/envoy.extensions.filters"


def test_a_field_may_be_written_in_two_ways() -> None:
    names = {
        "failureModeAllow": "failure_mode_allow",
        "failure_mode_allow": "failure_mode_allow",
        "name": "name",
        "@type": "@type",
        "envoy.filters.http.extAuthz": "envoy.filters.http.extAuthz",
    }
    assert {one: own_name(one) for one in names} == names


def test_what_is_named_by_whoever_writes_it_keeps_its_name() -> None:
    text = "staticResources: {typedPerFilterConfig: {extAuthz: {isOptional: true}}, a: [{bC: 1}]}"
    (file,) = estate_of(text, file="envoy.yaml").files
    assert file.root is not None
    named = {"typed_per_filter_config": {"extAuthz": {"is_optional": True}}, "a": ({"b_c": 1},)}
    assert file.root.plain() == {"static_resources": named}
    assert as_envoy_names(file.root).plain() == file.root.plain()
    assert file.root.descendant(("static_resources",)) is not None


def test_what_is_said_in_lower_camel_case_is_in_force() -> None:
    """Envoy 1.37 reads it so."""
    asks = f'{{"@type": {TYPE}.http.ext_authz.v3.ExtAuthz, failureModeAllow: true, grpcService: {{}}}}'
    config = f"""
staticResources:
  listeners:
    - name: l
      filterChains:
        - filters:
            - typedConfig:
                "@type": {TYPE}.network.http_connection_manager.v3.HttpConnectionManager
                httpFilters: [{{name: extAuthz, typedConfig: {asks}}}]
                routeConfig:
                  virtualHosts:
                    - domains: ["*"]
                      routes:
                        - match: {{path: /off}}
                          route: {{cluster: app}}
                          typedPerFilterConfig:
                            extAuthz:
                              "@type": {TYPE}.http.ext_authz.v3.ExtAuthzPerRoute
                              disabled: true
                        - {{match: {{prefix: /}}, route: {{cluster: app}}}}
"""
    off, on = exposures(config, file="envoy.yaml")
    assert off.auth is None
    assert on.auth is not None
    assert on.auth.fails is Fails.OPEN
    assert on.backends[0].name == "app"
