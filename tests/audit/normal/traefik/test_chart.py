"""The values of Traefik's chart."""

from gateway.audit.normal.traefik.static import IMAGE, installations
from tests.audit.showing import estate_of

VALUES = """\
image: {tag: v3.7.2}
additionalArguments: ["--api.insecure=true"]
globalArguments: []
logs:
  access:
    enabled: true
    fields: {general: {names: {RequestPath: drop}}, headers: {defaultMode: keep}}
providers: {kubernetesCRD: {allowCrossNamespace: true}, kubernetesGateway: {enabled: false}}
ports:
  web:
    port: 8000
    redirections: {entryPoint: {to: websecure}}
    forwardedHeaders: {insecure: true}
  websecure:
    http: {sanitizePath: false}
    tls: {enabled: true}
"""
EXPECTED = {
    IMAGE: "traefik:v3.7.2",
    "api.insecure": "true",
    "accesslog": "true",
    "accesslog.fields.names.requestpath": "drop",
    "accesslog.fields.headers.defaultmode": "keep",
    "providers.kubernetescrd.allowcrossnamespace": "true",
    "entrypoints.web.http.redirections.entrypoint.to": "websecure",
    "entrypoints.web.forwardedheaders.insecure": "true",
    "entrypoints.websecure.http.sanitizepath": "false",
}


def indented(spaces: int) -> str:
    return "\n".join(" " * spaces + line for line in VALUES.splitlines())


RELEASES = {
    "k3s": "apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nmetadata: {name: traefik}\n"
    f"spec:\n  valuesContent: |-\n{indented(4)}\n",
    "k3s' own": "apiVersion: helm.cattle.io/v1\nkind: HelmChart\nmetadata: {name: edge}\n"
    f"spec:\n  chart: traefik/traefik\n  valuesContent: |-\n{indented(4)}\n",
    "flux": "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: edge}\n"
    f"spec:\n  targetNamespace: edge\n  chart: {{spec: {{chart: traefik}}}}\n  values:\n{indented(4)}\n",
    "argo": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: edge}\n"
    f"spec:\n  source:\n    chart: traefik\n    helm:\n      valuesObject:\n{indented(8)}\n",
}


def test_they_come_to_the_names_of_arguments() -> None:
    for name, release in RELEASES.items():
        (one,) = installations(estate_of(release))
        found = {key: setting.value for key, setting in one.settings.items() if key in EXPECTED}
        assert found == EXPECTED, name
        assert "providers.kubernetesgateway" not in one.settings, name
        assert {(point.name, point.speaks_tls, point.redirects) for point in one.entry_points} == {
            ("web", False, True),
            ("websecure", True, False),
        }, name
    (one,) = installations(estate_of(RELEASES["k3s"]))
    insecure = one.settings["entrypoints.web.forwardedheaders.insecure"]
    assert RELEASES["k3s"].splitlines()[insecure.place.line - 1].strip().startswith("forwardedHeaders")


def test_the_chart_of_somebody_else_is_left_alone() -> None:
    other = RELEASES["flux"].replace("chart: traefik", "chart: grafana")
    assert installations(estate_of(other)) == ()
