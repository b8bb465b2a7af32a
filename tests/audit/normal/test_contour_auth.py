from gateway.audit.exposure import Auth, Fails
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
        allowedAuthorizationHeaders: [{exact: cookie}, {exact: X-Api-Key}]
        allowedUpstreamHeaders: UPSTREAM
"""

    def asked(upstream: str) -> Auth:
        estate = estate_of(proxy.replace("UPSTREAM", upstream), EXTENSION)
        host = estate.objects[0].node.descendant(("spec", "virtualhost"))
        asking = own_asking(estate, estate.objects[0], host)
        assert asking is not None
        return asking.auth

    found = asked("[]")
    assert (found.dialect, found.policy) == ("envoy", "o")
    assert found.request_headers == frozenset({"authorization", "cookie"})
    cases: dict[str, frozenset[str] | None] = {
        "[{exact: authorization}, {prefix: x-auth-}]": frozenset({"authorization", "x-auth-*"}),
        "[{exact: Authorization}, {prefix: X-Auth-}]": frozenset(),
        "[{exact: Authorization, ignoreCase: true}]": frozenset({"authorization"}),
        "[{suffix: ization}]": frozenset({"authorization"}),
        "[{suffix: iZation}]": frozenset(),
        "[{contains: Author, ignoreCase: true}]": frozenset({"authorization"}),
        "[{contains: x}]": frozenset(),
    }
    assert {one: asked(one).response_headers for one in cases} == cases


def test_the_object_and_the_text_of_a_format() -> None:
    def logged(envoy: str) -> list[str]:
        head = "apiVersion: projectcontour.io/v1alpha1\nkind: ContourConfiguration\nmetadata: {name: c}"
        return [one.name for one in logs_of(estate_of(f"{head}\nspec: {{envoy: {{logging: {envoy}}}}}"))]

    assert logged("{accessLogFormat: envoy}") == ["query", "query"]
    assert logged("{accessLogFormat: envoy, accessLogFormatString: '%REQ(COOKIE)%'}") == ["cookie"]
    assert logged("{}") == []
