"""What is written down about one decision?

One JSON object, one line, with the field names of the Elastic Common Schema (dotted) and `token_gateway.*`
for what it has no name for. A permit and a denial are both `info`: an attacker must not be able to fill
the operator's alarms.

Never: a token, a query, a header, or a claim value that the operator has not named in `audit.reveal`. Text
that the client chose is written only where the policy has matched it (the host), from a closed list (the
method), as an address, or by name (`reveal`).

Every line is the moment and the request, then the `note` of the verdict. Allowed decisions may be sampled;
of refusals alike only the first have a line, the others a summary.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from gateway.core.facts import Host, RequestFacts
from gateway.core.host import host_pattern
from gateway.core.mint import DownstreamToken
from gateway.core.policy import Policy
from gateway.core.verdict import Deny, Indeterminate, Permit, Verdict
from gateway.redact.fingerprint import Fingerprints
from gateway.redact.text import redact
from gateway.telemetry.json_line import json_line, json_text, shortened, timestamp
from gateway.telemetry.note import Note, Noted, Notes, minted, outcome_of, summary
from gateway.telemetry.repeats import Refusal, Repeats
from gateway.telemetry.sampling import Sampling

METHODS: Final = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"}
)
"""RFC 9110 section 9, RFC 5789, and QUERY. Any other is `OTHER`: a method can be 32 letters of anything."""

MAX_PATH: Final = 1024
MAX_ADDRESS: Final = 64
"""An IPv6 address with a zone. What is longer is none, and is not kept as one."""


class LeftOut(NamedTuple):
    """Decisions without a record of their own: allowed ones, and refusals."""

    sampled_out: int
    suppressed: int


class Recorder:
    """Writes one record for each decision."""

    __slots__ = ("_clock", "_notes", "_path_too", "_repeats", "_sampling", "_told", "_write")

    def __init__(
        self,
        fingerprints: Fingerprints,
        reveal: frozenset[str],
        write: Callable[[bytes], None],
        clock: Callable[[], float],
        *,
        sampling: Sampling | None = None,
        repeats: Repeats | None = None,
    ) -> None:
        """`write` gets a line with its line feed; `clock` gives seconds since the epoch.

        Without `sampling` and `repeats` every decision has its record.
        Raises: ValueError for a name in `reveal` that is not one of `note.REVEALABLE`.
        """
        self._sampling = sampling
        self._repeats = repeats
        self._notes = Notes(fingerprints, reveal, 1 if sampling is None else sampling.rate)
        self._path_too = "path" in reveal
        self._told = LeftOut(sampled_out=0, suppressed=0)
        self._write = write
        self._clock = clock

    def left_out(self) -> LeftOut:
        """How many decisions have had no record of their own since the last call."""
        total = LeftOut(
            sampled_out=0 if self._sampling is None else self._sampling.left_out,
            suppressed=0 if self._repeats is None else self._repeats.suppressed,
        )
        before, self._told = self._told, total
        return LeftOut(
            sampled_out=total.sampled_out - before.sampled_out,
            suppressed=total.suppressed - before.suppressed,
        )

    def record(
        self, verdict: Verdict, facts: RequestFacts | None, *, dialect: str, peer: str, seconds: float
    ) -> None:
        """Write down one decision. Units: `seconds` is how long it took."""
        now = self._clock()
        if isinstance(verdict, Deny | Indeterminate):
            kept = self._admits(verdict, facts, dialect, peer, now)
        else:
            kept = self._sampling is None or self._sampling.keeps()
        if not kept:
            return
        request = _peer(peer) if facts is None else self._request(facts, peer, verdict.context.policy)
        note = self._notes.note(verdict, dialect)
        self._write(_line(now, seconds, request, note, note.downstream))

    def note(self, permit: Permit, dialect: str, *, names_minted: bool = True) -> Note:
        """Give what `again` needs to know of a permit. Keeps nothing of it.

        `names_minted`: the permit's token is the one that goes out again, so it is named in the note.
        """
        return self._notes.note(permit, dialect, names_minted=names_minted)

    def again(
        self,
        note: Noted,
        facts: RequestFacts,
        policy: Policy | None,
        downstream: DownstreamToken | None,
        seconds: float,
    ) -> None:
        """Write down a permit that is remembered: the same record as the first time.

        `policy` is the one that was asked under. `downstream` is the token where another was minted for this
        request; None: the note's went out once more. Units: `seconds` is how long it took.
        """
        if self._sampling is not None and not self._sampling.keeps():
            return
        request = self._request(facts, facts.peer, policy)
        which = note.downstream if downstream is None else minted(downstream)
        self._write(_line(self._clock(), seconds, request, note, which))

    def tick(self) -> None:
        """Write the summaries of an interval that is over. To be called about every second."""
        if self._repeats is not None and self._repeats.ended(self._clock()):
            self.flush()

    def flush(self) -> None:
        """Write the summaries that are due and those that are not yet: at the end, and before a reload."""
        if self._repeats is None:
            return
        moment = {"@timestamp": timestamp(self._clock())}
        for refusal, repeated in self._repeats.take():
            self._write(json_line(moment | summary(refusal, repeated)))

    # --- private ---

    def _admits(
        self, refused: Deny | Indeterminate, facts: RequestFacts | None, dialect: str, peer: str, now: float
    ) -> bool:
        if self._repeats is None:
            return True
        if self._repeats.ended(now):
            self.flush()
        _, outcome, reason = outcome_of(refused)
        policy, route = refused.context.policy, refused.context.route
        refusal = Refusal(
            policy="" if policy is None else policy.id,
            reason=reason,
            outcome=outcome,
            dialect=dialect,
            route="" if route is None else route.id,
            peer=address(peer),
            source="" if facts is None else address(facts.client_address),
        )
        return self._repeats.admits(refusal, now)

    def _request(self, facts: RequestFacts, peer: str, policy: Policy | None) -> str:
        domain = None if policy is None else domain_of(facts.host, facts.scheme, policy)
        request = _request(peer, facts.method, facts.scheme, facts.client_address, domain)
        return request + _path(facts.path) if self._path_too else request


def domain_of(host: Host, scheme: str, policy: Policy) -> str | None:
    """The policy's host that the request's is; a wildcard as `*.`, since its label is the client's text."""
    return host_pattern(host, scheme, policy.host_patterns)


