"""Names, and what they stand for."""

from gateway.audit.estate.place import Place
from gateway.audit.normal.traefik.chain import MAX_STEPS, MISSING, is_shown, middlewares_of, reference_of
from gateway.audit.normal.traefik.dynamic import dynamic
from tests.audit.normal.traefik import written as w
from tests.audit.showing import estate_of

HERE = Place("route.yaml", 3, 5, "HTTPRoute/shop/orders")


def test_an_extension_ref_stands_for_the_steps_of_a_chain() -> None:
    estate = estate_of(
        w.chain("both", "strip", "ask"),
        w.middleware("strip", "stripPrefix: {prefixes: [/v1]}"),
        w.middleware("ask", w.ASK),
    )
    steps = middlewares_of(estate, [reference_of("shop", "both", HERE)])
    assert [(one.kind, one.place().owner) for one in steps] == [
        ("stripprefix", "Middleware/shop/strip"),
        ("forwardauth", "Middleware/shop/ask"),
    ]


def test_what_is_not_there_is_a_step_at_the_place_of_its_name() -> None:
    estate = estate_of(w.middleware("ask", w.ASK))
    index = dynamic(estate).middlewares
    for namespace, name, shown in (
        ("shop", "gone", True),
        ("other", "ask", False),
        ("shop", "shop-gone@kubernetescrd", True),
        ("shop", "other-ask@kubernetescrd", False),
        ("shop", "ask@file", False),
        ("shop", "ask@docker", False),
    ):
        reference = reference_of(namespace, name, HERE)
        (step,) = middlewares_of(estate, [reference])
        assert (step.kind, step.place()) == (MISSING, HERE), name
        assert is_shown(index, reference) is shown, name


def test_no_chain_costs_more_than_its_bound() -> None:
    doubled = [w.chain(f"c{i}", f"c{i + 1}", f"c{i + 1}") for i in range(15)]
    estate = estate_of(*doubled, w.middleware("c15", w.ASK))
    assert len(middlewares_of(estate, [reference_of("shop", "c0", HERE)])) == MAX_STEPS


def test_chains_of_nothing_but_chains_have_an_end() -> None:
    tenfold = [w.chain(f"c{i}", *[f"c{i + 1}"] * 10) for i in range(40)]
    assert middlewares_of(estate_of(*tenfold), [reference_of("shop", "c0", HERE)]) == ()
