"""Each form is read in its one spelling, and what a client could say in another is not listened to."""

from base64 import b64encode
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.binding import NO_CERTIFICATE
from gateway.core.headers import HeaderPairs, Headers
from gateway.core.policy import CertificateFrom, CertificateShows
from gateway.core.reason import Reason, Refusal
from gateway.dialects.client_certificate import HEADERS, certificate_of
from gateway.dialects.untrusted import UNTRUSTED
from tests import builders as b
from tests.showing import (
    CERTIFICATE,
    OTHER_CERTIFICATE,
    SHOWN,
    SPIFFE,
    certificate,
    escaped_pem,
    pem,
    shown,
    thumbprint,
    xfcc,
)

FORMS = tuple(SHOWN)
EVERY_FORM = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.value)
BASE64 = b64encode(CERTIFICATE)
DIGEST = thumbprint().hex().encode()


def read(form: CertificateFrom | None, *pairs: tuple[bytes, bytes]) -> bytes | Reason | None:
    try:
        found = certificate_of(Headers.of(pairs), b.policy(certificate_from=form))
    except Refusal as refusal:
        return refusal.reason
    assert found is None or found.identities is None, "no route asks for them"
    return found and found.thumbprint


@EVERY_FORM
def test_the_thumbprint_is_that_of_the_certificate(form: CertificateFrom) -> None:
    for der in (CERTIFICATE, OTHER_CERTIFICATE):
        assert read(form, (b"accept", b"*/*"), *shown(form, der)) == thumbprint(der)


@EVERY_FORM
def test_a_client_without_a_certificate_has_shown_none(form: CertificateFrom) -> None:
    assert read(form) == NO_CERTIFICATE
    assert read(form, *((name, b"") for name in HEADERS[form])) == NO_CERTIFICATE


@EVERY_FORM
def test_only_the_form_of_the_policy_is_listened_to(form: CertificateFrom) -> None:
    for other in FORMS:
        if other is not form:
            assert read(form, *shown(other)) == NO_CERTIFICATE
    assert read(None, *shown(form)) is None
    for of_no_header in (CertificateFrom.TLS, CertificateFrom.ENVOY_GRPC):
        assert read(of_no_header, *shown(form)) is None


@EVERY_FORM
def test_twice_or_spelt_otherwise_is_refused(form: CertificateFrom) -> None:
    for name, value in shown(form):
        others = tuple(pair for pair in shown(form) if pair[0] != name)
        assert read(form, *shown(form), (name, value)) is Reason.CARRIER_DUPLICATE
        assert read(form, *shown(form), (name.upper(), b"")) is Reason.CARRIER_DUPLICATE
        for odd in (name.replace(b"-", b"_", 1), name.replace(b"-", b".")):
            assert read(form, *others, (odd, value)) is Reason.HEADER_LOOKALIKE
            assert read(form, *shown(form), (odd, value)) is Reason.HEADER_LOOKALIKE


def wrapped(form: CertificateFrom) -> Callable[[bytes], HeaderPairs]:
    """The form's own header around any text in the place of a certificate's base64."""
    match form:
        case CertificateFrom.NGINX:
            return lambda text: ((b"ssl-client-cert", lines(text)), (b"ssl-client-verify", b"SUCCESS"))
        case CertificateFrom.TRAEFIK:
            return lambda text: ((b"x-forwarded-tls-client-cert", text),)
        case CertificateFrom.ENVOY_XFCC:
            return lambda text: ((b"x-forwarded-client-cert", b'Cert="%b"' % lines(text)),)
        case CertificateFrom.HAPROXY:
            return lambda text: ((b"x-ssl-client-cert", text),)
        case _:
            return lambda text: ((b"client-cert", b":%b:" % text),)


def lines(text: bytes) -> bytes:
    return (
        b"-----BEGIN%20CERTIFICATE-----%0A"
        + text.replace(b"+", b"%2B")
        + b"%0A-----END%20CERTIFICATE-----%0A"
    )


