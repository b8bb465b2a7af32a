"""`gateway init`: a configuration for the Ingress that is there already.

Reads Ingresses, HTTPRoutes and IngressRoutes, and writes a policy for the hosts and paths that it finds, the
snippet for their controller, and values for the Helm chart. A guess never opens more than the Ingress does,
and each is marked. What no policy can say exactly is left out, and said.
"""

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from gateway.cli.output import (
    EX_FINDINGS,
    EX_OK,
    Commands,
    add_json,
    as_members,
    complain,
    counted,
    print_json,
    standard_input,
)
from gateway.config.problem import ConfigError, Problem
from gateway.dialects.snippets import SNIPPETS, Settings
from gateway.draft.begin import Draft, check_answers, draft, guesses, write
from gateway.draft.drafting import KINDS
from gateway.draft.folder import FolderInUse, check_folder
from gateway.draft.manifests import MAX_BYTES
from gateway.draft.written import PRESETS, Answers

FOLDER: Final = "token-gateway"


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "init", help="write a configuration for an Ingress that is there", description=__doc__
    )
    parser.add_argument(
        "--ingress", required=True, metavar="FILE", help="manifests, as of kubectl get -o yaml; - for stdin"
    )
    parser.add_argument("--issuer", metavar="URL", help="who issues the tokens; asked for on a terminal")
    parser.add_argument("--preset", choices=PRESETS, help="what its tokens look like (docs/presets.md)")
    parser.add_argument(
        "--audience",
        metavar="AUD",
        action="append",
        default=[],
        help="the `aud` of its tokens",
    )
    parser.add_argument(
        "--peers", metavar="CIDR", action="append", default=[], help="addresses of the proxies that may ask"
    )
    parser.add_argument("--host", metavar="NAME", help="the host of rules that name none")
    parser.add_argument("--controller", choices=sorted(SNIPPETS), help="whose snippet to write")
    parser.add_argument("--gateway", default=Settings().gateway, help="http://HOST:PORT of the gateway")
    parser.add_argument(
        "--output", type=Path, default=Path(FOLDER), metavar="DIR", help=f"a new folder (default {FOLDER}/)"
    )
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """Write the folder; exit 1 where something was left out, 2 where nothing could be used."""
    try:
        check_folder(arguments.output, force=arguments.force)
        made = _draft(arguments)
        if not made.policies:
            return _nothing(made)
        answers = _answers(arguments)
        check_answers(answers)
        names = write(made, answers, Settings(gateway=arguments.gateway), arguments.output)
    except (FolderInUse, ValueError) as error:
        return complain(str(error))
    except ConfigError as error:
        return complain("\n".join(_said(one, arguments) for one in error.problems))
    if arguments.json:
        print_json(_as_members(made, names, arguments.output))
    else:
        print("\n".join(_lines(made, answers, names, arguments.output)))
    return EX_FINDINGS if made.left_out else EX_OK


# --- private ---


def _draft(arguments: Namespace) -> Draft:
    """Raises: ConfigError, ValueError."""
    content, source = _read(arguments.ingress)
    made = draft(content, source, host=arguments.host, controller=arguments.controller)
    if not made.policies and made.lacks_host and _can_ask(arguments):
        host = _ask("Its rules name no host. Which one do clients call, such as api.example.com?")
        made = draft(content, source, host=host, controller=arguments.controller)
    return made


def _answers(arguments: Namespace) -> Answers:
    """Raises: ValueError where nobody is there to ask."""
    issuer = arguments.issuer
    if issuer is None and _can_ask(arguments):
        issuer = _ask("Who issues the tokens that clients send? Its URL, such as https://idp.example.com:")
    if issuer is None:
        raise ValueError("say with --issuer URL who issues the tokens that clients send")
    return Answers(
        issuer=issuer,
        preset=arguments.preset,
        audiences=tuple(arguments.audience),
        peers=tuple(arguments.peers),
    )


def _read(name: str) -> tuple[bytes, str]:
    """Read at most a little more than is allowed. Raises: ValueError."""
    if name == "-":
        return standard_input().read(MAX_BYTES + 1), "stdin"
    try:
        with Path(name).open("rb") as stream:
            return stream.read(MAX_BYTES + 1), name
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {(error.strerror or 'error').lower()}") from None


def _can_ask(arguments: Namespace) -> bool:
    return arguments.ingress != "-" and sys.stdin.isatty()


def _ask(question: str) -> str:
    print(question, end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _said(problem: Problem, arguments: Namespace) -> str:
    """With its place where that is in what was read; the draft itself was never there."""
    if problem.file in {arguments.ingress, "stdin"}:
        return str(problem)
    return f"{problem.path}: {problem.what}. Fix: {problem.fix}."


def _nothing(made: Draft) -> int:
    for one in (*made.left_out, *made.remarks):
        print(one, file=sys.stderr)
    return complain(f"{made.source} has nothing that could be used; nothing was written. It reads {KINDS}.")


def _lines(made: Draft, answers: Answers, names: tuple[str, ...], folder: Path) -> Iterator[str]:
    for policy in made.policies:
        yield f"policy {policy.id}: {', '.join(policy.hosts)}"
        for route in policy.routes:
            yield f"  {route.id}: {' '.join(route.methods)}"
            for rule, path in zip(route.sources, route.paths, strict=True):
                yield f"         {path}  <- {made.source}:{rule.place.line} {rule.place.name}"
    if made.left_out:
        yield "\nleft out, so that the gateway refuses it:"
        yield from (f"  {one}" for one in made.left_out)
    if made.remarks:
        yield "\nto look at:"
        yield from (f"  {one}" for one in made.remarks)
    marks = counted(guesses(made.policies, answers), "mark")
    yield f"\nwrote {counted(len(names), 'file')} with {marks} GUESS:"
    yield from (f"  {folder / name}" for name in names)
    yield "\nnext: read what is marked GUESS, then"
    yield '  export CALLER_SECRET="$(openssl rand -hex 32)"'
    yield f"  gateway check -c {folder / 'gateway.yaml'}"
    yield f"and apply what is in {folder / 'snippets'}; docs/quickstart.md goes on from here"


def _as_members(made: Draft, names: tuple[str, ...], folder: Path) -> dict[str, Any]:
    return {
        "written": [str(folder / name) for name in names],
        "policies": {
            policy.id: {
                "hosts": list(policy.hosts),
                "routes": {
                    route.id: {"methods": list(route.methods), "paths": list(route.paths)}
                    for route in policy.routes
                },
                "targets": list(policy.targets),
            }
            for policy in made.policies
        },
        "left_out": [as_members(one) for one in made.left_out],
        "remarks": [as_members(one) for one in made.remarks],
    }
