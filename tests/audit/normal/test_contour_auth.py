from gateway.audit.exposure import Fails
from gateway.audit.normal.contour_auth import configurations, global_asking, logs_of, own_asking
from tests.audit.showing import estate_of

EXTENSION = """
apiVersion: projectcontour.io/v1alpha1
kind: ExtensionService
metadata: {name: gw, namespace: auth}
spec: {services: [{name: token-gateway, port: 4181}]}
"""
FILE = """
apiVersion: v1
kind: ConfigMap
metadata: {name: contour, namespace: projectcontour}
data:
  contour.yaml: |
    accesslog-format: json
    json-fields: [method, "a=%REQ(AUTHORIZATION)%", path]
    globalExtAuth:
      extensionService: auth/gw
      failOpen: true
      authPolicy: {disabled: true}
"""


def test_the_file_of_contour_is_in_a_config_map() -> None:
    estate = estate_of(FILE, EXTENSION)
    ((of, _),) = configurations(estate)
    assert of.name == "contour"
    asking = global_asking(estate)
    assert asking is not None
    assert asking.disabled
    assert asking.auth.fails is Fails.OPEN
    assert asking.auth.service == ("auth", "token-gateway", "4181", "Service")
    assert {one.name for one in logs_of(estate)} == {"authorization", "query"}
    assert global_asking(estate_of(EXTENSION)) is None


def test_what_is_asked_over_http() -> None:
    proxy = """
apiVersion: projectcontour.io/v1
kind: HTTPProxy
metadata: {name: p, namespace: shop}
spec:
  virtualhost:
    authorization:
      serviceType: http
      extensionRef: {name: gw, namespace: auth}
      httpSettings:
        pathPrefix: /auth/envoy/o
        allowedUpstreamHeaders: [{exact: Authorization}, {prefix: X-Auth-}, {contains: x}]
"""
    estate = estate_of(proxy, EXTENSION)
    asking = own_asking(estate, estate.objects[0], estate.objects[0].node.descendant(("spec", "virtualhost")))
    assert asking is not None
    assert (asking.auth.dialect, asking.auth.policy) == ("envoy", "o")
    assert asking.auth.response_headers == frozenset({"authorization", "x-auth-*"})


def test_the_object_and_the_text_of_a_format() -> None:
    def logged(envoy: str) -> list[str]:
        head = "apiVersion: projectcontour.io/v1alpha1\nkind: ContourConfiguration\nmetadata: {name: c}"
        return [one.name for one in logs_of(estate_of(f"{head}\nspec: {{envoy: {{logging: {envoy}}}}}"))]

    assert logged("{accessLogFormat: envoy}") == ["query", "query"]
    assert logged("{accessLogFormat: envoy, accessLogFormatString: '%REQ(COOKIE)%'}") == ["cookie"]
    assert logged("{}") == []
