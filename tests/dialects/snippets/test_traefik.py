"""The configuration for Traefik: valid YAML in which no router gets past the gateway."""

import re
from typing import Any

import pytest
import yaml

from gateway.core.policy import CertificateFrom, Policy
from gateway.dialects.snippets.logs import traefik as logs
from gateway.dialects.snippets.settings import IDENTITY, Settings, SnippetImpossible
from gateway.dialects.snippets.traefik import snippet
from gateway.dialects.untrusted import SAID_BY_TRAEFIK, UNTRUSTED
from tests.dialects.snippets import policies as p

each = pytest.mark.parametrize("policy", p.ALL.values(), ids=p.ALL)


def parts(policy: Policy) -> tuple[dict[str, Any], dict[str, Any]]:
    static, dynamic = yaml.load_all(snippet(policy, Settings()), yaml.CSafeLoader)
    return static, dynamic["http"]


def asking(policy: Policy) -> list[dict[str, Any]]:
    """Every forwardAuth there is."""
    _, http = parts(policy)
    return [one["forwardAuth"] for one in http["middlewares"].values() if "forwardAuth" in one]


@each
def test_no_router_gets_past_the_gateway(policy: Policy) -> None:
    _, http = parts(policy)
    assert http["routers"] != {}
    for router in http["routers"].values():
        used = [http["middlewares"][name] for name in router["middlewares"]]
        assert sum("forwardAuth" in one for one in used) == 1
        assert router["service"] in http["services"]


@each
def test_every_identity_header_is_ours(policy: Policy) -> None:
    assert asking(policy) != []
    for one in asking(policy):
        assert one["address"].endswith("/auth/traefik/orders")
        assert {"Authorization", *IDENTITY} <= set(one["authResponseHeaders"])
        assert one["trustForwardHeader"] is False
        # The gateway must see every header, or it could not refuse look-alikes.
        assert "authRequestHeaders" not in one


def test_a_certificate_is_told_by_traefik_alone() -> None:
    """What is trusted for its sake is taken away from the client first."""
    _, http = parts(p.TOLD[CertificateFrom.TRAEFIK])
    (router,) = http["routers"].values()
    steps = [name.removeprefix("orders-") for name in router["middlewares"]]
    assert steps == ["no-certificate", "certificate", "token-gateway", "clean", "no-upgrade"]
    taken = http["middlewares"]["orders-no-certificate"]["headers"]["customRequestHeaders"]
    assert {"X-Forwarded-Tls-Client-Cert", "X-Forwarded-Uri", "X-Forwarded-Method"} == set(taken)
    assert set(taken.values()) == {""}
    assert http["middlewares"]["orders-certificate"] == {"passTLSClientCert": {"pem": True}}


@each
def test_what_could_mislead_the_backend_is_taken_away(policy: Policy) -> None:
    _, http = parts(policy)
    for router in http["routers"].values():
        cleaned: dict[str, str] = {}
        for name in router["middlewares"]:
            headers = http["middlewares"][name].get("headers", {})
            cleaned |= headers.get("customRequestHeaders", {})
        assert set(UNTRUSTED) - set(cleaned) == SAID_BY_TRAEFIK
        assert all(cleaned[header] == "" for header in set(UNTRUSTED) - SAID_BY_TRAEFIK)


def test_credentials_of_other_kinds_do_not_pass() -> None:
    assert all("X-Device-Token" in one["authResponseHeaders"] for one in asking(p.HEADER))
    assert all("Cookie" in one["authResponseHeaders"] for one in asking(p.COOKIE))
    assert all("Cookie" not in one["authResponseHeaders"] for one in asking(p.PLAIN))


@each
def test_the_entry_point_is_hardened(policy: Policy) -> None:
    static, _ = parts(policy)
    entry = static["entryPoints"]["websecure"]
    assert entry["forwardedHeaders"] == {"insecure": False}
    assert set(entry["http"]["encodedCharacters"].values()) == {False}
    assert static["accessLog"] == logs.ACCESS_LOG


