"""Who is asked about a path of an Ingress, and whether the client's token goes on."""

from pathlib import Path
from typing import Any, Final

import yaml

from gateway.audit.exposure import Auth, Exposure, Fails, Mechanism, Reaches
from gateway.audit.normal.ingress_nginx_annotations import nginx_ingresses
from gateway.audit.normal.ingress_nginx_auth import auth_of, snippet, taking_away, token_fate
from gateway.audit.normal.ingress_nginx_settings import settings_of
from tests.audit.nginx_texts import ASKS, HEADERS, OPEN, TRAEFIK, URL, config_map, documents, ingress
from tests.audit.showing import estate_of, exposures

RECORD: Final = Path("tests/audit/witnessed/ingress-nginx.yaml")
Annotations = dict[str, str | None]


def one(*texts: str) -> Exposure:
    (found,) = exposures(documents(*texts))
    return found


def test_what_is_said_of_who_is_asked() -> None:
    auth = one(ingress({"auth-cache-key": "$http_authorization", "auth-cache-duration": "200 5m"})).auth
    assert auth is not None
    assert (auth.url, auth.dialect, auth.policy) == (URL, "nginx", "orders")
    assert auth.service is not None
    assert auth.service.namespace == "token-gateway"
    assert auth.response_headers == frozenset(HEADERS.lower().split(","))
    assert auth.cache is not None
    assert (auth.cache.key, auth.cache.duration) == ("$http_authorization", "200 5m")
    assert (auth.place.line, auth.place.pointer.rpartition("/")[2]) == (7, "auth-url")


def test_by_which_mechanism() -> None:
    basic: Annotations = {**OPEN, "auth-type": "basic", "auth-secret": "users"}
    tls: Annotations = {**OPEN, "auth-tls-secret": "shop/ca"}
    asks = "auth_request /x;\n"
    cases: list[tuple[str, Annotations, Mechanism | None]] = [
        ("", {}, Mechanism.EXTERNAL),
        ("", OPEN, None),
        ("", {**OPEN, "auth-url": ""}, None),
        ("", {"auth-url": "nonsense"}, Mechanism.EXTERNAL),
        ("", basic, Mechanism.BASIC),
        ("", tls, Mechanism.CLIENT_CERTIFICATE),
        ("", {**tls, "auth-tls-verify-client": "on"}, Mechanism.CLIENT_CERTIFICATE),
        ("", {**tls, "auth-tls-verify-client": "optional"}, None),
        ("", {**tls, "auth-tls-verify-client": "off"}, None),
        ("", {**OPEN, "configuration-snippet": asks}, Mechanism.UNKNOWN),
        ("", {**OPEN, "configuration-snippet": "auth_request off;"}, None),
        (TRAEFIK, {}, Mechanism.EXTERNAL),
        (TRAEFIK, basic, Mechanism.BASIC),
        (TRAEFIK, tls, Mechanism.CLIENT_CERTIFICATE),
        (TRAEFIK, {**OPEN, "configuration-snippet": asks}, None),
    ]
    for static, annotations, expected in cases:
        found = one(static, ingress(annotations)).auth
        assert (None if found is None else found.mechanism) is expected, (static, annotations)


def test_the_controller_may_ask_about_all() -> None:
    everywhere = config_map({"global-auth-url": URL, "global-auth-response-headers": "Authorization"})
    provider = "providers: {kubernetesIngressNGINX: {globalAuthURL: 'https://gw/x'}}\n"
    cases: list[tuple[str, Annotations, str | None, Reaches]] = [
        (everywhere, OPEN, URL, Reaches.NO),
        (everywhere, {**OPEN, "enable-global-auth": "false"}, None, Reaches.YES),
        (everywhere, {**OPEN, "enable-global-auth": "nonsense"}, URL, Reaches.NO),
        (everywhere, {"auth-url": "https://own/x"}, "https://own/x", Reaches.NO),
        (documents(everywhere, TRAEFIK), OPEN, None, Reaches.YES),
        (provider, OPEN, "https://gw/x", Reaches.YES),
        (provider, {**OPEN, "auth-response-headers": "authorization"}, "https://gw/x", Reaches.NO),
        (provider, {**OPEN, "enable-global-auth": "false"}, None, Reaches.YES),
    ]
    for settings, annotations, url, reaches in cases:
        found = one(settings, ingress(annotations))
        assert (found.auth and found.auth.url, found.token.reaches) == (url, reaches), (settings, annotations)


def test_some_paths_are_open_on_every_host() -> None:
    text = ingress(path="/.well-known/acme-challenge/x")
    assert one(text).auth is None
    assert one(TRAEFIK, text).auth is not None
    wide = config_map({"no-auth-locations": "/v, /x"})
    assert one(wide, ingress()).auth is None
    assert one(wide, text).auth is not None


