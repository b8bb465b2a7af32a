"""What `gateway snippet f5-nic` prints is clean, for every policy: nothing above INFO."""

from gateway.audit.check import check
from gateway.audit.exposure import Reaches
from gateway.audit.rule import Severity
from gateway.core.policy import Policy
from gateway.dialects.snippets import SNIPPETS, Settings
from tests.audit.showing import estate_of
from tests.dialects.snippets import policies as p

SETTINGS = (Settings(), Settings(gateway="https://gateway.example.com:4180"))


def findings(policy: Policy, settings: Settings) -> list[str]:
    checked = check(estate_of(SNIPPETS["f5-nic"](policy, settings), file="f5-nic.yaml"))
    return [
        f"{one.rule.id} {one.place}: {one.what}"
        for one in checked.findings
        if one.severity is not Severity.INFO
    ]


def test_the_manifests_are_clean() -> None:
    said = {(name, one): findings(policy, one) for name, policy in p.ALL.items() for one in SETTINGS}
    assert {which: found for which, found in said.items() if found} == {}


def test_the_audit_reads_what_they_do() -> None:
    for policy in p.ALL.values():
        checked = check(estate_of(SNIPPETS["f5-nic"](policy, Settings()), file="f5-nic.yaml"))
        forwarding = [one for one in checked.exposures if one.backends]
        assert [one.host for one in forwarding] == [one.name for one in policy.hosts]
        for one in forwarding:
            assert one.auth is not None
            assert (one.is_protected, one.auth.policy) == (True, policy.id)
            assert one.token.reaches is Reaches.NO
