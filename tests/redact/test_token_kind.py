import pytest

from gateway.redact.token_kind import MAX_WRAPPED_HEADER_BYTES, Growing, Header, fits, kind, read_header
from tests.leaks.made import CLAIMS, SIGNATURE_BYTES, Maker, as_json, base64url

M = Maker(31)
K8S = {"iss": "https://k8s", "sub": "system:serviceaccount:shop:orders", "exp": 1, "kubernetes.io": {}}


def test_a_header_is_a_json_object_with_an_algorithm() -> None:
    assert read_header(base64url(b'{"alg":"ES256"}')) == Header(3, "ES256")
    assert read_header(base64url(b'{"alg":"dir","enc":"A128GCM"}')) == Header(5, "dir")
    assert read_header(base64url(b' {"alg":"none"}')) == Header(3, "none")
    for other in (b'{"alg":1}', b'{"typ":"JWT"}', b'["alg"]', b"no json", b'{"alg":"a"', b"\xff", b""):
        assert read_header(base64url(other)) is None, other
    assert read_header(b"A" * 20_000) is None


@pytest.mark.parametrize("algorithm", list(SIGNATURE_BYTES))
def test_a_token_fits_by_the_length_of_its_signature(algorithm: str) -> None:
    token = M.jwt(algorithm)
    header = read_header(token.partition(b".")[0])
    assert header is not None
    assert fits(token, header, strictly=True)
    assert not fits(token + b"A", header)
    assert not fits(token.rpartition(b".")[0], header)


def test_strictly_the_payload_is_json_and_the_algorithm_known() -> None:
    token = b".".join((base64url(b'{"alg":"none"}'), base64url(b"no json"), b""))
    assert fits(token, Header(3, "none"))
    assert not fits(token, Header(3, "none"), strictly=True)
    assert fits(M.jwt("ES256"), Header(3, "unheard-of"))
    assert not fits(M.jwt("ES256"), Header(3, "unheard-of"), strictly=True)


def test_a_jwe_fits_by_its_tag() -> None:
    assert fits(M.jwe(), Header(5, "RSA-OAEP"), strictly=True)
    assert not fits(M.jwe()[:-1], Header(5, "RSA-OAEP"))


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "HS512"])
def test_it_grows_line_by_line_until_it_is_whole(algorithm: str) -> None:
    token = M.jwt(algorithm)
    growing = Growing(token[:30])
    for start in range(30, len(token), 30):
        assert growing.may_grow()
        assert not growing.fits(strictly=True)
        growing.add(token[start : start + 30])
    assert growing.fits(strictly=True)
    assert growing.plain() == token
    assert growing.may_grow() is (algorithm == "RS256")  # a longer key has a longer signature


def test_what_has_no_dot_is_not_followed_for_long() -> None:
    growing = Growing(b"eyJ" + b"A" * MAX_WRAPPED_HEADER_BYTES)
    assert not growing.may_grow()
    assert not Growing(b"eyJno.header").may_grow()


def test_kinds() -> None:
    none: frozenset[str] = frozenset()
    assert kind(M.jwt(), none) == "jwt"
    assert kind(M.jwe(), none) == "jwe"
    assert kind(M.jwt("RS256", K8S), none) == "kubernetes-service-account-token"
    assert kind(M.jwt("RS256", {"kubernetes.io": {}}), none) == "kubernetes-service-account-token"
    assert kind(M.jwt("RS256", {"sub": K8S["sub"]}), none) == "kubernetes-legacy-token"
    assert kind(M.jwt(), frozenset((str(CLAIMS["iss"]),))) == "token-gateway-token"
    assert kind(b".".join((base64url(as_json({"alg": "none"})), b"!", b"")), none) == "jwt"
    assert kind(M.jwt("ES256", {"iss": ["no", "text"]}), none) == "jwt"
