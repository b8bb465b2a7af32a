"""What entry points let in."""

from tests.audit.rules.traefik.judged import differing, hits

NAMES = ("Slash", "BackSlash", "NullCharacter", "Semicolon", "Percent", "QuestionMark", "Hash")
REFUSED = ", ".join(f"allowEncoded{name}: false" for name in NAMES)


def web(http: str, more: str = "") -> str:
    return f"entryPoints: {{web: {{address: ':80', http: {{{http}}}{more}}}}}"


def test_other_spellings() -> None:
    cases = {
        web("aliasHeadersStrategy: delete"): [],
        web("aliasHeadersStrategy: reject"): [],
        web("aliasHeadersStrategy: keep"): ["medium web"],
        web("underscoreHeadersStrategy: reject"): ["low web"],
        web("underscoreHeadersStrategy: keep"): ["medium web"],
        web("redirections: {entryPoint: {to: secure}}"): [],
        web("sanitizePath: true"): ["medium web"],
        "entryPoints: {traefik: {address: ':8080'}, metrics: {}, dns: {address: ':53/udp'}}": [],
    }
    assert differing("TRF-005", cases) == {}


def test_encoded_separators() -> None:
    cases = {
        web(f"encodedCharacters: {{{REFUSED}}}"): [],
        web(f"sanitizePath: true, encodedCharacters: {{{REFUSED}}}"): [],
        web(f"sanitizePath: false, encodedCharacters: {{{REFUSED}}}"): ["medium web path"],
        web("sanitizePath: true"): ["medium web"],
        web(f"encodedCharacters: {{{REFUSED.replace('Hash: false', 'Hash: true')}}}"): ["medium web"],
    }
    assert differing("TRF-012", cases) == {}
    (hit,) = hits(
        "TRF-012", web(f"encodedCharacters: {{{REFUSED.replace('Percent: false', 'Percent: true')}}}")
    )
    assert hit.what.endswith("lets pass what stands for percent")
    assert hit.place.pointer.endswith("allowEncodedPercent")


def test_believing_every_client() -> None:
    cases = {
        web("tls: {}"): [],
        web("tls: {}", ", forwardedHeaders: {trustedIPs: [10.0.0.1]}"): [],
        web("tls: {}", ", forwardedHeaders: {insecure: true}"): ["high web"],
        web("tls: {}", ", forwardedHeaders: {trustedIPs: [10.0.0.1, '::/0']}"): ["high web"],
        web("tls: {}", ", proxyProtocol: {trustedIPs: ['0.0.0.0/0']}"): ["high web"],
    }
    assert differing("TRF-025", cases) == {}
