"""`gateway certificates`: keep the certificate that the gateway's own listeners show, and who vouches for it.

For the way between proxy and gateway: an authority of your own, for these few names alone, and a certificate
that it has signed. With `--secret NAME` they are in two Kubernetes Secrets, NAME and NAME-ca: every replica
mounts the first, none the second, which has the authority's key. Running gateways take up a new certificate
by themselves.
"""

from argparse import Namespace
from typing import Any

from gateway.app.keys_store import blaming
from gateway.app.parts import CLOCK
from gateway.certificates.authority import names_of, permitted
from gateway.certificates.renewal import AUTHORITY_WAITS_S, SUCCESSOR_BEFORE_S, Kept, renewed_at, signing
from gateway.cli import certificates_change, certificates_place
from gateway.cli.output import EX_OK, Commands, add_json, complain, print_json
from gateway.keys.manifest import render_time


def add(commands: Commands) -> None:
    """Declare the command and its actions."""
    parser = commands.add_parser(
        "certificates", help="the certificate of the gateway's own listeners", description=__doc__
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, what, action in (
        ("show", "show which there are, and what comes next", run),
        ("init", "make the authority and the first certificate", certificates_change.init),
        ("renew", "take the step that is due", certificates_change.renew),
    ):
        one = actions.add_parser(name, help=what, description=action.__doc__)
        certificates_place.add(one)
        add_json(one)
        one.set_defaults(run=action)
        if name != "show":
            certificates_place.add_wishes(one, required=name == "init")
        if name == "renew":
            one.add_argument("--now", action="store_true", help="a new authority at once, for an emergency")


def run(arguments: Namespace) -> int:
    """Print authorities and certificate: names, until when, what comes next and when. Makes nothing."""
    try:
        place = certificates_place.find(arguments)
    except ValueError as usage:
        return complain(str(usage))
    with blaming(None):
        kept = place.read()
        certificates_place.check(kept, place)
    rows, shown = _authorities(kept, int(CLOCK())), _certificate(kept)
    if arguments.json:
        print_json({"authorities": rows, "certificate": shown})
        return EX_OK
    for row in rows:
        print(_line(row))
    if shown is None:
        print("no certificate: `gateway certificates renew --name NAME` makes one")
    else:
        print(f"certificate for {' '.join(shown['names'])}")
        print(f"  until {shown['until']}; is renewed from {shown['renewed_from']}")
    return EX_OK


# --- private ---


def _authorities(kept: Kept, now: int) -> list[dict[str, Any]]:
    signs = signing(kept.authorities, now)
    rows = []
    for one in kept.authorities:
        seen = one.published
        rows.append(
            {
                "id": one.id,
                "names": list(permitted(one.certificate)),
                "until": render_time(one.ends),
                "published": None if seen is None else render_time(seen),
                "signs": one is signs,
                "signs_from": None if one is signs or seen is None else render_time(seen + AUTHORITY_WAITS_S),
                "successor_from": render_time(one.ends - SUCCESSOR_BEFORE_S),
            }
        )
    return rows


def _certificate(kept: Kept) -> dict[str, Any] | None:
    served = kept.served
    if served is None:
        return None
    return {
        "names": list(names_of(served.certificate)),
        "until": render_time(served.ends),
        "renewed_from": render_time(renewed_at(served)),
    }


def _line(row: dict[str, Any]) -> str:
    begins = f"authority {row['id']}  until {row['until']}"
    if row["signs"]:
        return f"{begins}  signs; gets a successor from {row['successor_from']}"
    return f"{begins}  is believed" + (f"; signs from {row['signs_from']}" if row["signs_from"] else "")
