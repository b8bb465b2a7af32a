"""Why is this text not YAML?

In words of our own: PyYAML's messages quote the file, and a file may hold a secret by mistake.
"""

import re
from typing import Final

import yaml

from gateway.config.problem import Problem, show


def syntax_problem(file: str, error: yaml.MarkedYAMLError) -> Problem:
    """Say where the parser gave up, and why, in our words."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    what, fix = _explain_syntax(error.problem or "")
    return Problem(file=file, line=line, column=column, path="", what=what, fix=fix)


def character_problem(file: str, text: str) -> Problem:
    """Say where the first character is that no YAML file may hold."""
    position = next((i for i, c in enumerate(text) if not _PRINTABLE.match(c)), 0)
    fix = 'remove it; in text write an escape such as "\\t" within quotes'
    return _problem_at(file, text, position, "a control character", fix)


def escape_problem(file: str, text: str) -> Problem:
    """Say where the first escape is that names no character."""
    escape = _BEYOND_UNICODE.search(text)
    position = escape.start() if escape else 0
    return _problem_at(
        file, text, position, "an escape names no character", "correct it: at most \\U0010FFFF"
    )


# --- private ---

_BEYOND_UNICODE: Final = re.compile(r"\\U(?!000|0010)[0-9A-Fa-f]{8}")


def _problem_at(file: str, text: str, position: int, what: str, fix: str) -> Problem:
    before = text[:position]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Problem(file=file, line=line, column=column, path="", what=what, fix=fix)


def _explain_syntax(problem: str) -> tuple[str, str]:
    if "'\\t'" in problem:
        return "a tab is used to indent", "indent with spaces"
    if "mapping values are not allowed" in problem:
        return "a `: ` where there can be none", "correct the indentation, or quote the text that holds it"
    if "end of stream" in problem:
        return "a quote or bracket is never closed", "close it"
    known = _SAFE_PROBLEM.match(problem)
    return (
        f"not YAML: {show(known[0]) if known else 'syntax error'}",
        "check indentation, quotes and brackets",
    )


# PyYAML quotes characters of the file after "but found" and names after "undefined": left off.
_SAFE_PROBLEM: Final = re.compile(
    r"(?:could not find|did not find|expected) [a-z <>,'\]\[}{:-]{1,48}?(?=,? but|$)"
)


# YAML 1.1 section 5.1, as PyYAML checks it.
_PRINTABLE: Final = re.compile("[\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
