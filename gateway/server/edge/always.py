"""What does one listener tell every client, whoever answers?

`Strict-Transport-Security`, say: it is said of the origin, so the listener has the only voice in it. A
backend's own header of such a name ends here, and so does one of our answers'.
"""

from gateway.core.headers import HeaderPairs
from gateway.dialects.wire import HttpAnswer, ReplyRules
from gateway.server.http1.writer import field_lines


class Always:
    """Headers of every answer; mostly none."""

    __slots__ = ("_merged", "_names", "_pairs", "lines")

    def __init__(self, pairs: HeaderPairs) -> None:
        """Raises: UnwritableAnswer."""
        self.adopt(pairs)

    def adopt(self, pairs: HeaderPairs) -> None:
        """Say others in every answer that is begun from now on. Raises: UnwritableAnswer."""
        self._pairs = tuple([(name.lower(), value) for name, value in pairs])
        self._names = frozenset(name for name, _ in self._pairs)
        self._merged: dict[ReplyRules, ReplyRules] = {}  # as many as there are of the first
        self.lines = field_lines(self._pairs)

    def rules(self, rules: ReplyRules) -> ReplyRules:
        """Give the rules for a backend's answer: those of its request, and ours."""
        return (self._merged.get(rules) or self._merge(rules)) if self._names else rules

    def answer(self, answer: HttpAnswer) -> HttpAnswer:
        """Say it in an answer of our own."""
        if not self._names:
            return answer
        others = [pair for pair in answer.headers if pair[0].lower() not in self._names]
        return answer._replace(headers=(*others, *self._pairs))

    # --- private ---

    def _merge(self, rules: ReplyRules) -> ReplyRules:
        merged = self._merged[rules] = ReplyRules(rules.names | self._names, rules.prefixes, rules.cookies)
        return merged
