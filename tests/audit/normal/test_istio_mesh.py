from gateway.audit.estate.place import Place
from gateway.audit.exposure import Auth, Fails
from gateway.audit.normal.istio_mesh import auth_of, logs_of, mesh_configs
from tests.audit.routes import HERE
from tests.audit.showing import estate_of


def operator(mesh: str) -> str:
    return f"apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {{meshConfig: {mesh}}}\n"


def provider(text: str, place: Place = HERE) -> Auth:
    (mesh,) = mesh_configs(estate_of(operator(f"{{extensionProviders: [{{name: a, {text}}}]}}")))
    found = auth_of(mesh, "a", place)
    assert found is not None
    return found


CONFIG_MAP = """
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    rootNamespace: roots
    extensionProviders:
      - name: a
        envoyExtAuthzGrpc: {service: token-gateway.auth.svc.cluster.local, port: "4181"}
"""


def test_where_the_mesh_is_configured() -> None:
    (mesh,) = mesh_configs(estate_of(CONFIG_MAP))
    assert (mesh.root, list(mesh.providers), mesh.providers["a"].mark[0]) == ("roots", ["a"], 9)
    istio = "apiVersion: sailoperator.io/v1\nkind: Istio\nspec: {values: {meshConfig: {rootNamespace: x}}}"
    assert [one.root for one in mesh_configs(estate_of(istio))] == ["x"]
    other = CONFIG_MAP.replace("name: istio,", "name: other,")
    assert list(mesh_configs(estate_of(other))) == []


def test_whom_a_provider_asks_over_http() -> None:
    found = provider(
        "envoyExtAuthzHttp: {service: auth/gw.auth.svc.cluster.local, port: 80, pathPrefix: /auth/envoy/o, "
        "failOpen: true, includeRequestHeadersInCheck: [Cookie], headersToUpstreamOnAllow: [X-Auth-*]}"
    )
    assert (found.dialect, found.policy, found.fails) == ("envoy", "o", Fails.OPEN)
    assert found.request_headers == frozenset({"authorization", "cookie"})
    assert found.response_headers == frozenset({"x-auth-*"})
    assert found.service is not None
    assert found.service == ("auth", "gw", "80", "Service")


def test_whom_a_provider_asks_over_grpc() -> None:
    found = provider("envoyExtAuthzGrpc: {service: opa.auth.svc, port: 9191}")
    assert (found.dialect, found.response_headers, found.fails) == (None, None, Fails.CLOSED)
    (mesh,) = mesh_configs(estate_of(CONFIG_MAP))
    assert auth_of(mesh, "b", HERE) is None


def test_what_the_access_logs_write() -> None:
    def logged(mesh: str, *more: str) -> set[str]:
        return {one.name for one in logs_of(estate_of(operator(mesh), *more))}

    telemetry = """
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: t, namespace: istio-system}
spec: {accessLogging: [{providers: [{name: NAME}]}]}
"""
    files = "{extensionProviders: [{name: f, envoyFileAccessLog: {logFormat: {text: '%REQ(COOKIE)%'}}}]}"
    cases = {
        "none": (logged("{}"), set()),
        "the default format": (logged("{accessLogFile: /dev/stdout}"), {"query"}),
        "a format": (
            logged("{accessLogFile: x, accessLogFormat: '%REQ(AUTHORIZATION)%'}"),
            {"authorization"},
        ),
        "a provider that nobody names": (logged(files), set()),
        "by Telemetry": (logged(files, telemetry.replace("NAME", "f")), {"cookie"}),
        "the one that is built in": (logged("{}", telemetry.replace("NAME", "envoy")), {"query"}),
        "switched off": (
            logged(
                files, telemetry.replace("[{providers", "[{disabled: true, providers").replace("NAME", "f")
            ),
            set(),
        ),
        "by default": (
            logged(files.replace("{ext", "{defaultProviders: {accessLogging: [f]}, ext")),
            {"cookie"},
        ),
    }
    assert {case: found for case, (found, wanted) in cases.items() if found != wanted} == {}
