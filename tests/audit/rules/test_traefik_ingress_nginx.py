"""What is lost where Traefik reads the annotations of ingress-nginx."""

from gateway.audit.normal.ingress_nginx_annotations import READ_BY_TRAEFIK
from gateway.audit.rules.traefik_ingress_nginx import _LOST, _SEVERITY
from tests.audit.nginx_texts import OPEN, TRAEFIK, URL, config_map, ingress
from tests.audit.rules.nginx.judging import objects, said

OURS = URL.replace("/nginx/", "/traefik/")


def test_trf_018_each_annotation_that_is_dropped() -> None:
    for name in _LOST:
        text = ingress({"auth-url": OURS, name: "x"})
        severity = _SEVERITY[name].value if name in _SEVERITY else "high"
        assert said("TRF-018", TRAEFIK, text) == [(severity, name)], name
        assert not objects("TRF-018", text), "ingress-nginx reads it"
    assert not READ_BY_TRAEFIK & set(_LOST)


def test_trf_018_the_url_of_another_dialect() -> None:
    assert said("TRF-018", TRAEFIK, ingress()) == [("high", "auth-url")]
    assert not objects("TRF-018", TRAEFIK, ingress({"auth-url": OURS}))
    assert not objects("TRF-018", TRAEFIK, ingress({"auth-url": "https://sso.auth.svc/verify"}))


def test_what_bears_on_who_comes_in_is_as_bad_as_can_be() -> None:
    worst = {name for name, severity in _SEVERITY.items() if severity.value == "critical"}
    assert worst == {"auth-tls-match-cn", "denylist-source-range"}


def test_trf_018_settings_of_the_whole_controller() -> None:
    everywhere = config_map({"global-auth-url": "https://gw/x"})
    assert said("TRF-018", TRAEFIK, everywhere, ingress(OPEN)) == [("critical", "data.global-auth-url")]
    provider = "providers: {kubernetesIngressNGINX: {globalAuthURL: 'https://gw/x'}}\n"
    assert not objects("TRF-018", provider, everywhere, ingress(OPEN))
    assert not objects("TRF-018", everywhere, ingress(OPEN)), "ingress-nginx reads it"
    assert objects("TRF-018", TRAEFIK, config_map({"block-cidrs": "192.0.2.0/24"}), ingress(OPEN))
