"""Which doors a router is behind."""

from gateway.audit.exposure import Tls
from gateway.audit.normal.traefik.doors import doors
from gateway.audit.normal.traefik.routers import routers
from tests.audit.normal.traefik import written as w
from tests.audit.showing import estate_of


def names(static: str, entry_points: str) -> list[str]:
    estate = estate_of(w.route(entry_points=entry_points), static)
    (router,) = routers(estate)
    return [one.name for one in doors(estate, router).entry_points]


def test_a_router_that_names_none_has_the_default_ones() -> None:
    static = "entryPoints: {Web: {}, secure: {}, traefik: {}}"
    assert names(static, "[]") == ["web", "secure"]
    assert names(static, "[WEB]") == ["web"]
    assert names("entryPoints: {web: {}, secure: {asDefault: true}}", "[]") == ["secure"]


def test_of_a_certificate_the_kind_and_the_place() -> None:
    option = w.object("TLSOption", "m", "{clientAuth: {clientAuthType: RequestClientCert}}")
    estate = estate_of(w.route(tls="{options: {name: m}}"), option)
    (router,) = routers(estate)
    found = doors(estate, router)
    assert (found.client_certificates, found.tls) == ("RequestClientCert", Tls.ONLY)
    assert found.certificates_place is not None
    assert found.certificates_place.owner == "TLSOption/shop/m"
