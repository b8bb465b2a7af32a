"""docs/telemetry.md names every metric and every field of a record, and none that is not there."""

import json
import re
from typing import Final

import yaml

from gateway.core.reason import Reason
from gateway.core.verdict import Deny, Permit
from gateway.redact.fingerprint import Fingerprints
from gateway.telemetry.families import FAMILIES, PREFIX, SECONDS, Family
from gateway.telemetry.lines import MAX_KEPT_BYTES, MAX_WAITING_BYTES
from gateway.telemetry.metrics import MAX_ISSUERS, MAX_SERIES, MAX_WORDS
from gateway.telemetry.note import REVEALABLE
from gateway.telemetry.record import Recorder
from gateway.telemetry.repeats import MAX_KINDS, Repeats
from gateway.telemetry.sampling import Sampling
from tests import builders as b
from tests.docs.pages import ROOT
from tests.walk import decide

PAGE: Final = (ROOT / "docs" / "telemetry.md").read_text()
MIB: Final = 1024 * 1024


def row(family: Family) -> str:
    kind, _, merge = family.kind.value.partition(", ")
    labels = ", ".join(f"`{label}`" for label in family.labels)
    return f"| `{PREFIX}{family.name}` | {kind} | {labels} | {merge or 'the sum'} | {family.text} |"


def test_every_metric_has_its_row() -> None:
    rows = re.findall(rf"^\| `{PREFIX}.*$", PAGE, re.MULTILINE)
    assert rows == [row(family) for family in FAMILIES.values()]


def test_every_field_of_a_record_has_its_row_and_no_other() -> None:
    named = re.findall(r"^\| `([@a-z._]+)` \|", PAGE.partition("## Records")[2], re.MULTILINE)
    assert len(named) == len(set(named))
    assert set(named) == written_fields()


def test_the_limits_are_those_of_the_code() -> None:
    for text in (
        f"{MAX_KINDS} kinds",
        f"{MAX_WAITING_BYTES // MIB} MiB",
        f"{MAX_KEPT_BYTES // MIB} MiB",
        f"{MAX_ISSUERS} issuers",
        f"{MAX_SERIES} series",
        f"{MAX_WORDS} values",
        f"from {SECONDS[0] * 1e6:g} us to {SECONDS[-1]:g} s",
    ):
        assert text in PAGE, text


def test_the_alerts_on_what_grows_old_are_those_of_the_chart() -> None:
    file = ROOT / "helm" / "token-gateway" / "files" / "alerts.yaml"
    alerts = {rule["alert"]: rule for rule in yaml.safe_load(file.read_text())}
    section = PAGE.partition("### What grows old")[2].partition("## Records")[0]
    named = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert named == {name for name, rule in alerts.items() if "_timestamp_seconds" in rule["expr"]}
    for rule in map(alerts.__getitem__, named):
        assert "docs/telemetry.md" in rule["annotations"]["description"]
    assert "4 / 3 *" in alerts["TokenGatewaySigningKeyOld"]["expr"]
    assert alerts["TokenGatewaySigningKeyOld"]["for"] == "2h"
    for name in ("TokenGatewayCertificateEnds", "TokenGatewayUpstreamCertificateEnds"):
        assert "/ 6, 7 * 86400)" in alerts[name]["expr"]


def written_fields() -> set[str]:
    """Whatever a record can say: with everything revealed and nothing, allowed, refused and summed up."""
    lines: list[bytes] = []
    facts = b.facts(b"/v1/orders", b.bearer())
    permit = decide(facts)
    assert isinstance(permit, Permit)
    denial = Deny(reason=Reason.TOKEN_EXPIRED, detail="x", context=permit.context)
    for reveal in (frozenset[str](), REVEALABLE):
        recorder = Recorder(
            Fingerprints(b"k" * 32),
            reveal,
            lines.append,
            lambda: b.NOW,
            sampling=Sampling(0.5),
            repeats=Repeats(keep=1, per_s=10),
        )
        for verdict in (permit, denial, denial._replace(detail="y")):
            recorder.record(verdict, facts, dialect="nginx", peer=b.PEER, seconds=0)
        recorder.flush()
    return {name for line in lines for name in json.loads(line)}
