"""Which requests does a chain of HAProxy's rules let through, whom does it ask, and whose token goes on?

The rules of the frontend are tried in order, then those of the backend. A question alone stops nobody: a rule
has to refuse where it was not answered with yes, and only such a rule is a guard.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.audit.estate.haproxy_syntax import HaproxyText, Line
from gateway.audit.estate.place import Place
from gateway.audit.exposure import Auth, Fails, Mechanism, PathKind, PathMatch, Reaches, TokenFate
from gateway.audit.normal.haproxy_conditions import (
    Acls,
    Criterion,
    Way,
    acls_of,
    before_condition,
    hosts_of,
    paths_of,
    ways_of,
)
from gateway.audit.normal.haproxy_questions import (
    ANSWERED_HERE,
    OURS,
    Question,
    is_a_no,
    mechanism_of,
    questions_of,
    variable_of,
    verified_variables,
)
from gateway.audit.normal.pieces import Guard

REFUSING: Final = frozenset({"deny", "reject", "return", "tarpit", "silent-drop", "redirect", "auth"})


@dataclass(frozen=True, slots=True)
class Chain:
    """The rules of a frontend and of a backend, as they are tried."""

    guards: tuple[Guard, ...]
    questions: tuple[Question, ...]
    rules: tuple[Line, ...]
    locked: tuple[Line, ...]
    """The rules that refuse where a variable does not say yes."""
    unasked: tuple[Line, ...]
    """Those of them whose variable nobody sets."""


@dataclass(slots=True)
class Reading:
    """A chain while it is read: that of a frontend is begun once, and ends in each of its backends."""

    text: HaproxyText
    questions: list[Question] = field(default_factory=list)
    verified: dict[str, Mechanism] = field(default_factory=dict)
    guards: list[Guard] = field(default_factory=list)
    rules: list[Line] = field(default_factory=list)
    locked: list[Line] = field(default_factory=list)
    unasked: list[Line] = field(default_factory=list)
    heard: list[Question] = field(default_factory=list)
    """Whose answer some rule looks at."""
    acls: dict[Place, Acls] = field(default_factory=dict)
    """What the names mean in a line that asks."""
    open_ones: dict[Place, tuple[Guard, ...]] = field(default_factory=dict)
    """What the questions whose answer nobody waits for come to: the same in every copy."""

    def copy(self) -> "Reading":
        """Give another that goes on from here."""
        return Reading(
            self.text,
            *(list(self.questions), dict(self.verified), list(self.guards), list(self.rules)),
            *(list(self.locked), list(self.unasked), list(self.heard), dict(self.acls)),
            open_ones=self.open_ones,
        )

    def section(self, lines: tuple[Line, ...]) -> None:
        """Read the rules of one section."""
        rules = [one for one in lines if one.begins("http-request") or one.begins("filter")]
        acls = acls_of(lines) if rules else {}
        asking = list(questions_of(rules, self.text))
        self.questions += asking
        self.acls.update((one.line.place, acls) for one in asking)
        self.verified |= verified_variables(rules)
        passed: list[Guard] = []
        for line in rules:
            action = line.words[1] if len(line.words) > 1 else ""
            if not line.begins("http-request"):
                continue
            self.rules.append(line)
            if action == "allow":
                passed += _passes(line, acls)
            elif action in REFUSING:
                self.guards += [_less(one, passed) for one in self.guards_of(line, acls)]

    def finished(self) -> Chain:
        """Give what was read."""
        return Chain(
            (*self.guards, *self.unlocked()),
            *(tuple(self.questions), tuple(self.rules), tuple(self.locked), tuple(self.unasked)),
        )

    def guards_of(self, line: Line, acls: Acls) -> Iterator[Guard]:
        """Give what one rule that refuses protects."""
        if line.words[1] == "auth" and before_condition(line.words) == line.words:
            yield Guard(Auth(mechanism=Mechanism.BASIC, place=line.place))
            return
        for way in ways_of(line.words, acls) or ():
            auth, others = self.asking(way, line)
            if auth is not None:
                yield _narrowed(Guard(auth), others, line)

    def asking(self, way: Way, line: Line) -> tuple[Auth | None, Way]:
        """Who is asked, where this way of a refusal is one without a yes; and what else has to hold."""
        auth: Auth | None = None
        others: list[Criterion] = []
        for test in way:
            found = self.asked_by(test, line)
            if found is None:
                others.append(test)
            auth = auth or found
        return auth, tuple(others)

    def asked_by(self, test: Criterion, line: Line) -> Auth | None:
        """Give whom a test asks, where it holds for those who were not let in."""
        mechanism = mechanism_of(test, self.verified)
        if mechanism is not None and is_a_no(test, mechanism):
            return Auth(mechanism=mechanism, place=line.place)
        name = variable_of(test)
        if name is None or name in self.verified:
            return None
        question = next((one for one in self.questions if name.startswith(one.variables)), None)
        if not test.is_negated or test.matching == "found":
            # A no is refused: but who says no where nobody answers?
            self.heard += [] if question is None else [question]
            return None
        if question is not None:
            self.locked.append(line)
            return question.auth(Fails.CLOSED)
        if name.startswith("txn.token_gateway_") or "auth" in name:
            self.unasked.append(line)
            return Auth(mechanism=Mechanism.UNKNOWN, place=line.place, fails=Fails.CLOSED)
        return None

    def unlocked(self) -> Iterator[Guard]:
        """A question whose answer no rule waits for lets everybody through who makes it fail."""
        waited_for = {guard.auth.place for guard in self.guards}
        for one in self.questions:
            if one.line.place not in waited_for and (one in self.heard or not one.line.begins("filter")):
                if one.line.place not in self.open_ones:
                    self.open_ones[one.line.place] = tuple(self.unheard(one))
                yield from self.open_ones[one.line.place]

    def unheard(self, one: Question) -> Iterator[Guard]:
        """Give what a question protects, as far as it goes."""
        fails = Fails.UNKNOWN if one.line.words[1] == ANSWERED_HERE else Fails.OPEN
        for way in ways_of(one.line.words, self.acls.get(one.line.place, {})) or ():
            yield _narrowed(Guard(one.auth(fails)), way, one.line)


def chain_of(text: HaproxyText, *sections: tuple[Line, ...]) -> Chain:
    """Read the rules of each section in turn."""
    reading = Reading(text)
    for section in sections:
        reading.section(section)
    return reading.finished()


def behind(guard: Guard, lines: tuple[Line, ...]) -> Guard:
    """Give what is left of a guard that comes after these rules: it is not heard about what they allow."""
    acls = acls_of(lines)
    allowing = (one for one in lines if one.begins("http-request", "allow"))
    return _less(guard, [passed for one in allowing for passed in _passes(one, acls)])


def token_fate(chain: Chain, auth: Auth | None, otherwise: Line | None) -> TokenFate | None:
    """Give what becomes of the client's Authorization; None where no line tells and nobody is asked."""
    for question in chain.questions:
        if "authorization" in question.replaced:
            why = "the script takes the client's Authorization away, and puts in that of the answer"
            return TokenFate(Reaches.NO, why, question.line.place)
    doubt: TokenFate | None = None
    for line in chain.rules:
        fate = _of_rule(line)
        if fate is not None and fate.reaches is Reaches.NO:
            return fate
        doubt = doubt or fate
    if doubt is not None:
        return doubt
    overwriting = [one for one in chain.questions if one.overwritten & {"*", "authorization"}]
    if overwriting:
        why = "Authorization is overwritten only where the answer has one"
        return TokenFate(Reaches.CANNOT_TELL, why, overwriting[0].line.place)
    if auth is not None:
        return TokenFate(Reaches.YES, "no rule takes Authorization away", auth.place)
    return None if otherwise is None else TokenFate(Reaches.YES, "nobody is asked", otherwise.place)


