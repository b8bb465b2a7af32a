"""Which of some rules object to a configuration?"""

from collections.abc import Mapping

from gateway.audit.check import check
from gateway.audit.rule import Finding
from gateway.core.policy import Policy
from tests.audit.nginx_texts import documents
from tests.audit.showing import estate_of


def findings(
    rule: str, *texts: str, file: str = "given.yaml", policies: Mapping[str, Policy] | None = None
) -> list[Finding]:
    """What one rule says of Kubernetes' objects, or of a file."""
    text = texts[0] if file.endswith(".conf") else documents(*texts)
    return [one for one in check(estate_of(text, file=file), policies).findings if one.rule.id == rule]


def said(
    rule: str, *texts: str, file: str = "given.yaml", policies: Mapping[str, Policy] | None = None
) -> list[tuple[str, str]]:
    """How bad, and the last step of its place, of each."""
    found = findings(rule, *texts, file=file, policies=policies)
    return [(one.severity.value, one.place.pointer.rpartition("/")[2]) for one in found]


def objects(
    rule: str, *texts: str, file: str = "given.yaml", policies: Mapping[str, Policy] | None = None
) -> bool:
    """Whether it has anything to say."""
    return bool(said(rule, *texts, file=file, policies=policies))


def in_file(rule: str, text: str) -> bool:
    """Whether it has anything to say of an nginx.conf."""
    return objects(rule, text, file="nginx.conf")
