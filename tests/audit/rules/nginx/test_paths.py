"""Hosts and paths that are not what they look like."""

from tests.audit.nginx_texts import OPEN, TRAEFIK, config_map, ingress
from tests.audit.rules.nginx.judging import objects, said


def test_ngx_018_regular_expressions_of_a_protected_host() -> None:
    other = ingress({**OPEN, "use-regex": "true"}, name="other", path="/x")
    assert said("NGX-018", ingress(), other) == [("medium", "use-regex")]
    assert said("NGX-018", ingress({"rewrite-target": "/"})) == [("medium", "rewrite-target")]
    assert not objects("NGX-018", ingress(), other.replace("api.example.com", "b.example.com"))
    assert not objects("NGX-018", other)


def test_ngx_019_loose_paths() -> None:
    assert said("NGX-019", ingress(path_type="ImplementationSpecific"))[0][0] == "medium"
    assert objects("NGX-019", ingress(path="/v1/(.*)"))
    assert not objects("NGX-019", ingress(path="/v1/a.b_c~d"))
    assert not objects("NGX-019", ingress(OPEN, path_type="ImplementationSpecific"))
    assert objects("NGX-019", config_map({"strict-validate-path-type": "false"}))
    assert not objects("NGX-019", config_map({"strict-validate-path-type": "true"}))


def test_ngx_033_hosts_that_nobody_wrote_out() -> None:
    for alias, bad in {"*.example.org": True, r"~^x\d+$": True, "b.example.com": False}.items():
        assert objects("NGX-033", ingress({"server-alias": alias})) is bad, alias


def test_ngx_035_another_host_or_path() -> None:
    for name in ("upstream-vhost", "x-forwarded-prefix"):
        assert said("NGX-035", ingress({name: "x"})) == [("info", name)]
        assert said("NGX-035", TRAEFIK, ingress({name: "x"})) == [("info", name)]
    assert not objects("NGX-035", ingress({**OPEN, "upstream-vhost": "x"}))
