"""What is to be applied so that an API server refuses what a rule objects to?

One file a rule: a ValidatingAdmissionPolicy and its binding, in CEL, without a webhook to run.
https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/

Nothing is excepted by `token-gateway.dev/ignore`: who may write an object would admit it. Exceptions are the
binding's `matchResources`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

Action = Literal["Deny", "Warn", "Audit"]

POLICIES: Final[Mapping[str, Path]] = {
    file.stem: file for file in sorted(Path(__file__).parent.glob("*.yaml"))
}
"""By the rule's id."""


def admission(rule: str, action: Action = "Deny") -> str:
    """Give the objects for one rule: two YAML documents. Raises: KeyError."""
    written = POLICIES[rule].read_text(encoding="utf-8")
    return written.replace("validationActions: [Deny]", f"validationActions: [{action}]")