# --- private ---


def _narrowed(guard: Guard, others: Way, line: Line) -> Guard:
    unclear: list[str] = ["in .if"] if line.is_conditional else []
    for test in others:
        hosts, paths = hosts_of(test), paths_of(test)
        if hosts:
            guard = _of_hosts(guard, hosts, is_negated=test.is_negated)
        elif (
            paths
            and all(one.kind is not PathKind.UNKNOWN for one in paths)
            and (test.is_negated or guard.only is None)  # of two at once, neither says where it holds
        ):
            guard = _of_paths(guard, paths, is_negated=test.is_negated)
        else:
            unclear.append(f"{'not ' if test.is_negated else ''}{test.name}")
    return guard._replace(condition=" and ".join(unclear))


def _of_hosts(guard: Guard, hosts: frozenset[str], *, is_negated: bool) -> Guard:
    if is_negated:
        return guard._replace(not_hosts=guard.not_hosts | hosts)
    return guard._replace(hosts=hosts if guard.hosts is None else guard.hosts & hosts)


def _of_paths(guard: Guard, paths: tuple[PathMatch, ...], *, is_negated: bool) -> Guard:
    if is_negated:
        return guard._replace(but=(*guard.but, *paths))
    return guard._replace(only=paths)


def _passes(line: Line, acls: Acls) -> Iterator[Guard]:
    """What `allow` lets by, in the form of a guard of nobody."""
    nobody = Auth(mechanism=Mechanism.UNKNOWN, place=line.place)
    ways = ways_of(line.words, acls)
    if ways is None:
        yield Guard(nobody, condition="a rule that allows")
    for way in ways or ():
        yield _narrowed(Guard(nobody), way, line)


def _less(guard: Guard, passed: list[Guard]) -> Guard:
    """A guard is not heard about what was allowed before it."""
    for one in passed:
        if one.condition:
            guard = guard._replace(condition=f"not {one.condition}")
        elif one.only is not None and one.hosts is None:
            guard = guard._replace(but=(*guard.but, *one.only))
        elif one.hosts is not None:
            guard = guard._replace(not_hosts=guard.not_hosts | one.hosts)
        else:
            guard = guard._replace(auth=replace(guard.auth, fails=Fails.OPEN))
    return guard


def _of_rule(line: Line) -> TokenFate | None:
    action = line.words[1] if len(line.words) > 1 else ""
    words = before_condition(line.words)
    if action == OURS or len(words) < 3 or not _names_authorization(action, words):
        return None
    if len(words) < len(line.words) or line.is_conditional or action in {"replace-header", "replace-value"}:
        why = "a rule changes Authorization, but not of every request or not all of it"
        return TokenFate(Reaches.CANNOT_TELL, why, line.place)
    value = " ".join(words[3:]).lower()
    if action == "set-header" and ("hdr(authorization" in value or "http_auth_bearer" in value):
        return None
    why = "a rule takes the client's Authorization away" if action == "del-header" else _OVERWRITTEN
    return TokenFate(Reaches.NO, why, line.place)


_OVERWRITTEN: Final = "a rule writes another Authorization over the client's"


def _names_authorization(action: str, words: tuple[str, ...]) -> bool:
    if action in {"set-header", "replace-header", "replace-value"}:
        return words[2].lower() == "authorization"
    if action != "del-header":
        return False
    name, how = words[2].lower(), words[4] if len(words) > 4 and words[3] == "-m" else "str"
    match how:
        case "beg":
            return "authorization".startswith(name)
        case "end":
            return "authorization".endswith(name)
        case "sub":
            return name in "authorization"
        case _:
            return name == "authorization"
