"""What is said keeps its place."""

from gateway.draft.rule import Backend, Found, Place


def test_what_is_left_out_and_what_to_look_at_are_two_lists() -> None:
    found = Found()
    place = Place("shop.yaml", 7, 3, "Ingress shop/orders")
    found.omit(place, "it is odd", "make it even")
    found.remark(place, "it is new", "wait")
    assert str(found.left_out[0]) == "shop.yaml:7:3 Ingress shop/orders: it is odd. Fix: make it even."
    assert [one.what for one in found.remarks] == ["it is new"]


def test_several_services_are_named_by_the_first() -> None:
    assert Backend("shop", ("one", "two"), "80").name == "one"
