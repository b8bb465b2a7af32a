import os

from gateway.leaks.file_name import readable, without_secrets
from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints
from tests.leaks.made import Maker

ENGINE = Finder(), Fingerprints(b"k" * 16)


def test_a_token_in_a_name_is_not_shown() -> None:
    token = Maker(1).jwt()
    mark = f"[REDACTED:jwt:{ENGINE[1].token(token)}]"
    assert without_secrets(f"logs/{token.decode()}.log", *ENGINE) == f"logs/{mark}.log"
    assert without_secrets(f"a?access_token={token.decode()}", *ENGINE) == f"a?access_token={mark}"


def test_any_other_name_stays() -> None:
    for name in ("-", "a b.log", "/var/log/pods/shop_orders-7d4b9c_0123/app/0.log", "na\udcffme", "a\nb", ""):
        assert without_secrets(name, *ENGINE) == name


def test_a_name_is_one_line_that_any_encoding_takes() -> None:
    assert readable("logs/\N{SNOWMAN} a\\b.log") == "logs/\N{SNOWMAN} a\\b.log"
    forged = os.fsdecode(b"a\nb:1:1: jwt\r\x1b[2K\xff\xc2\x85\xe2\x80\xae\t")
    assert readable(forged) == r"a\nb:1:1: jwt\r\x1b[2K\xff\x85\u202e\t"
    readable(forged).encode()
