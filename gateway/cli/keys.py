"""`gateway keys list`: which keys sign, and which are published?"""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, assert_never

from gateway.app.custody import open_keyring
from gateway.cli.output import EX_OK, Commands, add_config, add_json, print_json
from gateway.config.compile import load_world
from gateway.config.world import DirectoryKeys, MemoryKeys, SharedKeys, World
from gateway.keys.manifest import FILE_NAME


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("keys", help="the gateway's own signing keys", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list the keys of the store", description=run.__doc__)
    add_config(listing)
    add_json(listing)
    listing.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print every key: id, algorithm, state, whether it signs. Never key material; makes no key."""
    world = load_world(arguments.config)
    why_none = _why_none(world)
    rows = [] if why_none else _rows(world)
    if arguments.json:
        print_json({"keys": rows, "note": why_none})
        return EX_OK
    if why_none:
        print(why_none)
    for row in rows:
        signs = "signs" if row["signs"] else "published"
        print(f"{row['kid']}  {row['algorithm']}  {row['state']:8}  {row['created_at']}  {signs}")
    return EX_OK


# --- private ---

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"


def _why_none(world: World) -> str | None:
    """Say where there is nothing to list: opening such a store would make a key, which nobody asked for."""
    match world.key_store:
        case MemoryKeys():
            return "no keys here: this store is in the memory of `gateway serve`"
        case DirectoryKeys(path=path) if not (Path(path) / FILE_NAME).exists():
            return "no keys yet: the first start of `gateway serve` makes one"
        case DirectoryKeys() | SharedKeys():
            return None
        case _:
            assert_never(world.key_store)


def _rows(world: World) -> list[dict[str, Any]]:
    keyring = open_keyring(world)
    signer = keyring.signer()
    return [
        {
            "kid": key.kid,
            "algorithm": key.algorithm,
            "state": key.state.value,
            "created_at": datetime.fromtimestamp(key.created_at, UTC).strftime(_TIME),
            "signs": signer is not None and key.kid == signer.kid,
        }
        for key in keyring.public_keys()
    ]
