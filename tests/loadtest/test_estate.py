import pytest

from loadtest.estate import OBJECTS, manifests
from tests.audit.showing import estate_of


@pytest.mark.long
def test_it_is_as_large_as_it_says() -> None:
    kinds = [one.kind for one in estate_of("---\n".join(manifests())).objects]
    assert len(kinds) == OBJECTS == 5000
    assert {kinds.count(kind) for kind in ("Ingress", "HTTPRoute", "IngressRoute")} <= {333, 334}
