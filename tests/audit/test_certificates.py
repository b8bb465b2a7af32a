from base64 import b64encode

from gateway.audit.certificates import chain_of, read_certificate
from tests.audit.certified import NOT_AFTER, certificate
from tests.audit.shop import secret
from tests.audit.showing import estate_of


def chain(more: str) -> bytes | None:
    return chain_of(estate_of(secret("tls", more=more)).objects[0])


def test_where_a_chain_is() -> None:
    pem = certificate("a.example")
    encoded = b64encode(pem).decode()
    assert chain(f"data: {{tls.crt: {encoded}}}") == pem
    assert chain(f"data: {{tls.crt: '{encoded[:64]} {encoded[64:]}'}}") == pem
    assert chain("stringData: {tls.crt: plain}") == b"plain"
    assert chain("data: {tls.crt: '%%%'}") == b""
    assert chain("type: kubernetes.io/tls") is None
    assert chain("data: {tls.crt: ''}") is None


def test_what_a_certificate_says() -> None:
    found = read_certificate(certificate("A.example", "*.b.example"))
    assert found is not None
    assert found.names == {"a.example", "*.b.example"}
    assert found.ends == NOT_AFTER.date()
    told = {
        name: found.is_for(name) for name in ("a.example", "x.b.example", "x.y.b.example", "b.example", "x")
    }
    assert told == {
        "a.example": True,
        "x.b.example": True,
        "x.y.b.example": False,
        "b.example": False,
        "x": False,
    }


def test_what_is_no_certificate() -> None:
    assert [read_certificate(one) for one in (b"", b"plain", certificate("a.example")[:200])] == [None] * 3


def test_one_without_names() -> None:
    found = read_certificate(certificate())
    assert found is not None
    assert found.names == frozenset()
