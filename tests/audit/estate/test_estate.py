from gateway.audit.estate.estate import Estate
from tests.audit.showing import estate_of

SERVICE = "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}}"


def test_objects_are_found_by_kind_and_by_name() -> None:
    other = "{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: k, namespace: shop}}"
    estate = estate_of(SERVICE, other)
    assert [one.name for one in estate.of("Service")] == ["a", "k"]
    assert [one.name for one in estate.of("Service", "")] == ["a"]
    found = estate.get("Service", "shop", "a")
    assert found is not None
    assert found.group == ""
    assert estate.get("Service", "other", "a") is None


def test_what_was_not_shown_is_not_missing() -> None:
    part, whole = estate_of(SERVICE), estate_of(SERVICE, is_whole=True)
    assert part.shows("Service")
    assert part.shows("Service", "shop")
    assert not part.shows("Service", "other")
    assert not part.shows("Pod")
    assert whole.shows("Pod")


def test_what_is_made_of_it_is_made_once() -> None:
    made = []

    def count(estate: Estate) -> int:
        made.append(estate)
        return len(estate.objects)

    estate, other = Estate(), Estate()
    assert [estate.once(count), estate.once(count), other.once(count)] == [0, 0, 0]
    assert made == [estate, other]
    assert made[0] is estate
