"""What the rules on nginx judge."""

from gateway.audit.normal import exposures_of
from gateway.audit.rule import View
from gateway.audit.rules.nginx import scope
from tests.audit.nginx_texts import OPEN, TRAEFIK, config_map, documents, ingress, server
from tests.audit.showing import estate_of


def view(text: str, file: str = "given.yaml") -> View:
    estate = estate_of(text, file=file)
    return View(estate=estate, exposures=exposures_of(estate))


def test_routes_of_nginx_in_all_its_forms() -> None:
    text = documents(ingress(), ingress(OPEN, name="open", path="/open"), config_map({"a": "b"}))
    given = view(text)
    assert len(list(scope.routes(given))) == 2
    assert [one.path.value for one, _ in scope.protected(given)] == ["/v1"]
    assert [one.path.value for one, _ in scope.asking(given)] == ["/v1"]
    assert [one.ingress.name for one in scope.ingresses(given)] == ["orders", "open"]
    assert [one.ingress.name for one in scope.protected_ingresses(given)] == ["orders"]
    assert scope.settings(given).get("a") is not None
    assert len(list(scope.asking(view(documents(TRAEFIK, ingress()))))) == 1
    provider = "providers: {kubernetesIngressNGINX: {globalAuthURL: x}}\n"
    assert scope.provider(view(provider)).get("globalauthurl") is not None


def test_locations_of_a_file() -> None:
    given = view(server(), "nginx.conf")
    assert [one.head.arguments for one in scope.locations(given) if one.head] == [("/",)]
    assert len(list(scope.asking(given))) == 1


def test_who_is_asked_otherwise_is_protected_and_not_asking() -> None:
    given = view(ingress({**OPEN, "auth-type": "basic"}))
    assert len(list(scope.protected(given))) == 1
    assert list(scope.asking(given)) == []
