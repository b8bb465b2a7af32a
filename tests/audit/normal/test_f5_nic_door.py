"""Paths of nginx, the controller's ConfigMap, and what its log holds."""

from gateway.audit.normal.f5_nic_door import config_of, logs_of, path_of
from tests.audit.normal.haproxy_manifests import config
from tests.audit.showing import estate_of

PROGRAM = """---
apiVersion: apps/v1
kind: Deployment
metadata: {name: x, namespace: ingress}
spec:
  template:
    spec:
      containers:
      - name: controller
        image: nginx/nginx-ingress:5.5.0
        args: ["-nginx-configmaps=$(POD_NAMESPACE)/chosen"]
"""


def test_paths() -> None:
    table = {"/a": "/a*", "= /a": "= /a", "~ ^/": "/**", "~* \\.php$": "~ \\.php$", "^~ /a": "/a*"}
    for written, expected in table.items():
        assert str(path_of(written)) == expected, written


def test_the_config_map() -> None:
    estate = estate_of(PROGRAM + config("nginx-config", a="b") + config("chosen", a="b"))
    found = config_of(estate)
    assert found is not None
    assert found.name == "chosen"
    found = config_of(estate_of(config("nginx-config", a="b")))
    assert found is not None
    assert config_of(estate_of(config("other", a="b"))) is None


def test_what_is_logged() -> None:
    table = {
        (("error_log_level", "crit"),): ["query", "referer"],
        (("log_format", "$remote_addr $request_method $uri"),): [],
        (("log_format", "$request_uri $http_authorization $cookie_a ${http_x_api_key}"),): [
            *("authorization", "cookie", "query", "x-api-key"),
        ],
        (("access_log_off", "true"),): [],
    }
    for values, expected in table.items():
        found = config_of(estate_of(config("nginx-config", **dict(values))))
        assert [one.name for one in logs_of(found)] == expected, values
    assert logs_of(None) == ()
