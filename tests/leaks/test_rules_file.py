import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.leaks.expression import Expressions
from gateway.leaks.rules_file import RulesError, read_rules
from gateway.leaks.scan import find
from gateway.redact import settle
from gateway.redact.find import Finder
from gateway.redact.fingerprint import Fingerprints

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
    return Finder(extras=read_rules(file).rules)


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
        assert [text[one.start : one.end] for one in settle.find(finder, text).spans] == found, text


RULE = '[[rules]]\nid = "a"\nregex = "b"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules", "rules.toml: is no TOML: "),
        ("title = 'a'", "rules.toml: has no [[rules]]"),
        (
            "[extend]\nuseDefault = true\n" + RULE,
            "rules.toml: extend: gitleaks' own rules are not part of this; keep its config/gitleaks.toml",
        ),
        ("[extend]\nurl = 'x'\n" + RULE, "rules.toml: extend: `url` is not supported here"),
        ("[extend]\npath = '/nowhere'\n" + RULE, "/nowhere: cannot be read: no such file"),
        (RULE + "[[rules.required]]\nid = 'x'", "rules.toml: rule a: `required` is not supported here"),
        (RULE + "[[rules.allowlists]]\ndescription = 'x'", "rules.toml: rule a: an allowlist with none"),
        (
            RULE + "[[rules.allowlists]]\nstopwords = ['x']\ncondition = 'XOR'",
            "rules.toml: rule a: `condition`",
        ),
        ("[[allowlists]]\npaths = ['x']\ntargetRules = ['b']\n" + RULE, "rules.toml: `targetRules` names b"),
        (
            RULE + "[[rules.allowlists]]\nregexes = ['x']\nregexTarget = 'file'",
            "rules.toml: rule a: `regexTarget`",
        ),
        (RULE + "secretGroup = 1", "rules.toml: rule a: `secretGroup` is none of the 0 groups"),
        (RULE + "entropy = 'x'", "rules.toml: rule a: `entropy` is no number"),
        (RULE + "keywords = 'x'", "rules.toml: rule a: `keywords` is no list"),
        ("[[rules]]\nregex = 'a'", "rules.toml: rule number 1: `id` is missing"),
        ("[[rules]]\nid = 'A b'\nregex = 'a'", "rules.toml: rule A b: `id` is words"),
        ("[[rules]]\nid = 'a'", "rules.toml: rule a: `regex` is missing"),
        (
            "[[rules]]\nid = 'a'\nregex = '(?<=x)a'",
            "rules.toml: rule a: RE2 does not understand its expression",
        ),
        (
            "[[rules]]\nid = 'a'\nregex = '(a)\\1'",
            "rules.toml: rule a: RE2 does not understand its expression",
        ),
        (RULE.replace('"b"', '"("'), "rules.toml: rule a: RE2 does not understand"),
        (RULE + RULE, "rules.toml: rule a is there twice"),
    ],
)
def test_what_is_not_understood_names_the_file_and_the_rule(tmp_path: Path, text: str, says: str) -> None:
    assert refusal(tmp_path, text).startswith(says)


def test_a_file_that_is_not_there_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="nowhere: cannot be read: no such file"):
        read_rules(tmp_path / "nowhere")
    file = tmp_path / "rules.toml"
    for octets, says in (
        (b"a = 1\n\xff", "is no TOML: octet 6 is not of UTF-8"),
        (b"a = " + b"[" * 5000, "holds lists in lists deeper than any rules need"),
    ):
        file.write_bytes(octets)
        with pytest.raises(RulesError, match=f"{file}: {says}"):
            read_rules(file)
    with pytest.raises(RulesError, match="/dev/zero: is larger than 16 MiB"):
        read_rules(Path("/dev/zero"))


