"""docs/audit-rules.md, made from the rules: `python -m tests.audit.rules_page > docs/audit-rules.md`."""

from collections.abc import Iterator

from gateway.audit.admission.policies import POLICIES
from gateway.audit.example import Which, examples
from gateway.audit.reports.plain import sentence
from gateway.audit.rule import Rule
from gateway.audit.rules import RULES


def page() -> str:
    """The whole page."""
    families = dict.fromkeys(one.id.partition("-")[0] for one in RULES)
    return "\n".join([*_introduction(), *(line for family in families for line in _family(family))])


# --- private ---


def _introduction() -> list[str]:
    return [
        "# What does the audit look for?",
        "",
        "Every rule of `gateway audit` ([audit.md](audit.md)). `gateway audit rules ID` tells the same, with",
        "both examples. This page is made from `gateway/audit/rules/` by",
        "`python -m tests.audit.rules_page > docs/audit-rules.md`; do not edit it.",
        "",
    ]


def _family(family: str) -> Iterator[str]:
    rules = [one for one in RULES if one.id.partition("-")[0] == family]
    yield f"## {family}"
    yield ""
    yield "| rule | severity | what is wrong |"
    yield "|---|---|---|"
    for rule in rules:
        yield f"| [{rule.id}](#{rule.id.lower()}) | {rule.severity.value} | {_cell(rule.title)} |"
    yield ""
    for rule in rules:
        yield from _rule(rule)


def _rule(rule: Rule) -> Iterator[str]:
    yield f"### {rule.id}"
    yield ""
    yield f"**{_cell(rule.title)}** ({rule.severity.value}). {_cell(sentence(rule.why))}"
    yield ""
    yield f"Fix: {_cell(sentence(rule.fix))}"
    yield ""
    links = [*_shown(rule, "unsound", "objected to"), *_shown(rule, "sound", "right")]
    if rule.id in POLICIES:
        links.append(f"[admission policy](../gateway/audit/admission/{rule.id}.yaml)")
    links += map(_reference, rule.references)
    yield " · ".join(links)
    yield ""


def _shown(rule: Rule, which: Which, words: str) -> list[str]:
    return [f"[{words}](../gateway/audit/examples/{rule.id}/{one.name})" for one in examples(rule.id, which)]


def _reference(reference: str) -> str:
    if reference.startswith("CVE-"):
        return f"[{reference}](https://www.cve.org/CVERecord?id={reference})"
    return f"<{reference}>" if reference.startswith("https://") else reference


def _cell(text: str) -> str:
    """Outside of code a `<` would begin a tag, and a `|` end a cell."""
    parts = text.replace("|", "\\|").split("`")
    return "`".join(one.replace("<", "&lt;") if n % 2 == 0 else one for n, one in enumerate(parts))


if __name__ == "__main__":
    print(page(), end="")