def test_whether_the_token_goes_on() -> None:
    unlisted: Annotations = {"auth-response-headers": "X-User"}
    basic: Annotations = {**OPEN, "auth-type": "basic"}
    cases: list[tuple[str, Annotations, Reaches, str]] = [
        ("", {}, Reaches.NO, "auth-response-headers"),
        ("", {"auth-response-headers": " authorization , x"}, Reaches.NO, "auth-response-headers"),
        ("", unlisted, Reaches.YES, "auth-response-headers"),
        ("", {"auth-response-headers": None}, Reaches.YES, "auth-url"),
        ("", OPEN, Reaches.YES, ""),
        ("", {"ssl-passthrough": "true"}, Reaches.YES, "ssl-passthrough"),
        ("", basic, Reaches.NO, "auth-type"),
        (TRAEFIK, basic, Reaches.CANNOT_TELL, "auth-type"),
        ("", {**OPEN, "auth-tls-secret": "shop/ca"}, Reaches.YES, "auth-tls-secret"),
        (
            "",
            {**unlisted, "configuration-snippet": 'proxy_set_header Authorization "";'},
            Reaches.NO,
            "configuration-snippet",
        ),
        (
            "",
            {**unlisted, "configuration-snippet": "more_clear_input_headers Authorization;"},
            Reaches.NO,
            "configuration-snippet",
        ),
        (
            "",
            {
                **unlisted,
                "configuration-snippet": 'more_set_input_headers "Authorization: $http_authorization";',
            },
            Reaches.YES,
            "configuration-snippet",
        ),
        (
            "",
            {**OPEN, "configuration-snippet": "auth_request /x;"},
            Reaches.CANNOT_TELL,
            "configuration-snippet",
        ),
    ]
    for static, annotations, reaches, annotation in cases:
        token = one(static, ingress(annotations)).token
        assert token.reaches is reaches, (static, annotations)
        assert token.place.pointer.rpartition("/")[2] == annotation, (static, annotations)


def test_headers_for_every_backend_may_take_it_away() -> None:
    named = config_map({"proxy-set-headers": "ingress-nginx/headers"})
    for data, reaches in (({"Authorization": ""}, Reaches.NO), ({"X-A": "b"}, Reaches.YES)):
        headers = config_map(data, name="headers").replace("log-format-upstream", "x-log")
        assert one(named, headers, ingress(OPEN)).token.reaches is reaches


def test_what_the_parts_say_by_themselves() -> None:
    estate = estate_of(ingress({"server-snippet": "location /x { proxy_pass http://a; }"}))
    (given,) = nginx_ingresses(estate)
    settings = settings_of(estate)
    auth = auth_of(given, "/v1", settings)
    assert isinstance(auth, Auth)
    assert token_fate(given, auth, settings, estate).reaches is Reaches.NO
    assert token_fate(given, None, settings, estate).reaches is Reaches.YES
    assert [line.name for line in snippet(given, "server-snippet")] == ["location"]
    assert snippet(given, "auth-snippet") == ()


def recorded(case: dict[str, Any]) -> str:
    place = yaml.safe_load(case.get("path", "{path: /, pathType: Prefix}"))
    annotations = dict.fromkeys(ASKS) | case["ingress"]
    spec = yaml.safe_load(case.get("tls", "{}"))
    text = ingress(annotations, path=place["path"], path_type=place["pathType"], spec=spec)
    if "config" not in case:
        return text
    data = {name: str(value) for name, value in case["config"].items()}
    return f"{text}---\n{config_map(data)}"


def test_it_is_as_the_controller_did() -> None:
    cases = yaml.safe_load(RECORD.read_text())["cases"]
    assert len(cases) > 90
    for case in cases:
        found = next(found for found in exposures(recorded(case)) if found.host == "api.example.com")
        if found.auth is not None and found.auth.fails is Fails.OPEN:
            assert case["seen"] == "open", case
        assert found.is_protected is (case["seen"] != "open"), case
        if case["seen"] != "refused":
            assert found.token.reaches.value == case["token"], case


def test_what_takes_the_question_away() -> None:
    given = estate_of(ingress({"auth-always-set-cookie": "yes", "auth-cache-duration": "200 5m"}))
    (found,) = nginx_ingresses(given)
    assert taking_away(found) == ("auth-always-set-cookie",)


def test_no_certificate_is_asked_for_in_clear() -> None:
    asking: dict[str, str | None] = {**OPEN, "auth-tls-secret": "shop/ca"}
    assert exposures(ingress(asking))[0].is_protected
    assert not exposures(ingress({**asking, "ssl-redirect": "false"}))[0].is_protected
    assert not exposures(ingress(asking, spec={"tls": []}))[0].is_protected
