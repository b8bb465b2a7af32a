"""Places of objects and of parts of files."""

from gateway.audit.normal.traefik.origin import of_file, of_object
from tests.audit.normal.traefik import written as w
from tests.audit.showing import estate_of


def test_an_object_and_a_part_of_a_file() -> None:
    estate = estate_of(w.route(), "http: {routers: {a: {rule: x}}}")
    assert of_object(estate.objects[0]).place().owner == "IngressRoute/shop/orders"
    root = estate.files[0].root
    assert root is not None
    part = of_file("f.yml", "router", "a", root)
    assert (part.place().owner, part.place().file) == ("router a", "f.yml")
    assert part.place(root.child("http")).pointer == "http"
