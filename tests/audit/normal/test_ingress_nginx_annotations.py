"""Which annotations count, and for whom."""

from gateway.audit.normal.ingress_nginx_annotations import READ_BY_TRAEFIK, NginxIngress, nginx_ingresses
from tests.audit.nginx_texts import TRAEFIK, documents, ingress
from tests.audit.showing import estate_of


def given(annotations: dict[str, str | None], *, static: str = "") -> NginxIngress:
    (found,) = nginx_ingresses(estate_of(documents(static, ingress(annotations))))
    return found


def test_what_traefik_does_not_know_is_not_there() -> None:
    for name in ("satisfy", "auth-cache-key", "mirror-target", "denylist-source-range", "auth-tls-match-cn"):
        assert name not in READ_BY_TRAEFIK
        assert given({name: "x"}).get(name) is not None
        assert given({name: "x"}, static=TRAEFIK).get(name) is None
        written = given({name: "x"}, static=TRAEFIK).written(name)
        assert written is not None
        assert written.value == "x"


def test_an_empty_one_is_written_and_says_nothing() -> None:
    one = given({"auth-url": " "})
    assert one.get("auth-url") is None
    assert one.written("auth-url") is not None
    assert one.place("auth-url").pointer.endswith("auth-url")
    assert one.place("absent").pointer == ""


def test_truth_values_are_those_of_go() -> None:
    cases = {
        "true": True,
        "True": True,
        "1": True,
        "t": True,
        "false": False,
        "0": False,
        "yes": None,
        "": None,
    }
    for text, expected in cases.items():
        assert given({"use-regex": text}).truth("use-regex") is expected, text
        assert given({"use-regex": text}).is_on("use-regex") is (expected is True)


def test_canaries_and_regular_expressions() -> None:
    assert given({"canary": "true"}).is_canary
    assert not given({}).is_canary
    assert given({"rewrite-target": "/"}).is_by_regex
    assert given({"use-regex": "true"}).is_by_regex
    assert not given({"use-regex": "false"}).is_by_regex
