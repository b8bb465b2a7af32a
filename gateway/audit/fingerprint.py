"""By what is a finding known again, once lines have moved?"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence

from gateway.audit.estate.estate import Estate
from gateway.audit.rule import Finding


def fingerprints(findings: Sequence[Finding], estate: Estate) -> tuple[str, ...]:
    """Give one for each, in their order.

    Made of the rule, the object, the value's pointer and `about`; for a proxy's file, which has no objects,
    of its name too. Never of a line, a folder or the words. What agrees in all of it is counted, in the
    order given: with one more of the same, one is new.
    """
    proxies = {one.file for one in estate.files}
    seen: Counter[tuple[str, ...]] = Counter()
    return tuple(_one(finding, proxies, seen) for finding in findings)


# --- private ---


def _one(finding: Finding, proxies: set[str], seen: Counter[tuple[str, ...]]) -> str:
    place = finding.place
    file = place.file.replace("\\", "/").rpartition("/")[2] if place.file in proxies else ""
    parts = (finding.rule.id, file, place.owner, place.pointer, finding.about)
    seen[parts] += 1
    written = json.dumps((*parts, seen[parts]))
    return hashlib.sha256(written.encode()).hexdigest()[:32]
