from gateway.audit.normal.envoy_file import files_of
from gateway.audit.rules.envoy.settings import http_filters, managers, settings
from tests.audit.normal.shown import policy
from tests.audit.showing import estate_of

FILE = """
static_resources:
  listeners:
    - filter_chains:
        - filters:
            - typed_config:
                "@type": type.googleapis.com/x.v3.HttpConnectionManager
                http_filters: [{typed_config: {"@type": type.googleapis.com/x.v3.ExtAuthz}}, {name: other}]
      default_filter_chain:
        filters: [{typed_config: {"@type": type.googleapis.com/x.v3.HttpConnectionManager}}, {name: tcp}]
"""


def test_every_place_that_says_who_is_asked() -> None:
    providers = "{name: a, envoyExtAuthzHttp: {}}, {name: b, envoyExtAuthzGrpc: {}}, {name: c}"
    mesh = f"{{meshConfig: {{extensionProviders: [{providers}]}}}}"
    given = estate_of(
        policy("SecurityPolicy", "gateway.envoyproxy.io", "{extAuth: {}}"),
        policy("SecurityPolicy", "gateway.envoyproxy.io", "{cors: {}}"),
        policy("GatewayExtension", "gateway.kgateway.dev", "{extAuth: {}}"),
        policy("HTTPProxy", "projectcontour.io", "{virtualhost: {authorization: {}}}"),
        policy("ContourConfiguration", "projectcontour.io", "{globalExtAuth: {}}"),
        policy("IstioOperator", "install.istio.io", mesh),
        FILE,
    )
    found = [(one.place().owner.partition("/")[0], one.default_wait_s) for one in settings(given)]
    assert found == [
        ("SecurityPolicy", 10),
        ("GatewayExtension", 0.2),
        ("HTTPProxy", 0),
        ("ContourConfiguration", 0),
        ("IstioOperator", 600),
        ("IstioOperator", 600),
        ("", 0.2),
    ]


def test_filters_of_a_file() -> None:
    (file,) = files_of(estate_of(FILE))
    assert len(list(managers(file))) == 2
    assert len(list(http_filters(file))) == 2
