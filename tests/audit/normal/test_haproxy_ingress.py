"""What HAProxy Ingress makes of annotations, of a Service's too, and of its ConfigMap."""

from gateway.audit.exposure import Exposure, Mechanism, Tls
from tests.audit.normal.haproxy_manifests import ASKING, URL, config, ingress, service
from tests.audit.showing import exposures


def one(*texts: str) -> Exposure:
    (found,) = exposures("".join(texts))
    return found


def told(*texts: str) -> tuple[str, str, str]:
    found = one(*texts)
    mechanism = found.auth.mechanism.value if found.auth else ""
    return mechanism, found.token.reaches.value, found.token.place.pointer.rpartition("/")[2]


def test_who_is_asked_and_what_reaches_the_pod() -> None:
    other = "svc://auth/oauth2-proxy:4180/oauth2/auth"
    path = "spec.rules[0].http.paths[0].path"
    table = {
        (): ("", "yes", path),
        tuple(ASKING.items()): ("external", "no", "auth-headers-succeed"),
        (("auth-url", URL),): ("external", "no", "auth-url"),
        (("auth-url", URL), ("auth-headers-succeed", "x-user")): ("external", "yes", "auth-headers-succeed"),
        (("auth-url", URL), ("auth-headers-succeed", "-")): ("external", "yes", "auth-headers-succeed"),
        (("auth-url", other), ("auth-headers-succeed", "authorization")): (
            *("external", "cannot tell", "auth-headers-succeed"),
        ),
        (("auth-url", other),): ("external", "cannot tell", "auth-url"),
        (("auth-url", ""),): ("", "yes", path),
        (("auth-url", "broken"),): ("external", "cannot tell", "auth-url"),
        (("auth-url", other), ("request-del-headers", "Authorization")): (
            *("external", "cannot tell", "request-del-headers"),
        ),
        (("request-set-headers", "Authorization: none"),): ("", "cannot tell", "request-set-headers"),
        (("headers", "Authorization: none"),): ("", "no", "headers"),
        (("oauth", "oauth2_proxy"),): ("external", "yes", "oauth"),
        (("auth-secret", "users"),): ("basic", "yes", "auth-secret"),
        (("auth-tls-secret", "ca"),): ("client-certificate", "yes", "auth-tls-secret"),
        (("auth-tls-secret", "ca"), ("auth-tls-verify-client", "optional")): ("", "yes", path),
        (("redirect-to", "https://x.example"),): ("", "no", path),
        (("config-backend", "http-request del-header Authorization"),): ("", "no", "config-backend"),
        (("config-backend", "http-request auth unless { http_auth(u) }"),): (
            "basic",
            "yes",
            "config-backend",
        ),
    }
    for annotations, expected in table.items():
        assert told(ingress(dict(annotations))) == expected, annotations


def test_the_older_prefix_counts_where_the_newer_is_not() -> None:
    assert told(ingress(ASKING, prefix="ingress.kubernetes.io/"))[:2] == ("external", "no")


def test_a_service_speaks_before_its_ingress_and_the_config_map_last() -> None:
    by_service = service("orders", "shop", auth_headers_succeed="x-user")
    assert told(ingress(ASKING), by_service)[1] == "yes"
    by_default = config("haproxy-ingress", auth_url=URL)
    assert told(ingress({}), by_default) == ("external", "no", "data.auth-url")


def test_what_is_asked_is_in_the_normal_form() -> None:
    auth = one(ingress({**ASKING, "auth-headers-request": "Authorization,X-Api-Key"})).auth
    assert auth is not None
    assert auth.mechanism is Mechanism.EXTERNAL
    assert (auth.dialect, auth.policy) == ("haproxy", "orders")
    assert auth.service is not None
    assert (auth.service.namespace, auth.service.name, auth.service.port) == (
        "token-gateway",
        "token-gateway",
        "4180",
    )
    assert auth.request_headers == frozenset({"authorization", "x-api-key"})
    assert auth.response_headers == frozenset({"authorization", "x-auth-*"})
    assert not auth.removes_unanswered


def test_paths_hosts_and_tls() -> None:
    table = {
        "{path: /a, pathType: Exact}": "= /a",
        "{path: /a, pathType: Prefix}": "/a/**",
        "{path: /a, pathType: ImplementationSpecific}": "/a*",
    }
    for path, expected in table.items():
        assert str(one(ingress({}, path=path)).path) == expected
    regex = ingress({"path-type": "Regex"}, path="{path: /a, pathType: ImplementationSpecific}")
    assert str(one(regex).path) == "~ /a"
    aliased = exposures(ingress({"server-alias": "a.example, b.example"}))
    assert [found.host for found in aliased] == ["api.example.com", "a.example", "b.example"]
    assert one(ingress({})).tls is Tls.ONLY
    assert one(ingress({"ssl-redirect": "false"})).tls is Tls.OPTIONAL
    assert one(ingress({}, tls="tls: []")).tls is Tls.NONE
    assert one(ingress({"ssl-passthrough": "true"})).tls is Tls.PASSED_THROUGH


def test_our_own_edge_asks_by_itself() -> None:
    found = one(ingress({}, service="token-gateway", port="8080"))
    assert found.is_protected
    assert found.token.reaches.value == "no"
    assert not one(ingress({}, service="token-gateway", port="4180")).is_protected


def test_logs_are_those_of_the_config_map() -> None:
    table = {
        (): [],
        (("http_log_format", "%r"),): [],
        (("syslog_endpoint", "10.0.0.1:514"),): ["query"],
        (("syslog_endpoint", "10.0.0.1:514"), ("http_log_format", "%HM %HPO")): [],
        (
            ("syslog_endpoint", "10.0.0.1:514"),
            ("http_log_format", "%HPO"),
            ("config_frontend", "capture request header Cookie len 9"),
        ): ["cookie"],
    }
    for values, expected in table.items():
        found = one(ingress(ASKING), config("haproxy-ingress", **dict(values)))
        assert [field.name for field in found.logs] == expected, values
