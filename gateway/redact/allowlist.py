"""May what a rule of others has found be there?

As gitleaks asks (https://github.com/gitleaks/gitleaks#configuration): by the path of the file, by expressions
over the secret, the match or its lines, and by words in the secret; one of them is enough, or all are needed.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

Search = Callable[..., Any]
"""Of a compiled expression: of `(text)`, or of `(text, at, end)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowlist:
    """One of a rule, or of all rules."""

    paths: Search | None = None
    regexes: Search | None = None
    stopwords: tuple[bytes, ...] = ()
    """In small letters."""
    target: Literal["secret", "match", "line"] = "secret"
    every: bool = False
    """Whether all that is given here has to hold."""
    commits: bool = False
    """Whether commits are named: here there are none, so none of them is ever it."""

    def allows_file(self, path: bytes) -> bool:
        """Whether nothing of a whole file counts."""
        if self.every and (self.regexes is not None or self.stopwords or self.commits):
            return False
        return self._has(path)

    def of_file(self, path: bytes) -> "Allowlist | None":
        """Give what is left to be asked in this file; None where the answer is no."""
        if self.every and (self.commits or (self.paths is not None and not self._has(path))):
            return None
        if self.regexes is None and not self.stopwords:
            return None
        return self if self.paths is None else replace(self, paths=None)

    def allows(self, secret: bytes, match: bytes, line: bytes) -> bool:
        """Decide by the secret, by all that the expression matched, and by the lines that it is in."""
        if self.every and (self.commits or self.paths is not None):
            return False
        text = {"secret": secret, "match": match, "line": line}[self.target]
        answers = []
        if self.regexes is not None:
            answers.append(self.regexes(text) is not None)
        if self.stopwords:
            small = secret.lower()
            answers.append(any(word in small for word in self.stopwords))
        return bool(answers) and (all if self.every else any)(answers)

    # --- private ---

    def _has(self, path: bytes) -> bool:
        return bool(path) and self.paths is not None and self.paths(path) is not None
