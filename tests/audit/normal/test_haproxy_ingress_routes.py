"""Which keys a path has at HAProxy Ingress, and which snippets count."""

from gateway.audit.normal.haproxy_ingress_routes import Route, routes_of, secured_hosts
from tests.audit.normal.haproxy_manifests import config, ingress
from tests.audit.showing import estate_of

PROGRAM = """---
apiVersion: apps/v1
kind: Deployment
metadata: {name: x, namespace: ingress}
spec:
  template:
    spec:
      containers:
      - {name: c, image: "jcmoraisjr/haproxy-ingress:v0.16.1", args: ["--disable-config-keywords=WORDS"]}
"""
CLASS = """---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: haproxy}
spec:
  controller: haproxy-ingress.github.io/controller
  parameters: {kind: ConfigMap, name: of-the-class}
"""


def route(*texts: str) -> Route:
    (one,) = routes_of(estate_of("".join(texts)))
    return one


def test_the_parameters_of_the_class_come_before_the_controllers_own() -> None:
    both = config("of-the-class", auth_url="") + config("haproxy-ingress", auth_url="svc://a/b:80/")
    assert route(ingress({}), CLASS, both).url is None
    assert route(ingress({"auth-url": "svc://c/d:80/"}), CLASS, both).url is not None
    assert route(ingress({}), config("haproxy-ingress", auth_url="svc://a/b:80/")).url is not None


def test_which_snippet_counts() -> None:
    early, late = "http-request set-header A b", "http-request set-header C d"
    one = route(ingress({"config-backend-early": early, "config-backend": late}))
    assert [line.words[2] for line in (*one.early, *one.late)] == ["A", "C"]
    one = route(ingress({"config-backend-late": early, "config-backend": late}))
    assert [line.words[2] for line in one.late] == ["A"], "config-backend is left out"


def test_snippets_may_be_forbidden() -> None:
    asked = ingress({"config-backend": "http-request deny\nhttp-request set-header A b"})
    table = {"*": 0, "http-request": 0, "http-response": 2}
    for words, lines in table.items():
        assert len(route(asked, PROGRAM.replace("WORDS", words)).late) == lines, words


def test_a_host_has_tls_where_any_ingress_names_it() -> None:
    one = ingress({}, tls="tls: [{hosts: [A.example.com]}, {secretName: x}, {hosts: ['*.b.example']}]")
    assert secured_hosts(estate_of(one)) == {"a.example.com", "*.b.example"}


def test_the_oldest_ingress_of_a_host_speaks_for_it() -> None:
    older = ingress({"server-alias": "old.example"}).replace("  name: orders\n", "  name: z\n", 1)
    newer = ingress({"server-alias": "new.example"}, path="{path: /b, pathType: Prefix}")
    dated = newer.replace("  name: orders\n", "  name: a\n  creationTimestamp: '2026-01-01T00:00:00Z'\n", 1)
    found = routes_of(estate_of(f"{older}---\n{dated}"))
    assert {one.keys.text("server-alias") for one in found} == {"old.example"}
