from tests.audit.showing import estate_of

TEXT = """
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: orders
  annotations:
    token-gateway.dev/public: " nothing but pictures "
    nginx.ingress.kubernetes.io/auth-url: https://a
    count: 5
  labels: {app: a}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop, annotations: {token-gateway.dev/public: " "}}}
"""


def test_an_object_says_who_it_is() -> None:
    ingress, namespace = estate_of(TEXT).objects
    assert (ingress.owner, namespace.owner) == ("Ingress/default/orders", "Namespace/shop")
    assert ingress.annotation("count") == "5"
    assert ingress.annotation("missing") is None
    assert ingress.labels == {"app": "a"}
    assert (ingress.public, namespace.public) == ("nothing but pictures", None)


def test_a_place_names_file_line_object_and_field() -> None:
    ingress, _ = estate_of(TEXT).objects
    place = ingress.place(ingress.annotations["nginx.ingress.kubernetes.io/auth-url"])
    assert str(place) == "given.yaml:8:43 Ingress/default/orders"
    assert place.pointer == "metadata.annotations.nginx.ingress.kubernetes.io/auth-url"
    assert ingress.place().pointer == ""
