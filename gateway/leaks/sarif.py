"""How do findings look in SARIF 2.1.0 (OASIS), which forges and editors show beside the file?

A result holds the fingerprint where SARIF has a place for one, so that a finding that is known is known again
when its line moves. It holds no text of the file.
"""

import os
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import quote

from gateway.leaks.finding import Finding

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_sarif(findings: Sequence[Finding], unread: Iterable[str], version: str) -> dict[str, Any]:
    """Give the log of one run; `unread` are sentences about files that could not be scanned."""
    rules = sorted({one.type for one in findings})
    notes = [{"level": "error", "message": {"text": text}} for text in unread]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "token-gateway leaks",
                        "version": version,
                        "rules": [{"id": rule, "shortDescription": {"text": _words(rule)}} for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": not notes, "toolExecutionNotifications": notes}],
                "results": [_result(one, rules.index(one.type)) for one in findings],
            }
        ],
    }


# --- private ---


def _words(rule: str) -> str:
    return f"A secret of the type {rule}"


def _result(one: Finding, rule: int) -> dict[str, Any]:
    region = {
        "startLine": one.line,
        "byteOffset": one.start,
        "byteLength": one.end - one.start,
    }
    place = {"artifactLocation": {"uri": quote(os.fsencode(one.file))}, "region": region}
    names_one = one.fingerprint.startswith("tfp1_")  # else many would be taken for the same
    return {
        "ruleId": one.type,
        "ruleIndex": rule,
        "level": "error",
        "message": {"text": f"A secret of the type {one.type}; its fingerprint is {one.fingerprint}."},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"tokenGatewayFingerprint/v1": one.fingerprint} if names_one else {},
    }