@pytest.mark.long
def test_its_letters_are_those_of_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_bytes("# cl\N{LATIN SMALL LETTER E WITH ACUTE}\n".encode() + RULE.encode())
    script = (
        "import sys; from pathlib import Path; from gateway.leaks.rules_file import read_rules;"
        "print(read_rules(Path(sys.argv[1])).rules[0].id)"
    )
    locale = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    ran = subprocess.run(
        [sys.executable, "-c", script, str(file)],
        env=os.environ | locale, capture_output=True, timeout=30, check=True,
    )  # fmt: skip
    assert ran.stdout == b"a\n"


def test_without_re2_what_it_would_take_is_an_error_and_what_is_plain_is_matched(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    without = Expressions(lambda: None)
    file.write_text(RULE + '[[rules]]\nid = "c"\nregex = "a+b"\n')
    with pytest.raises(
        RulesError, match=r"rules.toml: rule c: .* RE2 alone, .* pip install 'token-gateway\[leaks\]'"
    ):
        read_rules(file, without)
    file.write_text("[[rules]]\nid = 'a'\nregex = '\\bown-([0-9a-f]{3})$'\nkeywords = ['own-']\n")
    finder = Finder(extras=read_rules(file, without).rules)
    assert [one[:2] for one in settle.find(finder, b"x\nown-1af\nb").spans] == [(6, 9)]


PATHS = """
[[allowlists]]
paths = ['\\.skip$']
[[allowlists]]
targetRules = ["own-file"]
paths = ["fixtures/"]

[[rules]]
id = "own-key"
regex = "own-[0-9]{3}"
path = '\\.ya?ml$'

[[rules]]
id = "own-file"
path = '\\.p12$'

[[rules]]
id = "own-other"
regex = "other-[0-9]{3}"
  [[rules.allowlists]]
  condition = "AND"
  paths = ["generated"]
  stopwords = ["000"]
  [[rules.allowlists]]
  condition = "AND"
  commits = ["4b825dc6"]
  stopwords = ["1"]
"""


def test_paths_say_where_a_rule_counts(tmp_path: Path) -> None:
    finder = rules(tmp_path, PATHS)
    prints = Fingerprints(bytes(16))
    text = b"own-123 other-000 other-123"
    for name, types in (
        ("a.txt", ["own-other", "own-other"]),
        ("a.yaml", ["own-key", "own-other", "own-other"]),
        ("a.yaml.skip", []),
        ("generated/a", ["own-other"]),
        ("a.p12", ["own-file", "own-other", "own-other"]),
        ("fixtures/a.p12", ["own-other", "own-other"]),
    ):
        assert [one.type for one in find(text, finder, prints, file=name)] == types, name
    assert [one.type for one in settle.find(finder.for_file(""), text).spans] == ["own-other", "own-other"]


def test_what_counts_for_nothing_is_said_once(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(PATHS)
    (note,) = read_rules(tmp_path / "rules.toml").notes
    assert note.endswith(
        "rules.toml: rule own-other: `commits` of allowlists count for nothing: files are searched here"
    )


def test_a_file_extends_another(tmp_path: Path) -> None:
    (tmp_path / "below.toml").write_text(PATHS)
    finder = rules(
        tmp_path,
        f"[extend]\npath = '{tmp_path}/below.toml'\ndisabledRules = ['own-other']\n"
        "[[rules]]\nid = 'own-key'\nregex = 'mine-[0-9]{3}'\n",
    )
    text = b"own-123 mine-123 other-123"
    assert [one[:2] for one in settle.find(finder.for_file("a.yml"), text).spans] == [(8, 16)]
    assert finder.for_file("a.p12").whole_files == ("own-file",)
    assert settle.find(finder.for_file("a.txt"), text).spans == []


def test_a_file_does_not_extend_without_end(tmp_path: Path) -> None:
    assert "and no further" in refusal(tmp_path, f"[extend]\npath = '{tmp_path}/rules.toml'\n")


def test_an_expression_that_would_take_others_for_ever_is_linear(tmp_path: Path) -> None:
    finder = rules(tmp_path, "[[rules]]\nid = 'a'\nregex = '(a+)+b'\n")
    assert settle.find(finder, b"a" * 50_000).spans == []