def address(text: str) -> str:
    """An address, without the zone of an IPv6 one: that is free text (RFC 4007 section 11.2)."""
    return _address(text) if len(text) <= MAX_ADDRESS else ""


# --- private ---

_ADDRESS: Final = re.compile(r"[0-9A-Fa-f:.]{2,45}", re.ASCII)


@lru_cache(maxsize=4096)  # short texts only: a client cannot make this large
def _address(text: str) -> str:
    found = text.partition("%")[0]
    return found if _ADDRESS.fullmatch(found) else ""


def _line(now: float, seconds: float, request: str, note: Noted, downstream: str) -> bytes:
    """Everything in it is ASCII and escaped already."""
    nanoseconds = int(seconds * 1e9 + 0.5) if seconds > 0 else 0
    return (
        f'{{"@timestamp":"{timestamp(now)}","event.duration":{nanoseconds}'
        f"{request}{note.shared}{note.token}{downstream}}}\n"
    ).encode("ascii")


def _request(peer: str, method: str, scheme: str, client_address: str, domain: str | None) -> str:
    which = method if method in METHODS else "OTHER"
    source = _address(client_address) if len(client_address) <= MAX_ADDRESS else ""
    return f'{_way(peer, which, scheme == "https", domain)}"{source}"'


@lru_cache(maxsize=1024)  # peers, methods and the configuration's names: nothing that a client chooses
def _way(peer: str, method: str, https: bool, domain: str | None) -> str:  # noqa: FBT001 - a key has no names
    host = "" if domain is None else f',"url.domain":{json_text(domain)}'
    return (
        f'{_peer(peer)},"http.request.method":"{method}"'
        f',"url.scheme":"{"https" if https else "http"}"{host},"source.ip":'
    )


def _peer(peer: str) -> str:
    return f',"token_gateway.peer":"{address(peer)}"'


def _path(path: bytes) -> str:
    return f',"url.path":{json_text(shortened(redact(path.decode("utf-8", "replace")), MAX_PATH))}'
