"""By which rules, and under which key, does a command of `gateway leaks` look?"""

import secrets
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import Final, NamedTuple

from gateway.cli.output import add_config, say
from gateway.config.compile import load_world
from gateway.leaks.file_name import readable, without_secrets
from gateway.leaks.rules_file import RulesError, read_rules
from gateway.redact.find import Finder
from gateway.redact.fingerprint import MIN_KEY_BYTES, Fingerprints
from gateway.redact.names import COOKIES
from gateway.redact.text import redact

_MAX_KEY_BYTES: Final = 65_536
_OF_COOKIE_NAMES: Final = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~"
)


class LeaksEngine(NamedTuple):
    """What is needed to look for secrets, and to name them."""

    finder: Finder
    fingerprints: Fingerprints

    def shown(self, name: str) -> str:
        """Give the name of a file as a message can hold it: in one line, without a secret."""
        return readable(without_secrets(name, self.finder, self.fingerprints))


def add(parser: ArgumentParser) -> None:
    """Add the arguments that every such command has."""
    add_config(parser, required=False)
    parser.add_argument(
        "--fingerprint-key-file", type=Path, metavar="FILE",
        help="the key of the fingerprints, where there is no configuration (audit.fingerprint_key)",
    )  # fmt: skip
    parser.add_argument(
        "--rules", type=Path, metavar="FILE", help="find also by the rules of a gitleaks file (TOML)"
    )
    parser.add_argument(
        "--cookie", action="append", default=[], metavar="NAME", help="a cookie that is a session; repeatable"
    )


def path(text: str) -> str:
    """Take the name of a file. Raises: ArgumentTypeError for an empty one, which `Path` takes for `.`."""
    if not text:
        raise ArgumentTypeError("an empty name: is a variable of the shell not set?")
    return text


def read(arguments: Namespace) -> LeaksEngine:
    """Make it. Raises: ValueError for wrong usage, ConfigError."""
    key, issuers = _key(arguments)
    for name in arguments.cookie:
        if not name or not set(name) <= _OF_COOKIE_NAMES:
            raise ValueError("--cookie is no name of a cookie (RFC 6265 section 4.1.1)")
    try:
        extras, notes = ((), ()) if arguments.rules is None else read_rules(arguments.rules)
    except RulesError as error:
        raise ValueError(redact(str(error))) from None  # it names the file as it was given
    for note in notes:
        say(note)
    finder = Finder(cookies=(*COOKIES, *arguments.cookie), own_issuers=issuers, extras=extras)
    return LeaksEngine(finder, Fingerprints(key))


# --- private ---


def _key(arguments: Namespace) -> tuple[bytes, frozenset[str]]:
    """Of a file, of the configuration, or of this run alone."""
    issuers: frozenset[str] = frozenset()
    key = None
    if arguments.config is not None:
        world = load_world(arguments.config)
        key, issuers = world.audit.fingerprint_key, frozenset((world.downstream_issuer,))
    if arguments.fingerprint_key_file is not None:
        key = _of_file(arguments.fingerprint_key_file)
    if key is None:
        say(
            "fingerprints are of this run alone: no key of theirs is given (audit.fingerprint_key in the"
            " configuration of -c, or --fingerprint-key-file)"
        )
    return key or secrets.token_bytes(32), issuers


def _of_file(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            key = stream.read(_MAX_KEY_BYTES + 1).removesuffix(b"\n").removesuffix(b"\r")
    except OSError as error:  # what was given may be the key itself
        reason = (error.strerror or "").lower()
        raise ValueError(f"the file of --fingerprint-key-file cannot be read: {reason}") from None
    if not 2 * MIN_KEY_BYTES <= len(key) <= _MAX_KEY_BYTES:
        raise ValueError(
            "the file of --fingerprint-key-file holds no key of 32 bytes and more; make one with:"
            " openssl rand -hex 32"
        )
    return key
