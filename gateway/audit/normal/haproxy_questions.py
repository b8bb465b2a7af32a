"""Whom does HAProxy ask, and which of its variables says what was answered?

HAProxy has no sub-request of its own: a Lua action or an SPOE agent asks, and a rule has to refuse. Known are
our own action (`gateway snippet haproxy`), haproxy-auth-request (`lua.auth-request`, `lua.auth-intercept`),
and agents.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from gateway.audit.estate.haproxy_syntax import HaproxyText, Line
from gateway.audit.exposure import Auth, Fails, Mechanism
from gateway.audit.normal.asked import Asked, asked
from gateway.audit.normal.haproxy_conditions import Criterion

OURS: Final = "lua.token_gateway"
ANSWERED_HERE: Final = "lua.auth-intercept"
"""It gives the client the refusal itself."""


class Question(NamedTuple):
    """One line that asks."""

    line: Line
    variables: tuple[str, ...]
    """How the variables begin that tell of the answer."""
    backend: str | None
    """The section whose servers are asked, where it is one."""
    target: Asked | None
    replaced: frozenset[str]
    """The headers that are the answer's, or gone."""
    overwritten: frozenset[str]
    """Those that are the answer's only where it has them. `*` is any."""

    def auth(self, fails: Fails) -> Auth:
        """Give it in the normal form."""
        return Auth(
            mechanism=Mechanism.EXTERNAL,
            place=self.line.place,
            url=self.target.url if self.target else self.backend,
            service=self.target.service if self.target else None,
            dialect=self.target.dialect if self.target else None,
            policy=self.target.policy if self.target else None,
            response_headers=None if "*" in self.overwritten else self.replaced | self.overwritten,
            removes_unanswered=not self.overwritten,
            fails=fails,
        )


def questions_of(lines: Iterable[Line], text: HaproxyText) -> Iterator[Question]:
    """Give the lines of a section that ask somebody."""
    for line in lines:
        if line.begins("http-request") and len(line.words) > 1:
            action, *arguments = line.words[1:]
            if action == OURS:
                yield _ours(line, arguments)
            elif action in {"lua.auth-request", ANSWERED_HERE}:
                yield _auth_request(line, arguments)
            elif action.startswith("lua.") and any(one in action for one in _ASKING_WORDS):
                yield Question(line, ("txn.", "req."), None, _first_url(arguments), _NOTHING, _NOTHING)
        elif line.begins("filter", "spoe"):
            yield _agent(line, text)


def verified_variables(lines: Iterable[Line]) -> dict[str, Mechanism]:
    """Give the variables that hold what HAProxy's own check of a token or password came to."""
    found: dict[str, Mechanism] = {}
    for line in lines:
        if line.begins("http-request") and len(line.words) > 2 and line.words[1].startswith("set-var("):
            mechanism = _checked(" ".join(line.words[2:]))
            if mechanism is not None:
                found[line.words[1].removeprefix("set-var(").rstrip(")").partition(",")[0]] = mechanism
    return found


def mechanism_of(test: Criterion, verified: dict[str, Mechanism]) -> Mechanism | None:
    """Give what a test checks, if it is a credential and the test is one of it; None for any other."""
    sample = test.sample
    name = variable_of(test)
    mechanism = verified.get(name) if name is not None else _checked(sample)
    if mechanism is Mechanism.JWT:  # 1 is a yes; every failure is another number, which is true as well
        return mechanism if test.values[-1:] == ("1",) else None
    if mechanism is not None or name is not None:
        return mechanism
    if sample.startswith(_CERTIFICATE_SAMPLES):
        return Mechanism.CLIENT_CERTIFICATE
    compares = test.matching == "file" or (test.matching == "str" and bool(test.values))
    return Mechanism.API_KEY if compares and sample.startswith(_KEY_SAMPLES) else None


def is_a_no(test: Criterion, mechanism: Mechanism) -> bool:
    """Whether it holds for those who have not shown what it is about."""
    if mechanism is not Mechanism.CLIENT_CERTIFICATE or test.is_negated:
        return test.is_negated
    if test.sample.startswith("ssl_c_verify"):  # 0 is a yes
        return test.values[-1:] != ("0",) or test.values[:1] in {("gt",), ("ne",)}
    return test.values == ("0",)


def variable_of(test: Criterion) -> str | None:
    """Give the variable that a test looks at."""
    sample = test.sample
    return sample.removeprefix("var(").partition(")")[0] if sample.startswith("var(") else None


# --- private ---

_NOTHING: Final[frozenset[str]] = frozenset()
_ASKING_WORDS: Final = ("auth", "jwt", "oidc", "token", "verify", "introspect")
_CERTIFICATE_SAMPLES: Final = ("ssl_c_verify", "ssl_c_used", "ssl_c_s_dn", "ssl_fc_has_crt", "ssl_c_sha1")
_KEY_SAMPLES: Final = (
    *("req.hdr(x-api-key", "hdr(x-api-key", "req.hdr(authorization", "hdr(authorization"),
    *(
        "req.hdr(api-key",
        "req.hdr(apikey",
        "http_auth_bearer",
        "req.fhdr(x-api-key",
        "req.fhdr(authorization",
    ),
)


def _checked(sample: str) -> Mechanism | None:
    if "jwt_verify" in sample:
        return Mechanism.JWT
    if sample.startswith(("http_auth(", "http_auth_group(")):
        return Mechanism.BASIC
    return None


def _ours(line: Line, arguments: list[str]) -> Question:
    """Arguments: URL, milliseconds, headers that are replaced, query parameters that are removed."""
    replaced = frozenset(one.lower() for one in _list(arguments, 2) if one)
    return Question(line, ("txn.token_gateway_",), None, _first_url(arguments), replaced, _NOTHING)


def _auth_request(line: Line, arguments: list[str]) -> Question:
    """`auth-request BACKEND PATH`, `auth-intercept BACKEND PATH METHOD REQUEST SUCCEED FAIL`.

    https://github.com/TimWolla/haproxy-auth-request
    """
    overwritten: frozenset[str] = _NOTHING
    if line.words[1] == ANSWERED_HERE:
        overwritten = frozenset(one.lower() for one in _list(arguments, 4) if one != "-")
    variables = ("txn.auth_response_", "req.auth_response_")
    backend = arguments[0] if arguments else None
    return Question(line, variables, backend, None, _NOTHING, overwritten)


def _agent(line: Line, text: HaproxyText) -> Question:
    engine = _after(line.words, "engine") or ""
    names = [one.name for one in text.sections if one.kind == "backend" and engine and engine in one.name]
    return Question(line, (f"txn.{engine}.",), names[0] if names else None, None, _NOTHING, _NOTHING)


def _after(words: tuple[str, ...], name: str) -> str | None:
    at = words.index(name) + 1 if name in words else len(words)
    return words[at] if at < len(words) else None


def _list(arguments: list[str], index: int) -> list[str]:
    return arguments[index].split(",") if index < len(arguments) else []


def _first_url(arguments: list[str]) -> Asked | None:
    return next((found for one in arguments if "://" in one if (found := asked(one)) is not None), None)
