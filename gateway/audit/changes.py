"""Which changes of the door are told, and how bad is each?

They are reported like rules, and are none: no single configuration shows one.
"""

from collections.abc import Iterable
from typing import Final

from gateway.audit.rule import Hit, Rule, Severity, View


def _nowhere(_: View) -> Iterable[Hit]:
    return ()


def _change(number: int, title: str, severity: Severity, why: str, fix: str) -> Rule:
    return Rule(id=f"DIF-{number:03}", title=title, severity=severity, why=why, fix=fix, check=_nowhere)


LOST: Final = _change(
    1,
    "Authentication is lost",
    Severity.CRITICAL,
    "Requests that had to prove who they are come in without.",
    "add what protects it at the controller that serves it now, before traffic goes there",
)
SURVIVES: Final = _change(
    2,
    "The client's token now reaches the backend",
    Severity.HIGH,
    "Every backend, log and dump behind this route can replay it as the client.",
    "let the answer of whoever is asked replace Authorization, as it did before",
)
NEW_OPEN: Final = _change(
    3,
    "A new path is open",
    Severity.HIGH,
    "It is reachable from outside, and nobody is asked.",
    "protect it, or say why it is open with the annotation token-gateway.dev/public: REASON",
)
COPIED: Final = _change(
    4,
    "A new header is copied to the backend",
    Severity.MEDIUM,
    "Backends may believe it, and what is copied may be a credential.",
    "list only headers that the backend needs",
)
CLEAR: Final = _change(
    5,
    "Requests may now come in clear text",
    Severity.HIGH,
    "Tokens can be read on the way.",
    "serve TLS only, and redirect the rest",
)
MIRRORED: Final = _change(
    6,
    "Requests are now copied to somebody else",
    Severity.HIGH,
    "The copy has the client's token, whatever the backend gets.",
    "remove the mirror, or put it behind the gateway",
)
LOGGED: Final = _change(
    7,
    "A part of requests is now written to the log",
    Severity.HIGH,
    "Tokens in it are readable for whoever reads logs.",
    "take it out of the log format (gateway snippet logs prints safe ones)",
)
UNSURE: Final = _change(
    8,
    "What protects it can no longer be told",
    Severity.MEDIUM,
    "This audit does not read what is asked there now, so it cannot say that it asks at all.",
    "check it by hand, or use a mechanism that can be read",
)
OTHER: Final = _change(
    9,
    "Something else protects it",
    Severity.LOW,
    "The same requests are judged by other rules than before.",
    "compare the two policies (gateway explain shows what ours says to a request)",
)
GAINED: Final = _change(
    10, "A route is protected now", Severity.INFO, "Who comes has to prove who they are.", "nothing to do"
)
NEW: Final = _change(
    11, "A new route is protected", Severity.INFO, "Who comes has to prove who they are.", "nothing to do"
)
GONE: Final = _change(
    12,
    "A route is gone",
    Severity.INFO,
    "Clients get no answer from it, or another route's.",
    "nothing to do, if that is meant",
)
CHANGES: Final = (
    *(LOST, SURVIVES, NEW_OPEN, COPIED, CLEAR, MIRRORED, LOGGED, UNSURE, OTHER, GAINED, NEW, GONE),
)