@EVERY_FORM
@pytest.mark.parametrize(
    "text",
    [
        b"!",
        b"AAAA",
        BASE64[:-1],
        BASE64 + b"=",
        BASE64[:-4],
        BASE64 + b"AAAA",
        b" " + BASE64,
        BASE64 + BASE64,
        BASE64.replace(b"+", b"-").replace(b"/", b"_"),
        BASE64[:8] + b"\xff" + BASE64[8:],
        b64encode(CERTIFICATE[:-1]),
        b64encode(CERTIFICATE + b"\0"),
        b64encode(b"\x31" + CERTIFICATE[1:]),
        b64encode(b"\x30\x80" + bytes(8)),
        b64encode(b"\x30\x03abc"),
        b64encode(b"\x30"),
        b"{http.request.tls.client.certificate_der_base64}",
    ],
    ids=lambda text: text[:12].decode("latin-1") + str(len(text)),
)
def test_what_is_no_whole_certificate_in_base64_is_refused(form: CertificateFrom, text: bytes) -> None:
    assert read(form, *wrapped(form)(text)) is Reason.CARRIER_MALFORMED
    assert read(form, *wrapped(form)(BASE64)) == thumbprint()


def test_base64_has_one_spelling() -> None:
    der = b"\x30\x81\x80" + bytes(128)
    text = b64encode(der)
    assert text.endswith(b"A==") is False
    assert text.endswith(b"AA=")
    assert read(CertificateFrom.HAPROXY, (b"x-ssl-client-cert", text)) == thumbprint(der)
    assert (
        read(CertificateFrom.HAPROXY, (b"x-ssl-client-cert", text[:-2] + b"B=")) is Reason.CARRIER_MALFORMED
    )


# --- nginx ---


def nginx(certificate: bytes | None, verified: bytes | None) -> bytes | Reason | None:
    pairs = ((b"ssl-client-cert", certificate), (b"ssl-client-verify", verified))
    return read(CertificateFrom.NGINX, *((name, value) for name, value in pairs if value is not None))


@pytest.mark.parametrize(
    ("certificate", "verified", "expected"),
    [
        (None, b"NONE", NO_CERTIFICATE),
        (None, b"FAILED:self-signed certificate", NO_CERTIFICATE),
        (escaped_pem(), b"FAILED:self-signed certificate", NO_CERTIFICATE),
        (escaped_pem(), b"NONE", NO_CERTIFICATE),
        (escaped_pem(), None, Reason.CARRIER_MALFORMED),
        (escaped_pem(), b"", Reason.CARRIER_MALFORMED),
        (escaped_pem(), b"success", Reason.CARRIER_MALFORMED),
        (escaped_pem(), b"SUCCESS ", Reason.CARRIER_MALFORMED),
        (None, b"SUCCESS", Reason.CARRIER_MALFORMED),
        (b"", b"SUCCESS", Reason.CARRIER_MALFORMED),
        (escaped_pem() * 2, b"SUCCESS", Reason.CARRIER_MALFORMED),
        (escaped_pem().replace(b"%20", b"+"), b"SUCCESS", Reason.CARRIER_MALFORMED),
        (escaped_pem() + b"%", b"SUCCESS", Reason.CARRIER_MALFORMED),
        (escaped_pem() + b"%0", b"SUCCESS", Reason.CARRIER_MALFORMED),
        (escaped_pem() + b"%0D", b"SUCCESS", Reason.CARRIER_MALFORMED),
        (b"%0A" + escaped_pem(), b"SUCCESS", Reason.CARRIER_MALFORMED),
        (escaped_pem().replace(b"%", b"%25"), b"SUCCESS", Reason.CARRIER_MALFORMED),
        (escaped_pem().replace(b"CERTIFICATE", b"PUBLIC%20KEY"), b"SUCCESS", Reason.CARRIER_MALFORMED),
        (pem(), b"SUCCESS", thumbprint()),
        (escaped_pem().removesuffix(b"%0A"), b"SUCCESS", thumbprint()),
        (escaped_pem().replace(b"%2B", b"+").replace(b"%2F", b"/"), b"SUCCESS", thumbprint()),
        (escaped_pem().replace(b"%2B", b"%2b"), b"SUCCESS", thumbprint()),
    ],
)
def test_nginx_says_whether_it_has_verified(
    certificate: bytes | None, verified: bytes | None, expected: object
) -> None:
    assert nginx(certificate, verified) == expected


