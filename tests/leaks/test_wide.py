import pytest

from gateway.leaks.wide import BOMS, narrowed

TEXT = "line\r\n\N{SNOWMAN} \N{GRINNING FACE} end"


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_utf_16_comes_as_utf_8_and_all_else_as_it_is(size: int) -> None:
    for octets, text in (
        (BOMS[0] + TEXT.encode("utf-16-le"), TEXT.encode()),
        (BOMS[1] + TEXT.encode("utf-16-be"), TEXT.encode()),
        (BOMS[0] + b"a\0\x00\xdcb\0c", "a\ufffdb\ufffd".encode()),  # half of a pair, half of a character
        (BOMS[0], b""),
        (TEXT.encode(), TEXT.encode()),
        (b"\xff", b"\xff"),
        (b"", b""),
        (b"\xef\xbb\xbfa", b"\xef\xbb\xbfa"),
    ):
        cut = (octets[start : start + size] for start in range(0, len(octets), size))
        assert b"".join(narrowed(cut)) == text, octets
