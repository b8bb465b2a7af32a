"""`gateway leaks fingerprint`: the names under which decision records speak of tokens on stdin.

And whose they are, by the configuration, and whether they still count. Exit 1 where one may still be used.
"""

from argparse import Namespace
from typing import Any, Final, assert_never

from gateway.app.parts import CLOCK
from gateway.cli.leaks_tokens import Found, is_fingerprint, lacking, read_tokens, recognised
from gateway.cli.output import EX_FINDINGS, EX_OK, Commands, add_config, add_json, complain, print_json
from gateway.config.compile import load_world
from gateway.leaks.deny_entry import moment
from gateway.leaks.recognise import Life, Recognised, Signature, Whose


def add(actions: Commands) -> None:
    """Declare the action."""
    parser = actions.add_parser(
        "fingerprint", help="name tokens as decision records do; tokens on stdin", description=__doc__
    )
    add_config(parser)
    add_json(parser)
    parser.add_argument(
        "--matches",
        metavar="TFP1_...",
        help="only say whether one of the tokens has this fingerprint: exit 0, else 1",
    )
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Print a line a token: fingerprint, whose it is, what is known of its life."""
    wanted = arguments.matches
    if wanted is not None and not is_fingerprint(wanted):
        return complain("--matches is a fingerprint: tfp1_ and 16 characters")
    world = load_world(arguments.config)
    if world.audit.fingerprint_key is None:
        raise lacking(
            arguments,
            "audit.fingerprint_key",
            "is not set: each start of the gateway has fingerprints of its own, and none can be found again",
            "make a key with `openssl rand -hex 32`, and name it as env:NAME or file:PATH",
        )
    try:
        tokens = read_tokens()
    except ValueError as usage:
        return complain(str(usage))
    found = recognised(tokens, world, now=CLOCK())
    if wanted is not None:
        return _matches(found, wanted, as_json=arguments.json)
    if arguments.json:
        print_json({"tokens": [_members(one) for one in found]})
    else:
        for one in found:
            print(f"{one.fingerprint}  {describe(one.about)}")
    return EX_FINDINGS if any(one.about.may_be_used for one in found) else EX_OK


def describe(about: Recognised) -> str:
    """Say in words what is known of a token. Never a claim but its times."""
    if about.whose is Whose.OPAQUE:
        why = about.reason.value if about.reason else ""
        return f"no JWT that the gateway reads ({why}): whether it still counts, its issuer knows"
    parts = [_WHOSE[about.whose].format(about.issuer_id), _SIGNATURES[about.signature], _life(about)]
    return ", ".join((*parts, *(["on the deny list"] if about.revoked else [])))


# --- private ---

_WHOSE: Final = {
    Whose.ISSUER: "of issuer {}",
    Whose.OURS: "ours, made for a backend",
    Whose.STRANGER: "of an issuer that the configuration does not name",
    Whose.OPAQUE: "",
}
_SIGNATURES: Final = {
    Signature.GOOD: "signature good",
    Signature.BAD: "signature bad: nobody takes it",
    Signature.UNCHECKED: "signature not checked (no key at hand)",
}
_NO_YEAR: Final = "a time outside the years 1 to 9999"


def _life(about: Recognised) -> str:
    ends, starts = _said(about.expires_at), _said(about.not_before)
    match about.life:
        case Life.LIVE:
            return f"live until {ends}"
        case Life.NOT_YET:
            return f"not yet live: from {starts} until {ends}"
        case Life.EXPIRED:
            return f"dead since {ends}"
        case Life.UNKNOWN:
            return "it does not say until when"
        case _:
            assert_never(about.life)


def _said(seconds: int | None) -> str:
    return moment(seconds) or ("a time that it does not say" if seconds is None else _NO_YEAR)


def _members(one: Found) -> dict[str, Any]:
    about = one.about
    return {
        "fingerprint": one.fingerprint,
        "whose": about.whose.value,
        "issuer": about.issuer_id,
        "signature": about.signature.value,
        "life": about.life.value,
        "not_before": moment(about.not_before),
        "expires_at": moment(about.expires_at),
        "revoked": about.revoked,
        "may_be_used": about.may_be_used,
        "reason": about.reason.value if about.reason else None,
    }


def _matches(found: list[Found], wanted: str, *, as_json: bool) -> int:
    which = [number for number, one in enumerate(found, start=1) if one.fingerprint == wanted]
    if as_json:
        print_json({"matches": which})
    elif which:
        print(f"{wanted} is token {', '.join(map(str, which))} of standard input")
    else:
        print(f"none of {len(found)} on standard input is {wanted}")
    return EX_OK if which else EX_FINDINGS
