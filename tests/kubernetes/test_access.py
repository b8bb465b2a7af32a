from gateway.kubernetes.access import Access, NoAccess
from gateway.tls.pair import Pair


def test_an_access_shows_none_of_its_secrets() -> None:
    pair = Pair(chain=b"chain", key=b"hunter2")
    access = Access(url="https://a", token="hunter2", pair=pair, proxy="http://u:hunter2@p")
    assert "hunter2" not in repr(access)


def test_a_refusal_says_what_and_how_to_mend_it() -> None:
    assert str(NoAccess("it is not there", "make it")) == "it is not there. Fix: make it."
