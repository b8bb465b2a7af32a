"""Does an ambiguous path ever reach the backend, and does a clear one arrive byte for byte?

Raw bytes to a real proxy. The rows are named as in the measured corpus of path confusions; each would
be a way from the public part of the sample policy to its admin part, for some backend.
"""

import pytest

from tests.wire.stand import Stand

pytestmark = pytest.mark.wire

AMBIGUOUS: dict[str, bytes] = {
    "P01 dot segments": b"/public/../admin",
    "P02 dot segments at the end": b"/public/x/..",
    "P03 a single dot": b"/public/./admin",
    "P04 escaped dots": b"/public/%2e%2e/admin",
    "P06 a dot escaped and one not": b"/public/.%2e/admin",
    "P07 escaped slashes": b"/public%2f..%2fadmin",
    "P09 an escaped slash": b"/public%2fadmin",
    "P10 a backslash": b"/public/..\\admin",
    "P11 an escaped backslash": b"/public/..%5cadmin",
    "P13 escaped twice": b"/public/%252e%252e/admin",
    "P16 an empty segment in front": b"//admin",
    "P17 an empty segment": b"/public//../admin",
    "P20 an empty segment inside": b"/admin//secret",
    "P21 an authority": b"//evil.example/admin",
    "P22 a path parameter": b"/public;/../admin",
    "P23 a parameter on dots": b"/public/..;/admin",
    "P27 an escaped semicolon": b"/public/..%3b/admin",
    "P30 a space at the end": b"/public/admin%20",
    "P32 a null byte": b"/public/admin%00",
    "P35 an overlong dot": b"/public/%c0%ae%c0%ae/admin",
    "P38 full-width dots": b"/public/%ef%bc%8e%ef%bc%8e/admin",
    "P43 a percent-u escape": b"/public/%u002e%u002e/admin",
    "P47 half an escape": b"/public/admin%",
    "P58 a fragment": b"/public#/../admin",
    "P60 an escaped fragment": b"/public%23/../admin",
    "P63 an escaped question mark": b"/public%3f/../admin",
    "P69 an escaped line": b"/public/x%0d%0aX-Inj:1",
    "P75 raw high bytes": b"/public/\xff\xfe",
    "P77 above the root": b"/../../admin",
    "an escaped letter": b"/public/%61dmin",
}


def request(target: bytes, *headers: bytes) -> bytes:
    lines = (b"GET " + target + b" HTTP/1.1", b"Host: api.example.com", *headers, b"Connection: close")
    return b"\r\n".join((*lines, b"", b""))


@pytest.mark.parametrize("row", AMBIGUOUS)
def test_an_ambiguous_path_never_reaches_the_backend_as_it_is(stand: Stand, row: str) -> None:
    target = AMBIGUOUS[row]
    answer = stand.send_raw(request(target))
    resolved = stand.front.traits.resolved.get(target)
    if resolved and resolved.startswith("/public"):
        assert answer is not None
        assert answer.status == 200
        assert stand.seen().start_line == f"GET {resolved} HTTP/1.1"
        return
    stand.assert_unseen()
    assert answer is None or answer.status in {400, 401, 403}
    if stand.asked() and resolved is None:
        assert stand.reason.startswith("target_")
    elif stand.asked():
        assert stand.reason in {"credential_missing", "path_not_allowed"}


@pytest.mark.parametrize("row", AMBIGUOUS)
def test_a_token_does_not_open_an_ambiguous_path(stand: Stand, row: str) -> None:
    """A scope for the public part and the orders opens nothing of the admin part."""
    token = stand.lab_token(scope="orders:read orders:write")
    stand.send_raw(request(AMBIGUOUS[row], b"Authorization: Bearer " + token.encode()))
    lines = [seen.start_line for seen in stand.backend.requests]
    stand.backend.requests.clear()
    assert [line for line in lines if not line.startswith("GET /public")] == []


@pytest.mark.parametrize(
    "target",
    [
        b"http://api.example.com/public/x",
        b"http://other.example/public/x",
        b"HTTP://api.example.com/admin",
        b"http://user@api.example.com/public/x",
    ],
)
def test_an_absolute_form_target_changes_nothing(stand: Stand, target: bytes) -> None:
    answer = stand.send_raw(request(target))
    assert answer is not None
    if stand.front.traits.refuses_absolute_targets:
        assert (answer.status, stand.asked()) == (stand.front.traits.absolute_target, False)
    elif answer.status == 200:  # the host of the target is the host, once for all
        assert target.endswith(b"api.example.com/public/x")
        seen = stand.seen()
        assert seen.start_line == "GET /public/x HTTP/1.1"
        assert seen.only("Host") == "api.example.com"
    stand.assert_unseen()


@pytest.mark.parametrize(
    "target",
    [b"*", b"admin", b"?/admin", b"/public/x y", b"/public/\x00", b"/public/x\x7f", b""],
)
def test_what_is_no_target_at_all_is_refused_by_the_proxy(stand: Stand, target: bytes) -> None:
    answer = stand.send_raw(request(target))
    assert answer is None or answer.status in {400, 404, 405}
    stand.assert_unseen()


@pytest.mark.parametrize(
    "target",
    [
        "/public/a-b_c.d~e!$&'()*+,=:@",
        "/public/%E2%82%AC/%20x",
        "/public/x?a=/../b//c&d=%2e%2e%2f&e=%zz&g=http://h/%00",
        "/public/x?",
        "/public/",
    ],
)
def test_a_clear_target_arrives_byte_for_byte(stand: Stand, target: str) -> None:
    assert stand.send(target).status == 200
    seen = stand.seen().start_line
    assert seen == f"GET {target} HTTP/1.1"


def test_a_semicolon_in_the_query_is_read_in_one_way(stand: Stand) -> None:
    assert stand.send("/public/x?a=1;b=2").status == 200
    kept = stand.front.traits.semicolon
    assert stand.seen().start_line == f"GET /public/x?a=1{kept}b=2 HTTP/1.1"


def test_pipelined_requests_are_decided_one_by_one(stand: Stand) -> None:
    open_, closed = b"/public/x", b"/admin"
    both = request(open_).replace(b"Connection: close\r\n", b"") + request(closed)
    answer = stand.send_raw(both)
    assert answer is not None
    assert answer.status == 200
    assert stand.seen().start_line == "GET /public/x HTTP/1.1"
