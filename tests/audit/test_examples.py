"""Every rule has a configuration that it objects to, and one that it lets be."""

import pytest

from gateway.audit.rule import Severity
from gateway.audit.rules import RULES
from tests.audit.showing import EXAMPLES, checked_example


@pytest.mark.long
def test_every_rule_finds_its_own_unsound_example() -> None:
    silent = [
        rule.id
        for rule in RULES
        if rule.id not in {one.rule.id for one in checked_example(rule.id, "unsound").findings}
    ]
    assert silent == []


@pytest.mark.long
def test_a_sound_example_gives_nothing_above_info() -> None:
    said = {
        rule.id: [
            (one.rule.id, one.what)
            for one in checked_example(rule.id, "sound").findings
            if one.severity is not Severity.INFO or one.rule.id == rule.id
        ]
        for rule in RULES
    }
    assert {rule: findings for rule, findings in said.items() if findings} == {}


def test_every_example_is_of_a_rule() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == {rule.id for rule in RULES}


def test_ids_are_unique_and_in_families() -> None:
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))
    families = [one.partition("-")[0] for one in ids]
    assert sorted(families, key=families.index) == families, "a family's rules stand together"
