from gateway.audit.estate.place import Place


def test_a_place_is_one_that_editors_jump_to() -> None:
    assert str(Place("a.yaml", 3, 5, "Ingress/shop/orders")) == "a.yaml:3:5 Ingress/shop/orders"
    assert str(Place("cluster", 0, 1, "Ingress/shop/orders")) == "cluster Ingress/shop/orders"
    assert str(Place("nginx.conf", 3, 5, "")) == "nginx.conf:3:5"
