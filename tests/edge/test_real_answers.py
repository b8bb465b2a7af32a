"""Do the answers pass that real servers give and a page needs: parts, nothing new, shortened, early?"""

import gzip
from hashlib import sha256
from pathlib import Path

import pytest

from tests.edge.asking import ask
from tests.edge.backends import STATIC_BYTES, TEXT
from tests.edge.curl import curl
from tests.edge.raw_request import converse, request
from tests.edge.stack import token
from tests.edge.streams import MIB, digest_of
from tests.server.edge.edged import Message, answers
from tests.wire.gateway_process import GatewayProcess
from tests.wire.raw_client import bearer

pytestmark = [pytest.mark.wire, pytest.mark.usefixtures("all_of_them")]

KINDS = ("nginx", "node")


def get(gateway: GatewayProcess, name: str, target: bytes, *headers: bytes) -> list[Message]:
    wire = request(name, b"GET " + target + b" HTTP/1.1", b"Connection: close", *headers)
    return answers(converse(gateway.edge_port, wire))


def test_a_part_of_a_file(gateway: GatewayProcess) -> None:
    (whole,) = get(gateway, "nginx", b"/v1/text")
    (part,) = get(gateway, "nginx", b"/v1/text", b"Range: bytes=10-19")
    assert (part.status, part.body) == (206, whole.body[10:20])
    assert part.values(b"content-range") == [b"bytes 10-19/%d" % len(TEXT)]
    (parts,) = get(gateway, "nginx", b"/v1/text", b"Range: bytes=0-1,4-5")
    assert parts.status == 206
    assert parts.values(b"content-type")[0].startswith(b"multipart/byteranges")
    (beyond,) = get(gateway, "nginx", b"/v1/text", b"Range: bytes=999999-")
    assert beyond.status == 416


def test_a_file_that_has_not_changed(gateway: GatewayProcess) -> None:
    (whole,) = get(gateway, "nginx", b"/v1/text")
    tag, when = whole.values(b"etag")[0], whole.values(b"last-modified")[0]
    same = request("nginx", b"GET /v1/text HTTP/1.1", b"If-None-Match: " + tag)
    since = request("nginx", b"GET /v1/text HTTP/1.1", b"If-Modified-Since: " + when, b"Connection: close")
    first, second = answers(converse(gateway.edge_port, same + since))
    assert (first.status, first.body, second.status, second.body) == (304, b"", 304, b"")
    assert first.values(b"etag") == [tag]


def test_head_tells_the_length_of_what_get_gives(gateway: GatewayProcess) -> None:
    answer = ask(gateway, "nginx", "/v1/static", bearer(token()), method="HEAD")
    assert (answer.status, answer.values("content-length"), answer.body) == (200, [str(STATIC_BYTES)], b"")


def test_what_is_shortened_stays_so(gateway: GatewayProcess) -> None:
    (answer,) = get(gateway, "nginx", b"/v1/text", b"Accept-Encoding: gzip")
    assert answer.values(b"content-encoding") == [b"gzip"]
    assert len(answer.body) < len(gzip.decompress(answer.body)) == len(TEXT)


def test_a_file_larger_than_any_buffer(gateway: GatewayProcess, tmp_path: Path) -> None:
    file = tmp_path / "file"
    curl(gateway.edge_port, "nginx", "/v1/static", "-o", file)
    assert sha256(file.read_bytes()).hexdigest() == digest_of(STATIC_BYTES)


def test_a_hint_comes_before_the_answer(gateway: GatewayProcess) -> None:
    hint, answer = get(gateway, "node", b"/v1/hints")
    assert (hint.status, hint.values(b"link")) == (103, [b"</style.css>; rel=preload"])
    assert answer.status == 200


@pytest.mark.parametrize("chunked", [False, True], ids=["sized", "chunked"])
@pytest.mark.parametrize(
    ("name", "target", "status"), [("node", "/v1/early", 403), ("nginx", "/v1/small", 413)]
)
def test_an_early_answer_reaches_a_client_that_still_sends(
    gateway: GatewayProcess, tmp_path: Path, name: str, target: str, status: int, *, chunked: bool
) -> None:
    file = tmp_path / "file"
    file.write_bytes(bytes(32 * MIB))
    options = ["-H", "Transfer-Encoding: chunked"] if chunked else []
    sends = ["--data-binary", f"@{file}", *options]
    said = curl(gateway.edge_port, name, target, "-w", "%{http_code}", *sends)
    assert said.endswith(str(status).encode())
    assert ask(gateway, name, "/v1/after").status == 200