def entry_points(listen: str) -> tuple[dict[str, Any], dict[str, Any], set[str]]:
    static, dynamic = yaml.load_all(snippet(p.PLAIN, Settings(listen=listen)), yaml.CSafeLoader)
    routed = {name for router in dynamic["http"]["routers"].values() for name in router["entryPoints"]}
    return static["entryPoints"], dynamic, routed


def test_tokens_come_over_tls_and_who_comes_in_clear_is_sent_there() -> None:
    for listen, address in (("80", ":443"), ("10.0.0.1:80", "10.0.0.1:443")):
        points, dynamic, routed = entry_points(listen)
        assert points["web"]["http"] == {
            "redirections": {"entryPoint": {"to": "websecure", "scheme": "https"}}
        }
        assert (points["websecure"]["address"], points["websecure"]["http"]["tls"]) == (address, {})
        assert routed == {"websecure"}
        assert dynamic["tls"]["stores"]["default"]["defaultCertificate"] == {
            "certFile": "token_gateway_server.crt",
            "keyFile": "token_gateway_server.key",
        }
    points, _, routed = entry_points("8443")
    assert (set(points), routed) == ({"websecure"}, {"websecure"})


def test_something_on_the_same_machine_may_end_tls() -> None:
    points, dynamic, routed = entry_points("127.0.0.1:8000")
    assert (set(points), routed) == ({"web"}, {"web"})
    assert "tls" not in points["web"]["http"]
    assert "tls" not in dynamic


def test_hosts_are_matched_whole() -> None:
    _, http = parts(p.HOSTS)
    for router in http["routers"].values():
        assert "Host(`api.example.com`)" in router["rule"]
        (pattern,) = re.findall(r"HostRegexp\(`(.+?)`\)", router["rule"])
        assert re.fullmatch(pattern, "a.example.org")
        assert not re.search(pattern, "a.b.example.org")
        assert not re.search(pattern, "aXexample.org")
        assert not re.search(pattern, "a.example.org.evil.com")


def test_preflights_are_answered_before_the_gateway_is_asked() -> None:
    _, http = parts(p.CORS)
    for router in http["routers"].values():
        kinds = [http["middlewares"][name] for name in router["middlewares"]]
        cors = [n for n, one in enumerate(kinds) if "accessControlAllowOriginList" in one.get("headers", {})]
        ask = [n for n, one in enumerate(kinds) if "forwardAuth" in one]
        assert len(cors) == 1
        assert cors[0] < ask[0]


def test_a_token_in_the_query_is_impossible() -> None:
    with pytest.raises(SnippetImpossible, match="Traefik cannot"):
        snippet(p.QUERY, Settings())


def test_the_secret_of_a_caller_is_said_and_not_shown() -> None:
    text = snippet(p.SECRET, Settings())
    assert "X-Token-Gateway-Caller" in text
    assert '{{ env "TOKEN_GATEWAY_CALLER" }}' in text
    assert p.SECRET.caller_secrets[0].decode() not in text
    assert '{{ env "TOKEN_GATEWAY_CALLER" }}' not in snippet(p.PLAIN, Settings())


@pytest.mark.parametrize(
    ("gateway", "name"), [("https://gw.example:4180", "gw.example"), ("https://10.0.0.1", "10.0.0.1")]
)
def test_over_tls_the_gateway_is_verified_and_a_certificate_shown_where_one_is_asked_for(
    gateway: str, name: str
) -> None:
    settings = Settings(gateway=gateway)
    plain, secret, shown = (snippet(one, settings) for one in (p.PLAIN, p.SECRET, p.CERTIFICATE))
    assert all("token_gateway_ca.crt" in text and name in text for text in (plain, secret, shown))
    assert [("token_gateway_client.key" in text) for text in (plain, secret, shown)] == [False, False, True]
    assert "token_gateway_ca.crt" not in snippet(p.CERTIFICATE, Settings())
