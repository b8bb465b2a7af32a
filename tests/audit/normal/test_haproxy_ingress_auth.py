"""Whom HAProxy Ingress asks: as the real one did (tests/audit/witnessed), and what no request shows."""

from pathlib import Path
from typing import Any, Final

import yaml

from gateway.audit.exposure import Exposure, Fails
from gateway.audit.normal.haproxy_ingress_auth import asked_by, header_lines, listed_headers
from tests.audit.normal.haproxy_manifests import config, ingress, service
from tests.audit.showing import exposures

RECORD: Final = Path("tests/audit/witnessed/haproxy-ingress.yaml")
SECRETS: Final = {"users": "auth", "ca": "ca.crt", "another": "auth"}
NEWER: Final = frozenset({"request-del-headers", "request-set-headers"})
"""What the recorded version does not know, and the next does: neither fate can be told."""
OTHER: Final = "svc://auth/oauth2-proxy:4180/oauth2/auth"


def secret(name: str) -> str:
    head = f"---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {name}, namespace: shop}}\n"
    return f"{head}stringData: {{{SECRETS[name]}: x}}\n"


def objects(case: dict[str, Any]) -> str:
    rest = {name: case[name] for name in ("path", "tls") if name in case}
    text = ingress(case["ingress"], **rest)
    if "service" in case:
        text += service("orders", "shop", **case["service"])
    if "secret" in case:
        text += secret(case["secret"])
    if "config" in case:
        text += config("haproxy-ingress", **case["config"])
    return text


def test_it_is_as_the_controller_did() -> None:
    cases = yaml.safe_load(RECORD.read_text())["cases"]
    assert len(cases) > 100
    for case in cases:
        one = next(one for one in exposures(objects(case)) if one.host == "api.example.com")
        assert one.is_protected is (case["seen"] != "open"), case
        if case["seen"] == "refused" or (one.auth is not None and one.auth.fails is Fails.OPEN):
            continue
        expected = {case["token"]}
        if NEWER & case["ingress"].keys():
            expected = {"cannot tell"}
        elif one.auth is not None and one.auth.dialect is not None and case["token"] == "cannot tell":
            expected = {"no"}  # every yes of our own gateway has the header
        assert one.token.reaches.value in expected, case


def one(*texts: str) -> Exposure:
    (found,) = exposures("".join(texts))
    return found


def test_a_secret_of_another_namespace_needs_leave() -> None:
    asking = ingress({"auth-secret": "other/users"})
    assert one(asking).is_protected, "nothing is known of the ConfigMap"
    assert not one(asking, config("haproxy-ingress")).is_protected
    assert one(asking, config("haproxy-ingress", cross_namespace_secrets_passwd="allow")).is_protected


def test_what_is_below_the_path_of_the_proxy_goes_unasked_on_another_host() -> None:
    app = ingress({"oauth": "oauth2_proxy"})
    proxy = ingress({}, path="{path: /oauth2, pathType: Prefix}", service="oauth2-proxy", port="4180")
    elsewhere = proxy.replace("name: orders\n", "name: proxy\n").replace("host: api.", "host: login.")
    there = [(str(found.path), found.is_protected) for found in exposures(f"{app}---\n{elsewhere}")]
    assert there == [("/oauth2/*", False), ("/**", True), ("/oauth2/**", False)]
    here = elsewhere.replace("host: login.", "host: api.")
    assert [found.is_protected for found in exposures(f"{app}---\n{here}")] == [True, False]


def test_an_auth_url_of_a_neighbour_takes_oauth_away() -> None:
    app = ingress({"oauth": "oauth2_proxy"})
    other = ingress({"auth-url": OTHER}, path="{path: /b, pathType: Prefix}")
    neighbour = other.replace("name: orders\n", "name: other\n", 1)
    found = exposures(f"{app}---\n{neighbour}")
    assert [(str(one.path), one.is_protected) for one in found] == [("/**", False), ("/b/**", True)]


def test_the_frontend_asks_for_the_whole_host() -> None:
    asking = ingress({"auth-url": OTHER, "auth-external-placement": "frontend"})
    plain = ingress({}, path="{path: /b, pathType: Prefix}").replace("name: orders\n", "name: other\n", 1)
    assert [one.is_protected for one in exposures(f"{asking}---\n{plain}")] == [True, False]
    told = plain.replace(
        'example.com/none: ""', "haproxy-ingress.github.io/auth-external-placement: frontend"
    )
    assert [one.is_protected for one in exposures(f"{asking}---\n{told}")] == [True, True]


def test_auth_urls() -> None:
    table = {
        "svc://a/b:80/x": ("svc://a/b:80/x", "a"),
        "svc://user:secret@a/b:80/x": ("svc://a/b:80/x", "a"),
        "service://b:80": ("svc://shop/b:80", "shop"),
        "svc://b/x": None,
        "svc://": None,
        "https://u:p@h.example/x": ("https://h.example/x", None),
        "ftp://x": None,
        "x": None,
    }
    for url, expected in table.items():
        found = asked_by(url, "shop")
        shown = None if found is None else (found.url, found.service.namespace if found.service else None)
        assert shown == expected, url


def test_lists_and_lines() -> None:
    assert listed_headers("Authorization,X-User") == frozenset({"authorization", "x-user"})
    assert listed_headers("x-user, Authorization") == frozenset({"x-user", " authorization"})
    assert listed_headers("") == frozenset()
    assert listed_headers("*") is None
    assert listed_headers("-") == frozenset()
    assert header_lines("X-A: %[method]\nx-b  v w\n\nx-c:v") == {"x-a": "%[method]", "x-b": "v w", "x-c": "v"}
