"""Which requests leave it in doubt where they end, or what they ask? Rows of the corpus of attacks, group c.

Each is the start line, the headers and the body of a request that is otherwise good.
"""

from typing import Final, NamedTuple

POST: Final = b"POST /v1/x HTTP/1.1"
GET: Final = b"GET /v1/x HTTP/1.1"
SMUGGLED: Final = b"GET /admin HTTP/1.1\r\nHost: a\r\n\r\n"
CLOSE: Final = b"Connection: close"
CHUNKED: Final = b"Transfer-Encoding: chunked"
HELLO: Final = b"5\r\nhello\r\n0\r\n\r\n"


class Row(NamedTuple):
    """One attack."""

    start: bytes
    headers: tuple[bytes, ...] = ()
    body: bytes = b""
    status: int = 400
    host: bytes | None = None
    """In the place of the right one."""
    end: bytes = b"\r\n"
    """Of each line of the head."""


def sized(*lengths: bytes, body: bytes = b"abc") -> Row:
    return Row(POST, tuple(b"Content-Length: " + length for length in lengths), body)


def coded(*codings: bytes, body: bytes = HELLO, start: bytes = POST) -> Row:
    return Row(start, tuple(b"Transfer-Encoding: " + coding for coding in codings), body)


def chunks(body: bytes) -> Row:
    return Row(POST, (CHUNKED,), body + SMUGGLED)


def odd(*headers: bytes) -> Row:
    return Row(GET, headers, SMUGGLED)