# --- the others ---


def test_of_a_chain_of_traefik_the_first_is_the_clients() -> None:
    name, other = b"x-forwarded-tls-client-cert", b64encode(OTHER_CERTIFICATE)
    assert read(CertificateFrom.TRAEFIK, (name, BASE64 + b"," + other)) == thumbprint()
    assert read(CertificateFrom.TRAEFIK, (name, other + b"," + BASE64)) == thumbprint(OTHER_CERTIFICATE)
    for odd in (b"," + BASE64, BASE64 + b",", BASE64 + b", " + other, BASE64 + b",!"):
        assert read(CertificateFrom.TRAEFIK, (name, odd)) is Reason.CARRIER_MALFORMED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"Hash=" + DIGEST, thumbprint()),
        (b"hash=" + DIGEST, thumbprint()),
        (b'Hash="' + DIGEST + b'"', thumbprint()),
        (b'Cert="' + escaped_pem() + b'"', thumbprint()),
        (b'Hash=%b;Cert="%b"' % (DIGEST, escaped_pem()), thumbprint()),
        (b'Hash=%b;Chain="%b%b"' % (DIGEST, escaped_pem(), escaped_pem(OTHER_CERTIFICATE)), thumbprint()),
        (b"Hash=%b;" % DIGEST, thumbprint()),
        (b'Hash=%b;Cert="%b"' % (DIGEST, escaped_pem(OTHER_CERTIFICATE)), Reason.CARRIER_MALFORMED),
        (b"Hash=%b;Hash=%b" % (DIGEST, DIGEST), Reason.CARRIER_MALFORMED),
        (b"Hash=%b;HASH=%b" % (DIGEST, DIGEST), Reason.CARRIER_MALFORMED),
        (b"URI=spiffe://a;Hash=%b;Hash=%b" % (b"0" * 64, DIGEST), Reason.CARRIER_MALFORMED),
        (xfcc() + b"," + xfcc(), Reason.CARRIER_MALFORMED),
        (xfcc() + b",", Reason.CARRIER_MALFORMED),
        (b"," + xfcc(), Reason.CARRIER_MALFORMED),
        (xfcc() + b";,", Reason.CARRIER_MALFORMED),
        (b"By=a;URI=b", Reason.CARRIER_MALFORMED),
        (b"Hash=", Reason.CARRIER_MALFORMED),
        (b"Hash=" + DIGEST[:-2], Reason.CARRIER_MALFORMED),
        (b"Hash=" + DIGEST + b"00", Reason.CARRIER_MALFORMED),
        (b"Hash=" + DIGEST.upper(), Reason.CARRIER_MALFORMED),
        (b"Hash=%b " % DIGEST, Reason.CARRIER_MALFORMED),
        (b" Hash=" + DIGEST, Reason.CARRIER_MALFORMED),
        (b"Hash" + DIGEST, Reason.CARRIER_MALFORMED),
        (b'Hash="' + DIGEST, Reason.CARRIER_MALFORMED),
        (b'Subject="a\\";Hash=' + DIGEST, Reason.CARRIER_MALFORMED),
        (b'Subject="a"b;Hash=' + DIGEST, Reason.CARRIER_MALFORMED),
        (b";Hash=" + DIGEST, Reason.CARRIER_MALFORMED),
    ],
)
def test_envoy_says_one_element_of_its_own(text: bytes, expected: object) -> None:
    assert read(CertificateFrom.ENVOY_XFCC, (b"x-forwarded-client-cert", text)) == expected


@pytest.mark.parametrize(
    "text", [b":", b"::", b":::", BASE64, b":" + BASE64, b":" + BASE64 + b":;a=1", b"()"]
)
def test_rfc9440_2_2_is_one_byte_sequence(text: bytes) -> None:
    assert read(CertificateFrom.RFC9440, (b"client-cert", text)) is Reason.CARRIER_MALFORMED


