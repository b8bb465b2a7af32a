"""`gateway audit rules`: what is looked for, why it matters, and what is right instead.

The changes that `gateway audit diff` tells are explained too (DIF-001 ...), but not listed: no single
configuration shows one.
"""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from gateway.audit.changes import CHANGES
from gateway.audit.example import Which, examples
from gateway.audit.reports.plain import sentence
from gateway.audit.rule import Rule
from gateway.audit.rules import RULES
from gateway.cli.output import EX_OK, Commands, add_json, complain, print_json
from gateway.config.problem import show


def add(commands: Commands) -> None:
    """Declare the command."""
    parser = commands.add_parser("audit rules", help="tell what the audit looks for", description=__doc__)
    parser.add_argument("id", nargs="?", metavar="ID", help="explain this one, such as IGN-001")
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: Namespace) -> int:
    """List the rules, or explain one."""
    named = None if arguments.id is None else arguments.id.upper()
    known = RULES if named is None else (*RULES, *CHANGES)
    chosen = [one for one in known if named in {None, one.id}]
    if not chosen:
        return complain(f"{show(arguments.id)} is no rule; `gateway audit rules` lists them")
    if arguments.json:
        members = [_as_members(one) for one in chosen]
        print_json(members[0] if named else members)
    elif named:
        print("\n".join(_explained(chosen[0])))
    else:
        print("\n".join(f"{one.id:8} {one.severity.value:8} {one.title}" for one in chosen))
    return EX_OK


# --- private ---


def _explained(rule: Rule) -> Iterator[str]:
    yield f"{rule.id} {rule.title}"
    yield f"severity: {rule.severity.value}"
    yield f"why: {sentence(rule.why)}"
    yield f"fix: {sentence(rule.fix)}"
    yield from (f"see: {one}" for one in rule.references)
    for which, title in _TITLES.items():
        for one in examples(rule.id, which):
            yield f"\n{title} ({one.name}):\n"
            yield from (f"    {line}".rstrip() for line in one.text.splitlines())


_TITLES: dict[Which, str] = {"unsound": "objected to", "sound": "right"}


def _as_members(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": rule.title,
        "severity": rule.severity.value,
        "why": rule.why,
        "fix": rule.fix,
        "references": list(rule.references),
        "examples": {which: [one._asdict() for one in examples(rule.id, which)] for which in _TITLES},
    }
