"""`gateway keys list`: which keys sign, and which are published?"""

from argparse import Namespace

from gateway.app import open_keyring
from gateway.cli.output import EX_OK, Commands, add_config, add_json, print_json
from gateway.config.compile import load_world


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("keys", help="the gateway's own signing keys", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list the keys of the store")
    add_config(listing)
    add_json(listing)
    listing.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print every key: kid, algorithm, whether it signs. Never key material."""
    keyring = open_keyring(load_world(arguments.config))
    signer = keyring.signer()
    rows = [
        {"kid": key.kid, "algorithm": key.algorithm, "signs": signer is not None and key.kid == signer.kid}
        for key in keyring.public_keys()
    ]
    if arguments.json:
        print_json({"keys": rows})
        return EX_OK
    for row in rows:
        print(f"{row['kid']}  {row['algorithm']}  {'signs' if row['signs'] else 'published'}")
    return EX_OK
