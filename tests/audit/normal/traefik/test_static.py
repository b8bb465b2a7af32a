"""How Traefik is started."""

from gateway.audit.normal.traefik.static import IMAGE, installations
from tests.audit.showing import estate_of

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: traefik, namespace: edge}
spec:
  template:
    spec:
      containers:
      - name: traefik
        image: docker.io/traefik:v3.7.1
        args:
        - --entryPoints.Web.address=:8000/tcp
        - --entrypoints.web.http.middlewares=a@file, b@file
        - --api.insecure
        - --entrypoints.metrics.address=:9100/tcp
        - --entrypoints.dns.address=:53/udp
        env:
        - {name: TRAEFIK_ACCESSLOG, value: "true"}
        - {name: TRAEFIK_FROM, valueFrom: {secretKeyRef: {name: a, key: b}}}
      - {name: other, image: "thomseddon/traefik-forward-auth:2", args: [--api.insecure]}
"""
FILE = """\
entryPoints:
  web:
    address: ":80"
    http: {encodedCharacters: {allowEncodedSlash: false}, tls: {}}
    forwardedHeaders: {trustedIPs: [10.0.0.0/8, 192.168.0.0/16]}
accessLog: {}
"""


def test_arguments_and_variables_of_a_container() -> None:
    (one,) = installations(estate_of(DEPLOYMENT))
    found = {name: (setting.value, setting.place.line) for name, setting in one.settings.items()}
    assert found == {
        "entrypoints.web.address": (":8000/tcp", 11),
        "entrypoints.web.http.middlewares": ("a@file, b@file", 12),
        "api.insecure": ("true", 13),
        "entrypoints.metrics.address": (":9100/tcp", 14),
        "entrypoints.dns.address": (":53/udp", 15),
        "accesslog": ("true", 17),
        IMAGE: ("docker.io/traefik:v3.7.1", 9),
    }
    assert one.settings["entrypoints.web.http.middlewares"].words == ("a@file", "b@file")
    assert one.namespace == "edge"
    assert [(point.name, point.is_for_operators) for point in one.entry_points] == [
        ("web", False),
        ("metrics", True),
        ("dns", True),
    ]


def test_a_file() -> None:
    (one,) = installations(estate_of(FILE))
    (web,) = one.entry_points
    said = web.get("http.encodedcharacters.allowencodedslash")
    assert said is not None
    assert (said.value, said.place.line, said.place.owner) == ("false", 4, "static configuration")
    trusted = web.get("forwardedheaders.trustedips")
    assert trusted is not None
    assert trusted.words == ("10.0.0.0/8", "192.168.0.0/16")
    assert (web.speaks_tls, web.redirects, one.is_on("accesslog")) == (True, False, True)
    assert installations(estate_of("http: {routers: {}}")) == ()
