"""What Ingresses open under ingress-nginx, and under Traefik with the same annotations."""

import pytest

from gateway.audit.controller import Controller
from gateway.audit.exposure import ANY_HOST, Backend, Exposure, PathKind, PathMatch, Reaches, Tls
from tests.audit.nginx_texts import OPEN, TRAEFIK, config_map, controller, documents, ingress
from tests.audit.showing import exposures


def one(*texts: str) -> Exposure:
    (found,) = exposures(documents(*texts))
    return found


def test_a_path_that_asks() -> None:
    found = one(ingress())
    assert (found.host, found.path, found.tls) == (
        "api.example.com",
        PathMatch(PathKind.PREFIX, "/v1"),
        Tls.ONLY,
    )
    assert (found.controller, found.class_name) == (Controller.INGRESS_NGINX, "nginx")
    assert found.backends == (Backend("shop", "orders", "80"),)
    assert (found.is_protected, found.token.reaches) == (True, Reaches.NO)
    assert found.source.owner == "Ingress/shop/orders"
    assert found.of is not None


def test_traefik_reads_the_same() -> None:
    found = one(TRAEFIK, ingress())
    assert (found.controller, found.is_protected) == (Controller.TRAEFIK_INGRESS_NGINX, True)


def test_how_each_type_of_path_is_compared() -> None:
    cases = {
        ("Prefix", ""): PathKind.PREFIX,
        ("Exact", ""): PathKind.EXACT,
        ("ImplementationSpecific", ""): PathKind.BEGINS_WITH,
        ("Prefix", TRAEFIK): PathKind.PREFIX,
        ("Exact", TRAEFIK): PathKind.EXACT,
        ("ImplementationSpecific", TRAEFIK): PathKind.PREFIX,
    }
    for (kind, static), expected in cases.items():
        assert one(static, ingress(path_type=kind)).path.kind is expected, (kind, static)


def test_one_regular_expression_makes_them_of_a_whole_host() -> None:
    other = ingress({"use-regex": "true"}, name="other", path="/x")
    for static, exact in (("", PathKind.REGEX), (TRAEFIK, PathKind.EXACT)):
        found = exposures(
            documents(static, ingress(), ingress(name="e", path="/e", path_type="Exact"), other)
        )
        kinds = {route.path.value: route.path.kind for route in found}
        assert kinds.pop("/e" if exact is PathKind.EXACT else "(?i)^/e") is exact
        assert kinds == {"(?i)^/v1": PathKind.REGEX, "(?i)^/x": PathKind.REGEX}
    elsewhere = ingress({"rewrite-target": "/$1"}, name="other", host="b.example.com")
    first, second = exposures(documents(ingress(), elsewhere))
    assert (first.path.kind, first.rewrites) == (PathKind.PREFIX, False)
    assert (second.path.kind, second.rewrites) == (PathKind.REGEX, True)


def test_the_longest_path_is_tried_first_and_an_exact_one_before() -> None:
    texts = [
        ingress(name="a", path="/"),
        ingress(name="b", path="/v1/orders"),
        ingress(name="c", path="/v1", path_type="Exact"),
    ]
    ranked = sorted(exposures(documents(*texts)), key=lambda route: route.rank)
    assert [route.path.value for route in ranked] == ["/v1", "/v1/orders", "/"]


@pytest.mark.parametrize("static", ["", TRAEFIK], ids=["ingress-nginx", "traefik"])
def test_whether_the_way_is_encrypted(static: str) -> None:
    cases: list[tuple[dict[str, str | None], dict[str, object], Tls]] = [
        ({}, {}, Tls.ONLY),
        ({"ssl-redirect": "false"}, {}, Tls.OPTIONAL),
        ({"ssl-redirect": "nonsense"}, {}, Tls.ONLY),
        ({}, {"tls": []}, Tls.NONE),
        ({"force-ssl-redirect": "true"}, {"tls": []}, Tls.ONLY),
        ({}, {"tls": [{"hosts": ["other.example.com"], "secretName": "x"}]}, Tls.NONE),
        ({}, {"tls": [{"hosts": ["*.example.com"], "secretName": "x"}]}, Tls.ONLY),
        ({}, {"tls": [{"secretName": "x"}]}, Tls.UNKNOWN),
        ({"ssl-passthrough": "true"}, {}, Tls.PASSED_THROUGH),
    ]
    for annotations, spec, expected in cases:
        assert one(static, ingress(annotations, spec=spec)).tls is expected, (annotations, spec)


