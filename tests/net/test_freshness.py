"""Are the server's wishes about time read as RFC 9111 and RFC 9110 write them?"""

import pytest
from multidict import CIMultiDict

from gateway.net.freshness import max_age_s, retry_after_s


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("max-age=300", 300),
        ("public, Max-Age=300, must-revalidate", 300),
        ('max-age="300"', 300),
        ("max-age=31536000", 31536000),
        ("max-age=0", 0),
        ("max-age=600, max-age=60", 60),
        ("no-store", 0),
        ("no-cache, max-age=300", 0),
        ("s-maxage=300", None),
        ("max-age=-1", None),
        ("max-age=1.5", None),
        ("max-age=99999999999", None),
        ("max-age", None),
        ("", None),
    ],
)
def test_max_age(value: str, expected: int | None) -> None:
    assert max_age_s(CIMultiDict({"cache-control": value})) == expected


def test_no_cache_control_is_no_wish() -> None:
    assert max_age_s(CIMultiDict()) is None


@pytest.mark.parametrize(("age", "left"), [("100", 200), ("400", 0), ("-5", 300), ("x", 300)])
def test_age_is_subtracted(age: str, left: int) -> None:
    assert max_age_s(CIMultiDict({"Cache-Control": "max-age=300", "Age": age})) == left


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3600", 3600),
        (" 5 ", 5),
        ("1000000000", 10**9),
        ("-1", None),
        ("soon", None),
        ("", None),
        ("Wed, 21 Oct 2015 07:30:00 GMT", 120),
        ("Wed, 21 Oct 2015 07:00:00 GMT", 0),
        ("Wed, 21 Oct 2015 07:30:00 -0000", None),
        ("Wed, 99 Oct 2015 07:30:00 GMT", None),
    ],
)
def test_retry_after(value: str, expected: int | None) -> None:
    headers = CIMultiDict({"Retry-After": value, "Date": "Wed, 21 Oct 2015 07:28:00 GMT"})
    assert retry_after_s(headers) == expected


def test_a_date_without_a_date_is_not_understood() -> None:
    assert retry_after_s(CIMultiDict({"Retry-After": "Wed, 21 Oct 2015 07:30:00 GMT"})) is None
