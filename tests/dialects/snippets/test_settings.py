"""The addresses of a snippet are addresses, and nothing can break out of its place."""

import pytest

from gateway.core.policy import CertificateFrom as Form
from gateway.dialects.snippets import SNIPPETS
from gateway.dialects.snippets.settings import (
    IDENTITY,
    Settings,
    SnippetImpossible,
    canonical,
    credential_headers,
    query_names,
    takes_cookies,
    takes_websockets,
)
from tests.dialects.snippets import policies as p


@pytest.mark.parametrize(
    "url", ["http://gw:4180", "https://gw.ns.svc", "http://[::1]:4180", "http://10.0.0.1"]
)
def test_an_address_is_taken(url: str) -> None:
    assert Settings(gateway=url, backend=url).auth_url("nginx", p.PLAIN) == f"{url}/auth/nginx/orders"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gw:4180",
        "ftp://gw",
        "http://gw/path",
        "http://gw\n",
        "http://a;b",
        'http://a"',
        "http://a b",
        "http://$x",
    ],
)
@pytest.mark.parametrize("field", ["gateway", "backend"])
def test_what_is_no_address_is_refused(field: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"--{field} is not an address"):
        Settings(**{field: text})


@pytest.mark.parametrize("text", ["", "80;", "80 default_server", "80\n", "$x", "{"])
def test_what_cannot_be_listened_on_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="--listen is not an address"):
        Settings(listen=text)


@pytest.mark.parametrize("text", ["", 'a"', "a/b", "a\n", "a b"])
def test_what_names_no_namespace_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="--namespace is not a name of one"):
        Settings(namespace=text)


def test_what_a_policy_takes() -> None:
    assert credential_headers(p.HEADER) == ("X-Device-Token",)
    assert takes_cookies(p.COOKIE)
    assert not takes_cookies(p.PLAIN)
    assert query_names(p.QUERY) == ("access_token", "device.token")
    assert takes_websockets(p.WEBSOCKET)
    assert not takes_websockets(p.PLAIN)


def test_names_are_spelt_as_people_do() -> None:
    assert canonical("x-auth-subject") == "X-Auth-Subject"
    assert IDENTITY == ("X-Auth-Subject", "X-Auth-Issuer", "X-Auth-Client", "X-Auth-Scopes")


@pytest.mark.parametrize(
    ("gateway", "address", "name"),
    [
        ("http://gateway:4180", "gateway:4180", "gateway"),
        ("http://gateway", "gateway:80", "gateway"),
        ("https://gateway", "gateway:443", "gateway"),
        ("https://[fd00::1]", "[fd00::1]:443", "fd00::1"),
        ("https://[fd00::1]:4180", "[fd00::1]:4180", "fd00::1"),
    ],
)
def test_where_the_gateway_is_and_what_it_is_called(gateway: str, address: str, name: str) -> None:
    settings = Settings(gateway=gateway)
    assert (settings.gateway_address, settings.gateway_name) == (address, name)
    assert settings.gateway_speaks_tls is gateway.startswith("https")


FORMS = {
    "nginx": {Form.NGINX},
    "ingress-nginx": {Form.NGINX},
    "traefik": {Form.TRAEFIK},
    "traefik-middleware": {Form.TRAEFIK},
    "caddy": {Form.RFC9440},
    "haproxy": {Form.HAPROXY, Form.RFC9440},
    "envoy": {Form.ENVOY_XFCC},
    "envoy-grpc": {Form.ENVOY_XFCC, Form.ENVOY_GRPC},
}


@pytest.mark.parametrize("form", Form)
@pytest.mark.parametrize("target", sorted(set(SNIPPETS) - {"haproxy-lua"}))
def test_a_form_that_is_not_set_could_be_said_by_a_client(target: str, form: Form) -> None:
    service = "http://token-gateway.token-gateway.svc:4181"
    settings = Settings(gateway=service, listen="127.0.0.1:1")
    forms = FORMS.get(target, set())
    if form in forms:
        assert SNIPPETS[target](p.TOLD[form], settings) != SNIPPETS[target](p.PLAIN, settings)
        return
    advice = "Write client_certificate: " if forms else "Leave client_certificate out"
    with pytest.raises(SnippetImpossible, match=f"in the form {form.value}.*{advice}"):
        SNIPPETS[target](p.TOLD[form], settings)
