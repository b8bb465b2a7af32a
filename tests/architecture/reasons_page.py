"""docs/reasons.md, made from the table: `python -m tests.architecture.reasons_page > docs/reasons.md`."""

from gateway.core.reason import ROWS, Outcome, Reason, Step
from gateway.dialects import nginx
from gateway.dialects.answers import STATUSES
from tests.conformance.scenario import PERMIT, PREFLIGHT
from tests.conformance.scenarios import SCENARIOS

_CLASSES = {
    Outcome.MALFORMED: "the request is malformed or ambiguous: `invalid_request`",
    Outcome.MISSING: "no credential was presented: a challenge without error code",
    Outcome.TOKEN: "the token is refused: `invalid_token`, the same words whatever the reason",
    Outcome.SCOPE: "the token lacks a scope: `insufficient_scope`, with the scope",
    Outcome.FORBIDDEN: "not allowed, whatever the token",
    Outcome.OUTAGE: "something the gateway depends on is down: Retry-After",
    Outcome.BUG: "a defect of the gateway: opaque",
}


def page() -> str:
    """The whole page."""
    return "\n".join([*_introduction(), *_classes(), *(line for step in Step for line in _step(step))])


# --- private ---


def _introduction() -> list[str]:
    return [
        "# Why was a request not allowed?",
        "",
        "Every refusal has one reason. It is the `event.reason` of the decision record and the label of",
        "the metric; the client learns only its class. This page is made from `gateway/core/reason.py` by",
        "`python -m tests.architecture.reasons_page > docs/reasons.md`; do not edit it.",
        "",
    ]


def _classes() -> list[str]:
    head = ["## Classes", "", "| class | status | nginx | what the client is told |", "|---|---|---|---|"]
    rows = [f"| {one.value} | {STATUSES[one]} | {nginx.STATUSES[one]} | {_CLASSES[one]} |" for one in Outcome]
    return [*head, *rows, ""]


def _step(step: Step) -> list[str]:
    head = [f"## {step.value}", "", "| reason | class | meaning | for example |", "|---|---|---|---|"]
    rows = [
        f"| `{reason.value}` | {row.outcome.value} | {row.meaning} | {_example(reason)} |"
        for reason, row in ROWS.items()
        if row.step is step
    ]
    return [*head, *rows, ""]


def _example(reason: Reason) -> str:
    names = [
        one.name for one in SCENARIOS if one.expected not in {PERMIT, PREFLIGHT} and one.expected is reason
    ]
    return "; ".join(names)


if __name__ == "__main__":
    print(page(), end="")