def test_tls_is_passed_through_only_by_a_controller_that_is_told_to() -> None:
    image = "registry.k8s.io/ingress-nginx/controller:v1.15.1"
    text = ingress({"ssl-passthrough": "true"})
    for arguments, expected in (
        (["--enable-ssl-passthrough"], Tls.PASSED_THROUGH),
        (["--enable-ssl-passthrough=true"], Tls.PASSED_THROUGH),
        (["--enable-ssl-passthrough=false"], Tls.ONLY),
        ([], Tls.ONLY),
    ):
        found = one(controller(image, *arguments), text)
        assert (found.tls, found.token.reaches is Reaches.YES) == (expected, expected is Tls.PASSED_THROUGH)


def test_locations_of_a_snippet_are_doors_of_their_own() -> None:
    lines = "location /debug { proxy_pass http://10.0.0.9:6060; }\nlocation /x { return 204; }\nset $a b;"
    first, second = exposures(ingress({"server-snippet": lines}))
    assert first.is_protected
    assert (second.host, str(second.path), second.auth) == ("api.example.com", "/debug*", None)
    assert (second.controller, second.tls, second.token.reaches) == (
        Controller.INGRESS_NGINX,
        Tls.ONLY,
        Reaches.YES,
    )
    assert second.source.pointer.endswith("server-snippet")
    assert len(exposures(documents(TRAEFIK, ingress({"server-snippet": lines})))) == 1
    assert len(exposures(ingress({"server-snippet": "add_header X-A b;"}))) == 1


def test_the_config_map_may_redirect_or_not() -> None:
    assert one(config_map({"ssl-redirect": "false"}), ingress()).tls is Tls.OPTIONAL
    assert one(config_map({"force-ssl-redirect": "true"}), ingress(spec={"tls": []})).tls is Tls.ONLY


def test_aliases_are_hosts_as_well() -> None:
    found = exposures(ingress({"server-alias": "b.example.com, *.example.org,~^x"}))
    assert [route.host for route in found] == ["api.example.com", "b.example.com", "*.example.org"]


def test_a_default_backend_takes_what_no_path_takes() -> None:
    default = {"defaultBackend": {"service": {"name": "rest", "port": {"name": "http"}}}}
    found = exposures(ingress(spec=default))
    assert [(str(route.path), route.backends[0].name) for route in found] == [
        ("/v1/**", "orders"),
        ("/**", "rest"),
    ]
    assert [route.is_protected for route in found] == [True, True]
    assert len(exposures(ingress(path="/", spec=default))) == 1
    alone = one(ingress(spec={**default, "rules": []}))
    assert (alone.host, alone.backends) == (ANY_HOST, (Backend("shop", "rest", "http"),))


def test_a_canary_shares_the_authentication_of_the_other() -> None:
    canary = ingress(
        {**OPEN, "canary": "true", "canary-by-header": "X-Canary"}, name="canary", service="orders-next"
    )
    for static in ("", TRAEFIK):
        first, second = exposures(documents(static, canary, ingress()))
        assert (first.backends[0].name, first.conditions) == ("orders", ())
        assert (second.backends[0].name, second.conditions) == ("orders-next", ("canary-by-header",))
        assert (second.is_protected, second.source.owner) == (True, "Ingress/shop/canary")
    assert exposures(canary) == ()


def test_a_redirect_reaches_nobody() -> None:
    for name in ("permanent-redirect", "temporal-redirect"):
        found = one(ingress({**OPEN, name: "https://example.com"}))
        assert (found.backends, found.token.reaches) == ((), Reaches.NO)


def test_copies_and_logs_are_those_of_ingress_nginx_alone() -> None:
    given = ingress({"mirror-target": "https://copy.example.com"})
    assert [mirror.place.pointer.rpartition("/")[2] for mirror in one(given).mirrors] == ["mirror-target"]
    assert one(TRAEFIK, given).mirrors == ()
    tokens = config_map({"log-format-upstream": "$http_authorization"})
    assert [field.name for field in one(tokens, ingress()).logs] == ["authorization"]
    assert one(tokens, TRAEFIK, ingress()).logs == ()
    assert one(ingress()).logs == ()
    assert one(tokens, ingress({"enable-access-log": "false"})).logs == ()
    assert one(config_map({"log-format-upstream": ""}), ingress()).logs != ()


def test_reasons_and_strange_backends() -> None:
    assert one(ingress(OPEN, public="what monitors call")).public == "what monitors call"
    backend = {"resource": {"apiGroup": "k8s.example.com", "kind": "Bucket", "name": "files"}}
    rules = [{"http": {"paths": [{"pathType": "Prefix", "backend": backend}]}}]
    found = one(ingress(spec={"rules": rules}))
    assert (found.host, str(found.path)) == (ANY_HOST, "/**")
    assert found.backends == (Backend("shop", "files", "", "Bucket"),)


def test_other_controllers_are_left_alone() -> None:
    found = exposures(ingress(spec={"ingressClassName": "haproxy"}))
    assert not {one.controller for one in found} & {
        Controller.INGRESS_NGINX,
        Controller.TRAEFIK_INGRESS_NGINX,
    }
