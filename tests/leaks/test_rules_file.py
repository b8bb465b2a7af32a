from pathlib import Path

import pytest

from gateway.leaks import rules_file
from gateway.leaks.rules_file import RulesError, read_rules
from gateway.redact.find import Finder

WHOLE = """
title = "ours"
[allowlist]
description = "everywhere"
regexes = ['''own-000''']

[[rules]]
id = "own-key"
description = "A key of ours"
regex = '''(?i)\\bown-([0-9a-f]{3,9})\\b'''
keywords = ["own-"]
entropy = 1.0
secretGroup = 1
tags = ["key"]
  [[rules.allowlists]]
  condition = "OR"
  regexTarget = "line"
  regexes = ["# example"]
  stopwords = ["abc"]

[[rules]]
id = "own-word"
regex = "^word$"
  [rules.allowlist]
  condition = "AND"
  regexes = ["word"]
  stopwords = ["other"]
"""


def rules(tmp_path: Path, text: str) -> Finder:
    file = tmp_path / "rules.toml"
    file.write_text(text)
    return Finder(extras=read_rules(file))


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(RulesError) as caught:
        rules(tmp_path, text)
    return str(caught.value).removeprefix(f"{tmp_path}/")


def test_every_part_of_a_rule_that_is_supported_counts(tmp_path: Path) -> None:
    finder = rules(tmp_path, WHOLE)
    for text, found in (
        (b"an OWN-123f here", [b"123f"]),
        (b"own-111 is too plain", []),
        (b"own-123f # example", []),
        (b"own-123f\n# example", [b"123f"]),
        (b"own-12abc", []),
        (b"word", [b"word"]),
        (b"a word", []),
    ):
        assert [text[one.start : one.end] for one in finder.find(text).spans] == found, text


RULE = '[[rules]]\nid = "a"\nregex = "b"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules", "rules.toml: is no TOML: "),
        ("title = 'a'", "rules.toml: has no [[rules]]"),
        (
            "[extend]\nuseDefault = true\n" + RULE,
            "rules.toml: `extend` is not supported here; remove it, or the rule",
        ),
        (RULE + 'path = "x"', "rules.toml: rule a: `path` is not supported here; remove it, or the rule"),
        (RULE + '[[rules.allowlists]]\npaths = ["x"]', "rules.toml: rule a: `paths` is not supported"),
        (RULE + "[[rules.allowlists]]\ndescription = 'x'", "rules.toml: rule a: an allowlist with neither"),
        (
            RULE + "[[rules.allowlists]]\nregexes = ['x']\nregexTarget = 'file'",
            "rules.toml: rule a: `regexTarget`",
        ),
        (RULE + "secretGroup = 1", "rules.toml: rule a: `secretGroup` is none of the 0 groups"),
        (RULE + "entropy = 'x'", "rules.toml: rule a: `entropy` is no number"),
        (RULE + "keywords = 'x'", "rules.toml: rule a: `keywords` is no list"),
        ("[[rules]]\nregex = 'a'", "rules.toml: rule number 1: `id` is missing"),
        ("[[rules]]\nid = 'A b'\nregex = 'a'", "rules.toml: rule A b: `id` is letters"),
        ("[[rules]]\nid = 'a'", "rules.toml: rule a: `regex` is missing"),
        (
            "[[rules]]\nid = 'a'\nregex = '(?<=x)a'",
            "rules.toml: rule a: RE2 does not understand its expression",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = '(a)\\1'",
            "rules.toml: rule a: RE2 does not understand its expression",
        ),
        (RULE + RULE.replace('"b"', '"("'), "rules.toml: rule a: RE2 does not understand"),
    ],
)
def test_what_is_not_understood_names_the_file_and_the_rule(tmp_path: Path, text: str, says: str) -> None:
    assert refusal(tmp_path, text).startswith(says)


def test_a_file_that_is_not_there_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="nowhere: cannot be read: no such file"):
        read_rules(tmp_path / "nowhere")
    (tmp_path / "rules.toml").write_bytes(b"\xff")
    with pytest.raises(RulesError, match="is no TOML"):
        read_rules(tmp_path / "rules.toml")


def test_without_re2_nobodys_expression_is_matched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_file, "re2_module", lambda: None)
    assert "is not installed: pip install 'token-gateway[leaks]'" in refusal(tmp_path, RULE)


def test_an_expression_that_would_take_others_for_ever_is_linear(tmp_path: Path) -> None:
    finder = rules(tmp_path, "[[rules]]\nid = 'a'\nregex = '(a+)+b'\n")
    assert finder.find(b"a" * 50_000).spans == []