@given(st.sampled_from(FORMS), st.lists(st.binary(max_size=60), min_size=1, max_size=2))
def test_octets_of_any_kind_are_none_or_refused(form: CertificateFrom, values: list[bytes]) -> None:
    pairs = zip(HEADERS[form], values, strict=False)
    assert read(form, *pairs) in {NO_CERTIFICATE, Reason.CARRIER_MALFORMED}


def test_no_form_reaches_a_backend() -> None:
    named = {name for names in HEADERS.values() for name in names}
    assert named <= {name.lower().encode() for name in UNTRUSTED}


# --- the names in it ---

ASKING = b.route(requirements=(CertificateShows(identities=frozenset({SPIFFE})),))
NAMED = certificate(SPIFFE, "Orders.shop.svc", "*.shop.svc")
NAMES = frozenset({SPIFFE, "orders.shop.svc", "*.shop.svc"})


def names(form: CertificateFrom, *pairs: tuple[bytes, bytes]) -> frozenset[str] | None:
    found = certificate_of(Headers.of(pairs), b.policy(ASKING, certificate_from=form))
    assert found is not None
    return found.identities


@pytest.mark.parametrize("form", [one for one in FORMS if one is not CertificateFrom.ENVOY_XFCC])
def test_the_names_are_those_of_the_whole_certificate(form: CertificateFrom) -> None:
    assert names(form, *shown(form, NAMED)) == NAMES
    assert names(form, *shown(form, certificate(common_name="orders.shop.svc"))) == frozenset()
    assert names(form, *shown(form, CERTIFICATE)) == frozenset(), "nobody can read it"
    assert names(form) == frozenset()


def test_no_other_form_tells_of_names() -> None:
    for form in FORMS:
        for other in FORMS:
            if other is not form:
                assert names(form, *shown(other, NAMED)) == frozenset()


def test_without_verification_there_are_no_names() -> None:
    pairs = ((b"ssl-client-cert", escaped_pem(NAMED)), (b"ssl-client-verify", b"FAILED:self signed"))
    assert names(CertificateFrom.NGINX, *pairs) == frozenset()


def test_only_the_clients_own_of_a_chain_is_read() -> None:
    chain = b64encode(certificate("a.example")) + b"," + b64encode(NAMED)
    assert names(CertificateFrom.TRAEFIK, (b"x-forwarded-tls-client-cert", chain)) == frozenset({"a.example"})


CERT = b'Cert="' + escaped_pem(NAMED) + b'"'
URI = b"URI=" + SPIFFE.encode()
HASH = b"Hash=" + DIGEST


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CERT, NAMES),
        (CERT + b";URI=spiffe://other;DNS=other.example", NAMES),
        (b"URI=spiffe://other;" + CERT, NAMES),
        (HASH + b";" + URI, {SPIFFE}),
        (b"By=spiffe://us;" + HASH + b';Subject="CN=a";' + URI, {SPIFFE}),
        (HASH + b";URI=", set()),
        # What a name may have brought along:
        (HASH + b";" + URI + b";", None),
        (HASH + b";" + URI + b";a=b", None),
        (HASH + b";" + URI + b";DNS=a.example", None),
        (HASH + b";" + URI + b";URI=spiffe://other", None),
        (HASH + b";URI=spiffe://other;" + URI, None),
        (HASH + b";URI=;" + URI, None),
        (HASH + b";DNS=a.example;" + URI, None),
        (HASH + b";dns=a.example;" + URI, None),
        (HASH + b';URI="' + SPIFFE.encode() + b'"', None),
        (HASH + b";uri=" + SPIFFE.encode(), None),
        (HASH + b';Subject="CN=a;' + URI + b'"', None),
        (HASH, None),
        (HASH + b";DNS=a.example", None),
    ],
)
def test_of_envoys_element_the_certificate_is_read_or_a_last_uri_alone(text: bytes, expected: object) -> None:
    assert names(CertificateFrom.ENVOY_XFCC, (b"x-forwarded-client-cert", text)) == expected
