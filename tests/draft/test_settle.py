"""Which of several rules may stand: never one whose requests may be another's."""

from gateway.draft.reach import EVERYTHING, Reach
from gateway.draft.rule import DEFAULT_RANK, Backend, Found, Place, Rule, Via
from gateway.draft.settle import is_for_all_hosts, settle


def rule(path: str | None, service: str, rank: tuple[int, ...] | None, **changes: object) -> Rule:
    given: dict[str, object] = {
        "place": Place("x", 1, 1, f"{path} {service}"),
        "owner": "x",
        "via": Via.TRAEFIK,
        "target": "traefik",
        "host": "h",
        "path": path,
        "reach": EVERYTHING if path is None else Reach(path),
        "methods": None,
        "backend": Backend("ns", (service,), "80"),
        "rank": rank,
        **changes,
    }
    return Rule(**given)  # type: ignore[arg-type]


def standing(*rules: Rule, others: tuple[Rule, ...] = ()) -> dict[str, set[str]]:
    return {f"{one.path} {one.rule.backend.name}": set(one.methods) for one in settle(rules, others, Found())}


READ = {"GET", "HEAD"}


def test_both_orders_agree() -> None:
    assert standing(rule("/a", "one", (0,)), rule("/**", "two", (1,))) == {"/a one": READ, "/** two": READ}


def test_the_proxys_first_is_the_policys_last() -> None:
    assert standing(rule("/a", "one", (1,)), rule("/**", "two", (0,))) == {"/** two": READ}


def test_an_order_that_is_not_known_leaves_both_out() -> None:
    assert standing(rule("/a", "one", None), rule("/**", "two", (0,))) == {}
    assert standing(rule("/a", "one", (0,)), rule("/a", "two", (0,))) == {}


def test_what_cannot_be_said_takes_out_what_it_may_take() -> None:
    unsaid = rule(None, "one", (0,))
    assert standing(unsaid, rule("/**", "two", (1,))) == {}
    assert standing(unsaid, rule("/**", "one", (1,))) == {"/** one": READ}
    assert standing(rule(None, "one", (2,)), rule("/**", "two", (1,))) == {"/** two": READ}
    assert standing(rule(None, "one", (0,), reach=Reach(None, "/b")), rule("/a/**", "two", (1,))) == {
        "/a/** two": READ
    }


def test_what_falls_out_leaves_its_paths_to_broader_ones_and_they_fall_too() -> None:
    """/a/b is left out for /a/**'s sake by `first`; then /** would get it."""
    rules = (
        rule(None, "first", (0,), reach=Reach("/a/b")),
        rule("/a/b", "one", (1,)),
        rule("/**", "two", (2,)),
    )
    assert standing(*rules) == {}


def test_it_looks_again_at_those_before_what_fell_out() -> None:
    first = rule(None, "two", (0,), reach=Reach("/a/b"))
    assert standing(rule("/**", "two", (2,)), first, rule("/a/b", "one", (1,))) == {}


def test_a_text_reaches_further_than_its_template() -> None:
    text = rule("/a/**", "one", (0,), reach=Reach(None, "/a"))
    assert standing(text, rule("/**", "two", (1,))) == {"/a/** one": READ}
    assert standing(text, rule("/b/**", "two", (1,))) == {"/a/** one": READ, "/b/** two": READ}


def test_methods_are_taken_one_by_one() -> None:
    get = rule("/a", "one", (0,), methods=frozenset({"GET", "BREW"}))
    assert standing(get, rule("/a", "two", (1,))) == {"/a one": {"GET"}, "/a two": {"HEAD"}}
    assert standing(get, rule("/a", "one", (1,))) == {"/a one": {"HEAD"}}


def test_two_services_of_one_name_are_two() -> None:
    other = rule("/**", "one", (1,), backend=Backend("elsewhere", ("one",), "80"))
    assert standing(rule(None, "one", (0,)), other) == {}
    assert standing(rule(None, "one", (0,)), rule("/**", "one", (1,), backend=Backend("ns", ("one",), "81")))


def test_rules_of_other_kinds_and_hosts_have_no_order_among_them() -> None:
    one = rule("/**", "two", (0,))
    assert standing(one, others=(rule(None, "x", (5,), via=Via.HTTP_ROUTE),)) == {}
    assert standing(one, others=(rule(None, "x", (5,), host=""),)) == {"/** two": READ}
    ingress = rule("/**", "two", (0,), via=Via.INGRESS)
    assert standing(ingress, others=(rule(None, "x", (5,), host="", via=Via.INGRESS),)) == {}
    assert standing(ingress, others=(rule(None, "x", DEFAULT_RANK, host="", via=Via.INGRESS),)) != {}


def test_which_rules_are_for_all_hosts() -> None:
    assert is_for_all_hosts(rule("/", "x", None, host=""))
    assert not is_for_all_hosts(rule("/", "x", None))
    assert not is_for_all_hosts(rule("/", "x", None, host="", via=Via.HTTP_ROUTE))
    assert not is_for_all_hosts(rule("/", "x", None, host="", target="ingress-nginx"))
