"""`gateway certificates init | renew`: what changes, and what proxies will see of it."""

from argparse import Namespace
from typing import Any

from gateway.app.keys_store import blaming
from gateway.app.parts import CLOCK
from gateway.certificates.authority import names_of
from gateway.certificates.renewal import Kept, Renewal, Revise, renewed_at, signing, signs_from
from gateway.cli import certificates_place
from gateway.cli.certificates_place import Place
from gateway.cli.output import EX_OK, complain, print_json
from gateway.keys.manifest import render_time


def init(arguments: Namespace) -> int:
    """Make an authority for these names, and a certificate; where there are both, this is `renew`.

    Secrets are made where they are missing, and filled where they are empty. What is there and is not of
    this command's making is left alone, and said.
    """
    try:
        place = certificates_place.find(arguments)
        wished = certificates_place.wished(arguments.name, arguments.days)
    except ValueError as usage:
        return complain(str(usage))
    now = int(CLOCK())
    return _change(arguments, place, wished.names, lambda kept: wished.begin(kept, now=now))


def renew(arguments: Namespace) -> int:
    """Take the step that is due, whichever that is; to be run again and again.

    The certificate is renewed when a third of its life is left. Two years before its end an authority gets a
    successor, which is in ca.crt for a year before it signs. Without --name it stays for the names that it is
    for. With --now a new authority signs at once: for one whose key has leaked. Then proxies that verify
    refuse the gateway until they have the new ca.crt.
    """
    try:
        place = certificates_place.find(arguments)
        with blaming(None):
            wished = _wished(arguments, place)
    except ValueError as usage:
        return complain(str(usage))
    now = int(CLOCK())
    made = wished.make(now=now) if arguments.now else None

    def revise(kept: Kept) -> Kept:
        certificates_place.check(kept, place)
        return wished.advance(kept, now=now) if made is None else wished.replaced(kept, made, now=now)

    return _change(arguments, place, wished.names, revise)


# --- private ---


def _wished(arguments: Namespace, place: Place) -> Renewal:
    names = arguments.name
    if names is None:
        kept = place.read()
        certificates_place.check(kept, place)
        if kept.served is None:
            raise ValueError("there is no certificate to renew: say what it is to be for, with --name")
        names = names_of(kept.served.certificate)
    return certificates_place.wished(names, arguments.days)


def _change(arguments: Namespace, place: Place, names: tuple[str, ...], revise: Revise) -> int:
    found: list[Kept] = []

    def noting(kept: Kept) -> Kept:
        found.append(kept)
        return revise(kept)

    with blaming(None):
        after = place.change(noting)
    members, lines = _told(found[0], after, names, int(CLOCK()))
    if arguments.json:
        print_json(members)
    else:
        print("\n".join(lines))
    return EX_OK


def _told(before: Kept, after: Kept, names: tuple[str, ...], now: int) -> tuple[dict[str, Any], list[str]]:
    """Say which steps were taken, and which come next."""
    known, left = {one.id for one in before.authorities}, {one.id: one for one in after.authorities}
    signs = signing(after.authorities, now)
    made, removed = sorted(left.keys() - known), sorted(known - left.keys())
    lines = [f"authority {one} is made" + _waits(after, one, now) for one in made]
    lines += [f"authority {one} is gone" for one in removed]
    served = after.served
    issued = served is not None and (before.served is None or before.served.certificate != served.certificate)
    if issued:
        lines.append("a certificate is made; gateways that have it mounted take it up within minutes")
    members: dict[str, Any] = {"made": made, "removed": removed, "issued": issued}
    members |= {"signs": None if signs is None else signs.id}
    lines = lines or ["nothing is due"]
    if served is not None:
        renewed, until = render_time(renewed_at(served)), render_time(served.ends)
        lines.append(f"it is good until {until}, and is renewed from {renewed}")
        lacking = sorted(set(names) - set(names_of(served.certificate)))
        members |= {"until": until, "renewed_from": renewed, "lacking": lacking}
        if lacking:
            lines.append(
                f"not yet for {' '.join(lacking)}: the authority is for other names, its successor waits; "
                "--now has it sign at once"
            )
    return members, lines


def _waits(after: Kept, own: str, now: int) -> str:
    """What one that has been made does next."""
    if len(after.authorities) == 1:
        return ", and signs: proxies that verify need this ca.crt"
    (one,) = (each for each in after.authorities if each.id == own)
    begins = signs_from(one) or now
    return f", and signs from {render_time(begins)}: give proxies the new ca.crt before"
