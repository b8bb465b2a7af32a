"""Configuration written by hand."""

from tests.audit.nginx_texts import TRAEFIK, config_map, ingress
from tests.audit.rules.nginx.judging import objects, said


def test_ngx_011_each_kind_of_snippet() -> None:
    for name in ("configuration-snippet", "server-snippet", "auth-snippet", "stream-snippet"):
        assert said("NGX-011", ingress({name: "deny all;"})) == [("high", name)]
    assert not objects("NGX-011", ingress())
    assert objects("NGX-011", TRAEFIK, ingress({"server-snippet": "deny all;"}))
    assert not objects("NGX-011", TRAEFIK, ingress({"stream-snippet": "deny all;"}))


def test_ngx_012_whoever_may_write_one() -> None:
    for data, bad in (
        ({"allow-snippet-annotations": "true"}, True),
        ({"annotations-risk-level": "Critical"}, True),
        ({"allow-snippet-annotations": "false", "annotations-risk-level": "High"}, False),
        ({}, False),
    ):
        assert objects("NGX-012", config_map(dict(data))) is bad, data
    assert objects("NGX-012", "providers: {kubernetesIngressNGINX: {allowSnippetAnnotations: true}}\n")
    assert not objects("NGX-012", TRAEFIK)
