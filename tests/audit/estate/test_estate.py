from gateway.audit.estate.estate import ANY_KIND, Estate, Gathering
from gateway.config.problem import Problem
from tests.audit.showing import estate_of

SERVICE = "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: shop}}"


def test_objects_are_found_by_kind_and_by_name() -> None:
    other = "{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: k, namespace: shop}}"
    estate = estate_of(SERVICE, other)
    assert [one.name for one in estate.of("Service", "serving.knative.dev")] == ["k"]
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


def test_a_namesake_of_another_group_is_not_taken_for_what_its_kind_says() -> None:
    knative = "{apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: a, namespace: shop}}"
    calico = "{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: n, namespace: shop}}"
    estate = estate_of(SERVICE, knative, calico)
    found = estate.get("Service", "shop", "a")
    assert found is not None
    assert found.group == ""
    assert not estate.shows("NetworkPolicy", "shop")
    assert [one.name for one in estate.of("NetworkPolicy", "projectcalico.org")] == ["n"]


def test_what_could_not_be_read_may_be_there() -> None:
    denied = Problem(file="cluster/a", line=0, column=1, path="", what="pods: may not list", fix="grant it")
    gathering = Gathering(unlisted={denied: "Pod"})
    part = gathering.finished(is_whole=True)
    assert part.unread == (denied,)
    assert part.shows("Service")
    assert not part.shows("Pod")
    assert not part.is_whole_of("Service", "Pod")
    for lost in (Gathering(unread=[denied]), Gathering(unlisted={denied: ANY_KIND})):
        assert not lost.finished(is_whole=True).shows("Service")
