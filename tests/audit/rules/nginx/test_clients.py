"""What a client may claim."""

from tests.audit.nginx_texts import HEADERS, OPEN, TRAEFIK, URL, config_map, ingress, server
from tests.audit.rules.nginx.judging import in_file, objects, said


def test_ngx_020_addresses() -> None:
    for data, bad in (
        ({"use-forwarded-headers": "true"}, True),
        ({"use-forwarded-headers": "true", "proxy-real-ip-cidr": "0.0.0.0/0"}, True),
        ({"use-forwarded-headers": "true", "proxy-real-ip-cidr": "10.0.0.0/8, 192.0.2.1/32"}, False),
        ({"use-forwarded-headers": "false"}, False),
    ):
        assert objects("NGX-020", config_map(dict(data))) is bad, data


def test_ngx_021_aliases() -> None:
    for data, hits in (
        ({"enable-underscores-in-headers": "true", "ignore-invalid-headers": "false"}, 2),
        ({"enable-underscores-in-headers": "false", "ignore-invalid-headers": "true"}, 0),
    ):
        assert len(said("NGX-021", config_map(dict(data)))) == hits, data
    for line, bad in {
        "underscores_in_headers on;": True,
        "ignore_invalid_headers off;": True,
        "underscores_in_headers off;": False,
    }.items():
        assert in_file("NGX-021", server(around=line)) is bad, line


def test_ngx_023_certificates_that_nobody_verifies() -> None:
    own = {**OPEN, "auth-tls-secret": "shop/ca"}
    for annotations, bad in (
        (own, False),
        ({**own, "auth-tls-verify-client": "on"}, False),
        ({**own, "auth-tls-verify-client": "optional"}, True),
        ({**own, "auth-tls-verify-client": "optional_no_ca"}, True),
        ({**own, "auth-tls-verify-client": "off"}, True),
        ({**own, "auth-tls-secret": "ca"}, True),
        ({"auth-tls-secret": "shop/ca", "auth-tls-verify-client": "optional"}, False),
        ({"auth-tls-secret": "shop/ca", "auth-tls-verify-client": "optional_no_ca"}, True),
        ({**own, "auth-url": "https://sso/x", "auth-tls-verify-client": "optional"}, True),
    ):
        assert objects("NGX-023", ingress(dict(annotations))) is bad, annotations
        assert objects("NGX-023", TRAEFIK, ingress(dict(annotations))) is bad, annotations


def test_ngx_024_a_certificate_claimed_at_another_door() -> None:
    asks = ingress(
        {**OPEN, "auth-tls-secret": "shop/ca", "auth-tls-pass-certificate-to-upstream": "true"},
        name="asks",
        host="b.example.com",
    )
    assert objects("NGX-024", asks, ingress())
    assert objects("NGX-024", asks, ingress(OPEN))
    assert not objects("NGX-024", asks, ingress({"auth-response-headers": f"{HEADERS},SSL-Client-Cert"}))
    assert not objects("NGX-024", asks, ingress({"auth-tls-secret": "shop/ca"}))
    assert not objects("NGX-024", asks, ingress(service="other"))
    assert not objects("NGX-024", asks.replace("upstream: 'true'", 'upstream: "false"'), ingress())


def test_ngx_025_every_site() -> None:
    for annotations, bad in (
        ({"enable-cors": "true"}, True),
        ({"enable-cors": "true", "cors-allow-origin": "*"}, True),
        ({"enable-cors": "true", "cors-allow-origin": "https://a.example, *"}, True),
        ({"enable-cors": "true", "cors-allow-origin": "nonsense"}, True),
        ({"enable-cors": "true", "cors-allow-origin": "https://a.example"}, False),
        ({"enable-cors": "true", "cors-allow-credentials": "false"}, False),
        ({"cors-allow-origin": "*"}, False),
    ):
        assert objects("NGX-025", ingress({"auth-url": URL, **annotations})) is bad, annotations
