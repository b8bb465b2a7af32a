"""What do the commands read that are about tokens: which tokens, and what the configuration knows of them?"""

import re
import sys
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.cli.output import say, standard_input
from gateway.config.problem import ConfigError, Problem
from gateway.config.schema_types import FINGERPRINT_PATTERN
from gateway.config.world import World
from gateway.core.revocation import NOTHING_REVOKED
from gateway.leaks.deny import read_list
from gateway.leaks.keys_at_hand import keys_at_hand
from gateway.leaks.pasted import tokens_in
from gateway.leaks.recognise import Known, Recognised, recognise
from gateway.redact.fingerprint import Fingerprints

MAX_INPUT: Final = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One token of stdin, by name."""

    fingerprint: str | None
    """None where the configuration has no key for it."""
    about: Recognised


def read_tokens() -> tuple[bytes, ...]:
    """Read stdin: the only way in, for arguments are seen by every process and kept by every shell.

    Raises: ValueError for nothing at all, for more than tokens, and where it cannot be read.
    """
    stdin = standard_input()
    if sys.stdin.isatty():
        say("tokens, one a line; then Ctrl-D. They are shown as you paste them")
    try:
        text = stdin.read(MAX_INPUT + 1)
    except OSError as error:
        raise ValueError(f"standard input cannot be read: {(error.strerror or '').lower()}") from None
    if len(text) > MAX_INPUT:
        raise ValueError("more than 16 MiB on standard input: no list of tokens")
    tokens = tokens_in(text)
    if not tokens:
        raise ValueError("no token on standard input: one a line, as in `gateway leaks fingerprint < FILE`")
    if any(is_fingerprint(token.decode("latin-1")) for token in tokens):
        raise ValueError("that is a fingerprint already; on standard input belong tokens")
    return tokens


def recognised(tokens: tuple[bytes, ...], world: World, *, now: float) -> list[Found]:
    """Say of each what is known. Raises: ConfigError for a deny list that is broken."""
    denied = world.revocations
    known = Known(
        issuers=world.snapshot.issuers,
        our_issuer=world.downstream_issuer,
        keys=keys_at_hand(world),
        revoked=NOTHING_REVOKED if denied is None else read_list(denied, now=int(now)).revocations,
    )
    key = world.audit.fingerprint_key
    fingerprints = None if key is None else Fingerprints(key)
    return [
        Found(
            fingerprint=None if fingerprints is None else fingerprints.token(token),
            about=recognise(token, known, now=now),
        )
        for token in tokens
    ]


def is_fingerprint(text: str) -> bool:
    """Whether it names a token, as records do."""
    return re.fullmatch(FINGERPRINT_PATTERN, text) is not None


def lacking(arguments: Namespace, path: str, what: str, fix: str) -> ConfigError:
    """Say that the configuration lacks what this command is about."""
    file: Path = arguments.config
    return ConfigError([Problem(file=str(file), line=1, column=1, path=path, what=what, fix=fix)])
