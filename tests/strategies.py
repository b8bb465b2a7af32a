"""Which inputs do attackers choose? Hypothesis strategies, weighted to what has broken such software."""

from typing import Any, Final

from hypothesis import strategies as st

from gateway.core.headers import HeaderPairs

_PIECES: Final = (
    *(b"/", b"/", b"/", b".", b"..", b"/../", b"/./", b"//", b";", b"..;", b"\\", b"%", b"?", b"#"),
    *(b"%2e", b"%2E", b"%2f", b"%2F", b"%5c", b"%25", b"%252e", b"%252f", b"%25252e", b"%3b", b"%253b"),
    *(b"%61", b"%41", b"%2561", b"%3A", b"%40", b"%20", b"%00", b"%0a", b"%c0%ae", b"%ef%bc%8f", b"%c3%a9"),
    *(b"public", b"admin", b"PUBLIC", b"Admin", b"/public/", b"/admin/", b"%70ublic", b"%61dmin", b"a", b"x"),
    *(b"adm%c4%b1n", b"files", b"/files/", b"me", b":", b"!", b"%21", b" ", b"\t", b"\xff"),
)


def targets(prefix: bytes = b"") -> st.SearchStrategy[bytes]:
    """Request targets: pieces that readers disagree about, spliced. Most begin with a slash."""
    spliced = st.lists(st.sampled_from(_PIECES), max_size=8).map(b"".join)
    started = spliced.map(lambda text: prefix + b"/" + text)
    return st.one_of(started, started, started, spliced)


def tame_targets() -> st.SearchStrategy[bytes]:
    """Request targets most of which some route permits: lawful parts, and an odd piece or two anywhere."""
    start = st.sampled_from((b"/public", b"/admin", b"/files", b"/x", b"/Public", b"/%70ublic", b"/users"))
    odd = st.one_of(st.just(b""), st.sampled_from(_PIECES))
    plain = st.sampled_from((b"", b"/a", b"/b%20c", b"/me", b"/", b"/caf%C3%A9", b":export", b"%3Aexport"))
    return st.tuples(start, odd, plain, plain, odd).map(b"".join)


PROTECTED: Final = (
    *(b"x-auth-subject", b"x-auth-issuer", b"x-auth-client", b"x-auth-scopes"),
    *(b"authorization", b"proxy-authorization", b"cookie", b"connection", b"host", b"origin", b"upgrade"),
    *(b"x-http-method-override", b"x-http-method", b"x-method-override"),
)
"""What no client may send under an alias, whatever the proxy."""

FOREIGN: Final = (
    *(b"forwarded", b"x-forwarded-prefix", b"x-rewrite-url", b"x-original-uri", b"x-original-path"),
    *(b"x-envoy-original-path", b"x-real-host", b"x-host", b"x-forwarded-scheme", b"x-forwarded-ssl"),
    *(b"x-client-ip", b"true-client-ip", b"cf-connecting-ip", b"x-user", b"x-forwarded-user", b"x-auth-user"),
    *(b"x-auth-request-user", b"x-access-token", b"x-authorization", b"authentication", b"via", b"accept"),
    *(b"user-agent", b"range", b"if-none-match", b"expect", b"content-type", b"accept-encoding"),
    *(b"x-ssl-client-cert", b"x-remote-user", b"remote-user", b"sec-websocket-protocol", b"trailer"),
)
"""Headers that no decision may read: other dialects' carriers, and whatever else clients make up."""


def aliases(name: bytes) -> st.SearchStrategy[bytes]:
    """Spellings that CGI, WSGI and PHP readers fold into `name`: case flips, any character for a hyphen."""
    others = st.sampled_from(bytes(b for b in range(0x21, 0x7F) if not chr(b).isalnum()))

    def spelt(letters: list[int]) -> bytes:
        return bytes(letters)

    choices = [others if byte == 0x2D else st.sampled_from((byte, ord(chr(byte).upper()))) for byte in name]
    return st.tuples(*choices).map(list).map(spelt).filter(lambda alias: alias != name)


def header_values() -> st.SearchStrategy[bytes]:
    """Values as hostile as a parser lets through: no line breaks, no NUL, no surrounding white space."""
    octets = st.binary(max_size=24).map(lambda raw: bytes(b for b in raw if b not in b"\r\n\0"))
    named = st.sampled_from(
        (
            b"/public",
            b"https://evil.example/public",
            b"admin",
            b"10.42.0.7",
            b"127.0.0.1",
            b"PUT",
            b"https",
            b"",
        )
    )
    return st.one_of(named, octets).map(lambda value: value.strip(b" \t"))


def foreign_headers() -> st.SearchStrategy[HeaderPairs]:
    """Headers that must not matter."""
    return st.lists(st.tuples(st.sampled_from(FOREIGN), header_values()), max_size=6).map(tuple)


def any_headers() -> st.SearchStrategy[HeaderPairs]:
    """Any headers whatever, protected and carrier names among them."""
    carriers = (
        *(b"x-original-url", b"x-original-method", b"x-real-ip", b"x-token-gateway-removes"),
        *(b"x-forwarded-method", b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-uri"),
        b"x-forwarded-for",
    )
    names = st.one_of(
        st.sampled_from(PROTECTED + FOREIGN + carriers),
        st.sampled_from(PROTECTED + carriers).flatmap(aliases),
        st.binary(min_size=1, max_size=12),
    )
    return st.lists(st.tuples(names, header_values()), max_size=8).map(tuple)


def connection_values() -> st.SearchStrategy[bytes]:
    """Connection lists: lawful options, header names, duplicates, empties, odd case and spacing."""
    options = st.sampled_from(
        (
            *(b"close", b"keep-alive", b"Keep-Alive", b"upgrade", b"te", b"", b" ", b"connection"),
            *(b"authorization", b"Cookie", b"x-auth-subject", b"X-Original-URL", b"x-forwarded-uri", b"host"),
        )
    )
    separators = st.sampled_from((b",", b", ", b" ,", b",,"))
    return st.builds(lambda sep, parts: sep.join(parts), separators, st.lists(options, max_size=12))


def json_values() -> st.SearchStrategy[Any]:
    """Any JSON value: what a claim may turn out to be."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    return st.recursive(
        leaves | st.text(max_size=10),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
        max_leaves=6,
    )
