"""`gateway keys`: list the gateway's own signing keys, make the first, rotate them, take one away.

Running gateways look at the same store, and notice by themselves within seconds. With `--secret` the keys
are in a Kubernetes Secret that every replica mounts (`store: shared`): `gateway keys rotate` rotates them.
"""

from argparse import Namespace
from typing import Any, assert_never

from gateway.app.parts import CLOCK
from gateway.cli import keys_change, keys_place
from gateway.cli.keys_place import Place
from gateway.cli.output import EX_OK, Commands, add_json, complain, print_json
from gateway.keys.directory import DirectoryStore
from gateway.keys.manifest import render_time
from gateway.keys.memory import MemoryStore
from gateway.keys.rotation import began
from gateway.keys.secret import SecretStore
from gateway.keys.shared import SharedStore
from gateway.keys.stored_key import StoredKey


def add(commands: Commands) -> None:
    """Declare the command and its actions."""
    parser = commands.add_parser("keys", help="the gateway's own signing keys", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, what, action in (
        ("list", "list the keys of the store", run),
        ("init", "make the first key", keys_change.init),
        ("rotate", "publish a successor, which signs when every backend has it", keys_change.rotate),
        ("revoke", "take a key out of the JWK Set at once", keys_change.revoke),
    ):
        one = actions.add_parser(name, help=what, description=action.__doc__)
        keys_place.add(one, every=name in {"list", "rotate"})
        add_json(one)
        one.set_defaults(run=action)
        if name == "rotate":
            one.add_argument("--now", action="store_true", help="let it sign at once, for an emergency")
        if name == "revoke":
            one.add_argument("kid", metavar="KID", help="the key's id; `-- KID` if it begins with -")


def run(arguments: Namespace) -> int:
    """Print every key: id, algorithm, state, which signs, what comes next and when. Makes no key."""
    try:
        place = keys_place.find(arguments)
    except ValueError as usage:
        return complain(str(usage))
    found = _keys(place)
    note, rows = (found, []) if isinstance(found, str) else (None, _rows(place, found))
    if arguments.json:
        print_json({"keys": rows, "note": note})
        return EX_OK
    if note is not None:
        print(note)
    taker = "at the next rotation" if isinstance(place.store, SecretStore) else "as soon as a gateway looks"
    for row in rows:
        print(_line(row, now=render_time(int(CLOCK())), overdue=taker))
    return EX_OK


# --- private ---


def _keys(place: Place) -> tuple[StoredKey, ...] | str:
    """The keys, or why there are none: opening such a store would make one, which nobody asked for."""
    store = place.store
    match store:
        case MemoryStore():
            return "no keys here: this store is in the memory of `gateway serve`"
        case DirectoryStore() if not store.exists():
            return "no keys yet: the first start of `gateway serve` makes one, or `gateway keys init`"
        case DirectoryStore() | SharedStore() | SecretStore():
            with place.blaming():
                return store.read()
        case _:
            assert_never(store)


def _rows(place: Place, keys: tuple[StoredKey, ...]) -> list[dict[str, Any]]:
    with place.blaming():
        signer = place.keyring(keys).signer()
    rows = []
    for stored in sorted(keys, key=lambda one: one.key.kid):
        step = place.next_step(stored, keys)
        rows.append(
            {
                "kid": stored.key.kid,
                "algorithm": stored.key.algorithm,
                "state": stored.state.value,
                "created_at": render_time(stored.created_at),
                "since": render_time(began(stored)),
                "signs": signer is not None and stored.key.kid == signer.kid,
                "next": {"step": step[0].value, "at": render_time(step[1])} if step else None,
            }
        )
    return rows


def _line(row: dict[str, Any], *, now: str, overdue: str) -> str:
    signs = "signs" if row["signs"] else "published"
    line = f"{row['kid']}  {row['algorithm']}  {row['state']:8}  since {row['since']}  {signs}"
    if row["next"] is None:
        return line
    # Texts of one form: their order is that of the moments.
    when = row["next"]["at"] if row["next"]["at"] > now else overdue
    return f"{line}; {row['next']['step']} {when}"
