import re

from gateway.redact.names import COOKIES, HEADERS, ONLY_IN_URLS, PASSWORDS, SECRETS


def test_every_list_is_a_pattern_that_is_a_word_of_its_own() -> None:
    for pattern in (HEADERS, ONLY_IN_URLS, PASSWORDS, SECRETS):
        assert re.compile(pattern).fullmatch("") is None
        assert "|" not in re.sub(r"\(\?:.*\)", "", pattern), "it is grouped as a whole"


def test_cookies_are_names_of_cookies() -> None:
    token = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
    assert all(token.fullmatch(name) for name in COOKIES)
