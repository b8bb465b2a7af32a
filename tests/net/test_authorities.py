"""Is the file of certificate authorities read again when it changes?"""

import os
from pathlib import Path

import pytest

from gateway.net.authorities import TlsContext
from gateway.net.failure import FailureKind, FetchFailed
from tests.net.certificates import Authority


async def test_read_again_only_when_the_file_changes(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    tls = TlsContext(str(authority.file))
    first = await tls.context()
    assert await tls.context() is first
    Authority(tmp_path, "ca2").file.replace(authority.file)
    assert await tls.context() is not first


async def test_a_change_within_one_tick_of_the_clock_is_no_less_a_change(tmp_path: Path) -> None:
    one, other = Authority(tmp_path), Authority(tmp_path, "ca2")
    file = tmp_path / "both.pem"
    size = max(len(each.file.read_bytes()) for each in (one, other))
    tls, seen = TlsContext(str(file)), list[list[object]]()
    for each in (one, other):
        file.write_bytes(each.file.read_bytes().ljust(size, b"\n"))  # in place, and as long as it was
        os.utime(file, ns=(1, 1))
        seen.append([*(await tls.context()).get_ca_certs()])
    assert seen[0] != seen[1]


@pytest.mark.parametrize("content", [None, "", "not a certificate"])
async def test_a_file_without_a_certificate_is_a_failure(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(FetchFailed) as caught:
        await TlsContext(str(file)).context()
    assert caught.value.kind is FailureKind.CA_FILE
