"""docs/audit-rules.md is what the rules say, and says it of each."""

import re
from pathlib import Path

import pytest

from gateway.audit.rules import RULES
from tests.audit.rules_page import page

PAGE = Path("docs/audit-rules.md")


def test_the_page_is_the_one_that_the_rules_make() -> None:
    assert PAGE.read_text() == page(), "python -m tests.audit.rules_page > docs/audit-rules.md"


def test_every_rule_is_on_it_once() -> None:
    assert re.findall(r"^### (\S+)$", page(), re.MULTILINE) == [one.id for one in RULES]


@pytest.mark.long
def test_what_it_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", page())
    assert len(links) > 2 * len(RULES)
    for one in links:
        if one.startswith("#"):
            assert f"\n### {one[1:].upper()}\n" in page()
        elif not one.startswith("https://"):
            assert (PAGE.parent / one).exists(), one
