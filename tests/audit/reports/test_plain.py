import sys
import unicodedata

import pytest

from gateway.audit.estate.place import Place
from gateway.audit.reports.plain import plain, position, sentence, whole
from tests.audit.judgements import HOSTILE


def test_what_is_printed_stays() -> None:
    for text in ("Ingress/shop/orders", "Grüße, 世界", "a b", "", "`code` <b> | \\"):
        assert plain(text) == text


def test_what_is_not_printed_is_written_out() -> None:
    assert plain("a\x1b[31mb\r\n\t\x00\x7f") == r"a\x1b[31mb\x0d\x0a\x09\x00\x7f"
    assert plain("\u202ea\u2028\u200b\udc80\ufffe") == r"\u202ea\u2028\u200b\udc80\ufffe"
    assert plain("\U000e0041") == r"\U000e0041"


@pytest.mark.long
def test_nothing_of_a_category_that_does_something_is_left() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    left = {unicodedata.category(one) for one in plain(every)}
    assert left & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} == set()


def test_json_keeps_all_that_utf8_can_say() -> None:
    assert whole("a\x1b\udc80") == "a\x1b\\udc80"
    whole(HOSTILE).encode()


def test_a_position_is_one_that_editors_jump_to() -> None:
    assert position(Place("a.yaml", 3, 5, "")) == "a.yaml:3:5"
    assert position(Place("cluster", 0, 1, "")) == "cluster"
    assert position(Place("a\nb", 0, 1, "")) == r"a\x0ab"


def test_a_sentence_ends_once() -> None:
    assert [sentence(one) for one in ("a", "a.", "a?")] == ["a.", "a.", "a?"]