LENGTHS: Final = {
    "two lengths": sized(b"3", b"0"),
    "one length twice": sized(b"3", b"3"),
    "a list of lengths": sized(b"3, 3"),
    "signed": sized(b"+3"),
    "negative": sized(b"-3"),
    "hexadecimal": sized(b"0x3"),
    "with an underscore": sized(b"3_0"),
    "empty": sized(b""),
    "with a space within": sized(b"3 0"),
    "with a vertical tab": sized(b"\x0b3"),
    "beyond 64 bits": sized(b"18446744073709551619"),
    "decimal fraction": sized(b"3.0"),
    "CL and TE": Row(POST, (b"Content-Length: 6", CHUNKED), b"0\r\n\r\n" + SMUGGLED),
    "TE and CL": Row(POST, (CHUNKED, b"Content-Length: 4"), b"5c\r\n" + SMUGGLED + b"0\r\n\r\n"),
    "space before the colon": Row(POST, (b"Content-Length : 3",), b"abc"),
    "folded": Row(POST, (b"Content-Length:\r\n 3",), b"abc"),
}
CODINGS: Final = {
    "twice": coded(b"chunked", b"chunked"),
    "in a list twice": coded(b"chunked, chunked"),
    "identity": coded(b"identity"),
    "chunked and identity": coded(b"chunked", b"identity"),
    "gzip before": coded(b"gzip, chunked"),
    "gzip alone": coded(b"gzip"),
    "not last": coded(b"chunked, gzip"),
    "a longer word": coded(b"xchunked"),
    "with a parameter": coded(b"chunked;q=1"),
    "quoted": coded(b'"chunked"'),
    "with a vertical tab": coded(b"\x0bchunked"),
    "empty": coded(b""),
    "with a comma": coded(b"chunked,"),
    "folded": coded(b"\r\n chunked"),
    "of HTTP/1.0": coded(b"chunked", start=b"POST /v1/x HTTP/1.0"),
    "space before the colon": Row(POST, (b"Transfer-Encoding : chunked",), HELLO),
    "a bare LF before": Row(POST, (b"X-A: b\nTransfer-Encoding: chunked",), HELLO),
    "a bare CR before": Row(POST, (b"X-A: b\rTransfer-Encoding: chunked",), HELLO),
    "an underscore": Row(POST, (b"Transfer-Encoding: chunked", b"Transfer_Encoding: x"), b"zz\r\n"),
}
CHUNKS: Final = {
    "extension with a bare LF": chunks(b"5;a=\nb\r\nhello\r\n0\r\n\r\n"),
    "extension with a bare CR": chunks(b"5;a=\rb\r\nhello\r\n0\r\n\r\n"),
    "extension with NUL": chunks(b"5;a=\0\r\nhello\r\n0\r\n\r\n"),
    "0x": chunks(b"0x5\r\nhello\r\n0\r\n\r\n"),
    "a space behind": chunks(b"5 \r\nhello\r\n0\r\n\r\n"),
    "a space before": chunks(b" 5\r\nhello\r\n0\r\n\r\n"),
    "a tab behind": chunks(b"5\t\r\nhello\r\n0\r\n\r\n"),
    "signed": chunks(b"+5\r\nhello\r\n0\r\n\r\n"),
    "negative": chunks(b"-5\r\nhello\r\n0\r\n\r\n"),
    "64 bits": chunks(b"FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"),
    "beyond 64 bits": chunks(b"10000000000000005\r\nhello\r\n0\r\n\r\n"),
    "no size": chunks(b"\r\nhello\r\n0\r\n\r\n"),
    "no hexadecimal": chunks(b"g\r\nhello\r\n0\r\n\r\n"),
    "underscore": chunks(b"0_5\r\nhello\r\n0\r\n\r\n"),
    "LF behind the size": chunks(b"5\nhello\r\n0\r\n\r\n"),
    "LF behind the chunk": chunks(b"5\r\nhello\n0\r\n\r\n"),
    "nothing behind the chunk": chunks(b"5\r\nhello0\r\n\r\n"),
    "too short": chunks(b"6\r\nhello\r\n0\r\n\r\n"),
    "too long": chunks(b"4\r\nhello\r\n0\r\n\r\n"),
    "LF behind the last": chunks(b"5\r\nhello\r\n0\n\n"),
    "trailer with a bare LF": chunks(b"5\r\nhello\r\n0\r\nX: a\nY: b\r\n\r\n"),
    "folded trailer": chunks(b"5\r\nhello\r\n0\r\nX: a\r\n b\r\n\r\n"),
    "trailer without a name": chunks(b"5\r\nhello\r\n0\r\n: a\r\n\r\n"),
    "trailer without a colon": chunks(b"5\r\nhello\r\n0\r\nXa\r\n\r\n"),
    "trailer with NUL": chunks(b"5\r\nhello\r\n0\r\nX: \0\r\n\r\n"),
}
LINES: Final = {
    "folded": odd(b"X-A: b\r\n c"),
    "folded with a tab": odd(b"X-A: b\r\n\tc"),
    "bare LF": odd(b"X-A: b\nX-C: d"),
    "bare CR": odd(b"X-A: b\rX-C: d"),
    "LF everywhere": Row(GET, end=b"\n", body=SMUGGLED),
    "NUL in a value": odd(b"X-A: b\0c"),
    "NUL in a name": odd(b"X-A\0: b"),
    "vertical tab in a value": odd(b"X-A: \x0bb"),
    "escape in a value": odd(b"X-A: \x1bb"),
    "DEL in a value": odd(b"X-A: \x7f"),
    "space before the colon": odd(b"X-A : b"),
    "tab before the colon": odd(b"X-A\t: b"),
    "space before the name": Row(GET + b"\r\n X-A: b"),
    "no name": odd(b": b"),
    "no colon": odd(b"X-A"),
    "parentheses": odd(b"X(A): b"),
    "a name beyond ASCII": odd(b"X-\xe9: b"),
}
STARTS: Final = {
    "no version": Row(b"GET /v1/x"),
    "HTTP/0.9": Row(b"GET /v1/x HTTP/0.9"),
    "HTTP/1.2": Row(b"GET /v1/x HTTP/1.2"),
    "HTTP/2.0": Row(b"GET /v1/x HTTP/2.0"),
    "lower case": Row(b"GET /v1/x http/1.1"),
    "a space behind": Row(GET + b" "),
    "a space before": Row(b" " + GET),
    "a tab": Row(b"GET\t/v1/x HTTP/1.1"),
    "two spaces": Row(b"GET  /v1/x HTTP/1.1"),
    "a space in the target": Row(b"GET /v1/x /y HTTP/1.1"),
    "a long method": Row(b"G" * 10_000 + b" /v1/x HTTP/1.1"),
    "a method beyond ASCII": Row(b"G\xc3\x89T /v1/x HTTP/1.1"),
    "the preface of HTTP/2": Row(b"PRI * HTTP/2.0", body=b"SM\r\n\r\n"),
    "a PROXY header": Row(b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + GET),
    "CONNECT": Row(b"CONNECT node.example:80 HTTP/1.1", body=SMUGGLED, status=501),
    "CONNECT of a path": Row(b"CONNECT /v1/x HTTP/1.1", body=SMUGGLED, status=501),
    "TRACE": Row(b"TRACE /v1/x HTTP/1.1", body=SMUGGLED, status=501),
}
HOSTS: Final = {
    "two": Row(GET, (b"Host: evil.example", CLOSE)),
    "none": Row(GET, host=b""),
    "empty": Row(GET, (CLOSE,), host=b"Host:"),
    "a list": Row(GET, (CLOSE,), host=b"Host: node.example, evil.example"),
    "with a user": Row(GET, (CLOSE,), host=b"Host: node.example@evil.example"),
    "with a path": Row(GET, (CLOSE,), host=b"Host: node.example/evil"),
    "with two ports": Row(GET, (CLOSE,), host=b"Host: node.example:80:81"),
    "with a parameter": Row(GET, (CLOSE,), host=b"Host: node.example;for=127.0.0.1"),
    "in the target": Row(b"GET http://evil.example/v1/x HTTP/1.1", (CLOSE,)),
}
SIZES: Final = {
    "a long header": Row(GET, (b"X-A: " + b"b" * 65_536,), status=431),
    "129 headers": Row(GET, tuple(b"X-%d: b" % number for number in range(129)), status=431),
    "10,000 headers": Row(GET, tuple(b"X-%d: b" % number for number in range(10_000)), status=431),
    "a megabyte": Row(GET, (b"X-A: " + b"b" * 1_000_000,), status=431),
}
ALL: Final = {
    f"{group}: {what}": row
    for group, rows in {
        "length": LENGTHS,
        "coding": CODINGS,
        "chunk": CHUNKS,
        "line": LINES,
        "start": STARTS,
        "host": HOSTS,
        "size": SIZES,
    }.items()
    for what, row in rows.items()
}
