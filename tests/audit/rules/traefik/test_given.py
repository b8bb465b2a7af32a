"""Who passes a middleware."""

from gateway.audit.normal import exposures_of
from gateway.audit.rule import View
from gateway.audit.rules.traefik.given import defined, entry_points, users
from tests.audit.normal.traefik import written as w
from tests.audit.showing import estate_of


def test_the_routers_that_pass_it_through_a_chain_too() -> None:
    estate = estate_of(
        w.middleware("ask", w.ASK),
        w.chain("c", "ask"),
        w.route(name="one", middlewares=["c"]),
        w.route(name="two", middlewares=["ask"]),
        w.route(name="three"),
        "entryPoints: {web: {}, traefik: {}}",
    )
    view = View(estate=estate, exposures=exposures_of(estate))
    (ask,) = defined(view, "forwardauth")
    assert [one.router.name for one in users(view, ask)] == ["shop/one", "shop/two"]
    assert [one.name for one in entry_points(view)] == ["web"]
