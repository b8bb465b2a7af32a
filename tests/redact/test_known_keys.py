import re
import re._parser as parser  # type: ignore[import-not-found]

from gateway.redact.known_keys import KEYS
from tests.leaks.made import KEYS as MADE
from tests.leaks.made import Maker


def test_every_form_is_made_by_the_tests_and_no_other() -> None:
    assert {key.id for key in KEYS} == set(MADE)


def test_a_pattern_begins_with_one_of_its_first_characters_and_holds_one_of_its_words() -> None:
    m = Maker(61)
    for key in KEYS:
        assert key.keywords()
        for text in (MADE[key.id](m) for _ in range(20)):
            found = re.search(key.pattern, text)
            if found is None or found.start() != key.before:  # another form of the same id
                assert sum(one.id == key.id for one in KEYS) > 1, key.id
                continue
            assert found[0][0] in key.first, key.id
            assert any(word in text.lower() for word in key.keywords()), key.id


def test_patterns_are_of_the_syntax_that_both_engines_share() -> None:
    for key in KEYS:
        assert not re.search(r"\\[wdsbAZz]|\(\?[^:]", key.pattern), key.id
        assert parser.parse(key.pattern).getwidth()[1] < 300


def test_words_of_everyday_are_left_to_whoever_can_judge() -> None:
    usual = {key.id for key in KEYS if not key.is_unusual()}
    assert usual == {"twilio-api-key", "vault-service-token"}
