"""Which keys is a command about: those of a configuration, or those of a Kubernetes Secret?"""

import re
from argparse import ArgumentParser, Namespace
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from gateway.app.keys_secret import secret_store
from gateway.app.keys_store import blaming, rotation_of, store_of
from gateway.cli.output import add_api_server, add_config
from gateway.config.compile import load_world
from gateway.config.schema_types import DURATION_PATTERN, seconds
from gateway.keys.keyring import Keyring
from gateway.keys.rotation import Rotation, Step, next_step
from gateway.keys.schedule import MIN_ROTATE_EVERY_S, MOUNTED_WITHIN_S
from gateway.keys.secret import SecretStore
from gateway.keys.shared import SharedStore
from gateway.keys.signing_key import ALGORITHMS, Algorithm
from gateway.keys.store import KeyStore, keyring_of
from gateway.keys.stored_key import StoredKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the keys are, and how they follow each other."""

    store: KeyStore | SecretStore
    algorithm: Algorithm
    rotation: Rotation | None
    """None where whoever writes the directory says so."""
    period_known: bool
    """Whether the rotation's `every_s` is what whoever rotates holds to."""

    def blaming(self) -> AbstractContextManager[None]:
        """Tell of a store that cannot be used as `blaming` does, at what names this one."""
        return blaming(None) if isinstance(self.store, SecretStore) else blaming()

    def keyring(self, keys: tuple[StoredKey, ...]) -> Keyring:
        """Make the keyring that a gateway would have of these keys. Raises: KeyStoreError."""
        store = self.store
        if isinstance(store, SecretStore):
            store = SharedStore(path=store.path)
        return keyring_of(store, keys, algorithm=self.algorithm)

    def next_step(self, stored: StoredKey, keys: tuple[StoredKey, ...]) -> tuple[Step, int] | None:
        """Say what happens to a key next, and not before when; None where nobody here can know."""
        step = None if self.rotation is None else next_step(stored, keys, self.rotation)
        if step and step[0] is Step.SUCCESSOR and not self.period_known:
            return None
        return step


def add(parser: ArgumentParser, *, every: bool) -> None:
    """Add `-c FILE` or `--secret NAME`, and what belongs to the second."""
    which = parser.add_mutually_exclusive_group(required=True)
    add_config(which, required=False)
    which.add_argument("--secret", metavar="[NAMESPACE/]NAME", help="the Kubernetes Secret with the keys")
    of_it = parser.add_argument_group("with --secret")
    of_it.add_argument("--algorithm", choices=ALGORITHMS, help="downstream.algorithm of its gateways (ES256)")
    if every:
        of_it.add_argument("--every", metavar="DURATION", help=f"how long a key signs, {_SHORTEST} or more")
    add_api_server(of_it)


def find(arguments: Namespace) -> Place:
    """Give the place that is named. Raises: ConfigError; ValueError that says what to write."""
    if arguments.secret is not None:
        return _in_secret(arguments)
    alone = [name for name in _OF_SECRET if getattr(arguments, name, None) is not None]
    if alone:
        raise ValueError(f"--{alone[0].replace('_', '-')} goes with --secret")
    world = load_world(arguments.config)
    return Place(
        store=store_of(world),
        algorithm=world.signing_algorithm,
        rotation=rotation_of(world),
        period_known=True,
    )


# --- private ---

_OF_SECRET: Final = ("algorithm", "every", "server", "token_file", "ca_file")
_SHORTEST_S: Final = MIN_ROTATE_EVERY_S + 2 * MOUNTED_WITHIN_S
_SHORTEST: Final = f"{_SHORTEST_S // 60}m"


def _in_secret(arguments: Namespace) -> Place:
    store = secret_store(
        arguments.secret,
        server=arguments.server,
        token_file=arguments.token_file,
        ca_file=arguments.ca_file,
    )
    algorithm: Algorithm = arguments.algorithm or "ES256"
    every = getattr(arguments, "every", None)
    rotation = Rotation(algorithm=algorithm, every_s=_every_s(every), mounted_s=MOUNTED_WITHIN_S)
    return Place(store=store, algorithm=algorithm, rotation=rotation, period_known=every is not None)


def _every_s(every: str | None) -> int:
    """Without a period the next step is due as soon as it is safe: who calls us says when."""
    if every is None:
        return _SHORTEST_S
    if re.fullmatch(DURATION_PATTERN, every) is None or seconds(every) < _SHORTEST_S:
        raise ValueError(f"--every is a duration of {_SHORTEST} or more, such as 7d")
    return seconds(every)
