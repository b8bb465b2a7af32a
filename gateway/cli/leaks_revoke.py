"""`gateway leaks revoke`: put a token on the deny list of the configuration, by fingerprint or on stdin.

A gateway that runs refuses it within a second or two. Exit 1 where a token that may still be used is not on
the list afterwards.
"""

import re
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from gateway.app.parts import CLOCK
from gateway.cli.leaks_tokens import Found, is_fingerprint, lacking, read_tokens, recognised
from gateway.cli.output import EX_FINDINGS, EX_OK, Commands, add_config, add_json, complain, print_json, say
from gateway.config.compile import load_world
from gateway.config.schema_types import MOMENT_PATTERN
from gateway.config.world import RevocationFile, World
from gateway.leaks.deny import NotWritten, deny
from gateway.leaks.deny_entry import DenyEntry, entry_of, moment
from gateway.leaks.recognise import Life, Signature, Whose
from gateway.redact.text import redact


def add(actions: Commands) -> None:
    """Declare the action."""
    parser = actions.add_parser(
        "revoke", help="put tokens on the deny list; by fingerprint, or on stdin", description=__doc__
    )
    add_config(parser)
    add_json(parser)
    parser.add_argument("--fingerprint", metavar="TFP1_...", help="as a record names it; else stdin")
    parser.add_argument("--why", metavar="TEXT", help="for whoever reads the list")
    parser.add_argument(
        "--until", metavar="TIME", help="when the entry is no longer needed; of a token on stdin its exp"
    )
    parser.add_argument("--dry-run", action="store_true", help="print the entries, write nothing")
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Add what is missing; say what became of each."""
    complaint = _usage(arguments)
    if complaint:
        return complain(complaint)
    world = load_world(arguments.config)
    if world.revocations is None:
        fix = "add `revocations: {file: revoked.yaml}`"
        raise lacking(arguments, "revocations", "is not set: there is no deny list", fix)
    try:
        wanted = list(_wanted(arguments, world))
    except ValueError as usage:
        return complain(str(usage))
    entries = [one.entry for one in wanted if one.entry is not None]
    for one in wanted:
        if one.entry is None:
            say(one.note)
    code = EX_FINDINGS if any(one.open for one in wanted) else EX_OK
    if arguments.dry_run:
        return _print_dry(entries, code, as_json=arguments.json)
    return _write(entries, world.revocations, code, as_json=arguments.json)


# --- private ---


class _Wanted(NamedTuple):
    entry: DenyEntry | None
    note: str = ""
    """Why there is no entry."""
    open: bool = False
    """It may still be used, and no entry stops that."""


_LONGEST_WHY: Final = 500
_GOES_BY_ITSELF: Final = "no entry for {}: it is dead, the gateway refuses it"
_REFUSED: Final = "no entry for {}: no key of its issuer has signed it, the gateway refuses it"
_OURS: Final = "no entry for {}: it is ours, made for a backend, which never asks the list. It ends at {}"
_STRANGER: Final = "no entry for {}: the gateway refuses it, for it knows no such issuer. Revoke it there"
_NAMELESS: Final = "no entry for {}: it has no jti, and without audit.fingerprint_key no fingerprint"


def _usage(arguments: Namespace) -> str | None:
    """What is wrong with the arguments. Repeats none of them."""
    if arguments.fingerprint is not None and not is_fingerprint(arguments.fingerprint):
        return (
            "--fingerprint is tfp1_ and 16 characters. A token belongs on standard input: an argument is in "
            "the shell's history and in the list of processes"
        )
    why, until = arguments.why, arguments.until
    if why is not None and (not 1 <= len(why) <= _LONGEST_WHY or redact(why) != why or not why.isprintable()):
        return f"--why is one line of 1 to {_LONGEST_WHY} characters, and holds no secret"
    if until is not None and not _is_to_come(until):
        return "--until is a moment to come, with its zone, such as 2099-12-01T00:00:00Z"
    return None


def _is_to_come(text: str) -> bool:
    try:
        return (
            re.fullmatch(MOMENT_PATTERN, text) is not None
            and datetime.fromisoformat(text).timestamp() > CLOCK()
        )
    except (ValueError, OverflowError):
        return False


def _is_earlier(given: str | None, end: str | None) -> bool:
    return given is not None and end is not None and _moment(given) < _moment(end)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _wanted(arguments: Namespace, world: World) -> Iterator[_Wanted]:
    """One for each token. Raises: ValueError for what is on stdin."""
    more = {name: given for name in ("why", "until") if (given := getattr(arguments, name)) is not None}
    if arguments.fingerprint is not None:
        yield _Wanted(DenyEntry(fingerprint=arguments.fingerprint, **more))
        return
    now = CLOCK()
    for number, found in enumerate(recognised(read_tokens(), world, now=now), start=1):
        one = _choose(found, found.fingerprint or f"token {number}")
        if one.entry is not None and _is_earlier(arguments.until, one.entry.until):
            raise ValueError(
                f"--until is before the end of token {number}: it would count again from then on"
            )
        yield one if one.entry is None else one._replace(entry=replace(one.entry, **more))


def _choose(found: Found, name: str) -> _Wanted:
    about = found.about
    if about.life is Life.EXPIRED:
        return _Wanted(None, _GOES_BY_ITSELF.format(name))
    if about.signature is Signature.BAD:
        return _Wanted(None, _REFUSED.format(name))
    if about.whose is Whose.OURS:
        return _Wanted(
            None, _OURS.format(name, moment(about.expires_at) or "no time that is known"), open=True
        )
    if about.whose is Whose.STRANGER:
        return _Wanted(None, _STRANGER.format(name), open=True)
    entry = entry_of(about, found.fingerprint)
    return _Wanted(None, _NAMELESS.format(name), open=True) if entry is None else _Wanted(entry)


def _print_dry(entries: list[DenyEntry], code: int, *, as_json: bool) -> int:
    if as_json:
        print_json({"entries": [entry.members for entry in entries], "written": False})
    else:
        for entry in entries:
            print(f"- {entry.as_yaml()}")
    return code


def _write(entries: list[DenyEntry], file: RevocationFile, code: int, *, as_json: bool) -> int:
    try:
        outcome = deny(entries, file, now=int(CLOCK()))
    except NotWritten as error:
        say(str(error))
        return EX_FINDINGS
    if as_json:
        added, already = ([one.members for one in some] for some in (outcome.added, outcome.already))
        print_json({"file": file.path, "added": added, "already": already, "written": bool(added)})
        return code
    for entry in outcome.added:
        print(f"added to {file.path}: {_name(entry)}{f', until {entry.until}' if entry.until else ''}")
    for entry in outcome.already:
        print(f"on {file.path} already: {_name(entry)}")
    return code


def _name(entry: DenyEntry) -> str:
    """Name what was taken back; of a jti only whose it is, for that is in the file."""
    return entry.fingerprint or f"a jti of issuer {entry.issuer}"
