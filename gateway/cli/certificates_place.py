"""Where are the certificates that a command is about, and what are they to be for?"""

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gateway.app.keys_secret import secret_of
from gateway.certificates.in_directory import InDirectory
from gateway.certificates.in_secrets import InSecrets
from gateway.certificates.renewal import DAY_S, Kept, Renewal
from gateway.cli.output import add_api_server
from gateway.keys.failure import KeyStoreError

Place = InSecrets | InDirectory


def add(parser: ArgumentParser) -> None:
    """Add `--directory DIR` or `--secret NAME`, and what belongs to the second."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--directory", type=Path, metavar="DIR", help="in DIR/tls and DIR/ca")
    which.add_argument(
        "--secret", metavar="[NAMESPACE/]NAME", help="in the Kubernetes Secrets NAME and NAME-ca"
    )
    add_api_server(parser.add_argument_group("with --secret"))


def add_wishes(parser: ArgumentParser, *, required: bool) -> None:
    """Add what a certificate is to be for."""
    parser.add_argument(
        "--name",
        action="append",
        metavar="DNSNAME",
        required=required,
        help="by which proxies ask the gateway; as often as there are names",
    )
    parser.add_argument("--days", type=int, default=90, help="how long a certificate lives (%(default)s)")


def find(arguments: Namespace) -> Place:
    """Give the place that is named. Raises: ValueError that says what to write."""
    server, token_file, ca_file = arguments.server, arguments.token_file, arguments.ca_file
    if arguments.secret is not None:
        name, secrets = secret_of(arguments.secret, server=server, token_file=token_file, ca_file=ca_file)
        return InSecrets(name=name, secrets=secrets)
    if server or token_file or ca_file:
        raise ValueError("--server, --token-file and --ca-file go with --secret")
    return InDirectory(path=arguments.directory)


def wished(names: Sequence[str], days: int) -> Renewal:
    """Give what a certificate for these names is. Raises: ValueError that says what to write."""
    if days not in _DAYS:
        raise ValueError(f"--days is from {_DAYS.start} to {_DAYS.stop - 1}")
    for name in names:
        if len(name) > _LONGEST_NAME or _NAME.fullmatch(name) is None or name.rpartition(".")[2].isdigit():
            raise ValueError("--name is a DNS name in lower case, such as gateway.security.svc; no address")
    return Renewal(names=tuple(sorted(set(names))), life_s=days * DAY_S)


def check(kept: Kept, place: Place) -> None:
    """Raises: KeyStoreError where there is nothing yet."""
    if kept.authorities:
        return
    where = f"--directory {place.path}" if isinstance(place, InDirectory) else f"--secret {place.said}"
    fix = f"gateway certificates init {where} --name DNSNAME"
    raise KeyStoreError(path=place.path, what="holds no authority and no certificate yet", fix=fix)


# --- private ---

_NAME: Final = re.compile(
    r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*", re.ASCII
)
_LONGEST_NAME: Final = 253
_DAYS: Final = range(1, 366)
