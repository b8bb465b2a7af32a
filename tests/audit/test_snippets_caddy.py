"""What `gateway snippet caddy` prints is clean, for every policy: nothing above INFO."""

from gateway.audit.check import check
from gateway.audit.exposure import Reaches
from gateway.audit.rule import Severity
from gateway.core.policy import Policy
from gateway.dialects.snippets import SNIPPETS, Settings
from tests.audit.showing import estate_of
from tests.dialects.snippets import policies as p

POLICIES = {**p.ALL, "query": p.QUERY, "everything": p.EVERYTHING}
SETTINGS = (
    Settings(),
    Settings(gateway="https://gateway.example.com:4180", backend="https://orders.example.com", listen="8080"),
)


def findings(policy: Policy, settings: Settings) -> list[str]:
    checked = check(estate_of(SNIPPETS["caddy"](policy, settings), file="Caddyfile"))
    return [
        f"{one.rule.id} {one.place}: {one.what}"
        for one in checked.findings
        if one.severity is not Severity.INFO
    ]


def test_the_configuration_is_clean() -> None:
    said = {(name, one): findings(policy, one) for name, policy in POLICIES.items() for one in SETTINGS}
    assert {which: found for which, found in said.items() if found} == {}


def test_the_audit_reads_what_it_does() -> None:
    for policy in POLICIES.values():
        checked = check(estate_of(SNIPPETS["caddy"](policy, Settings()), file="Caddyfile"))
        (one,) = (each for each in checked.exposures if each.backends)
        assert one.auth is not None
        assert (one.is_protected, one.auth.dialect, one.auth.policy) == (True, "caddy", policy.id)
        assert one.token.reaches is Reaches.NO


def test_what_is_asked_in_clear_over_a_network_is_said() -> None:
    """The snippet takes any address: this one is the operator's to think about."""
    (found,) = findings(p.PLAIN, Settings(gateway="http://gateway.example.com:4180"))
    assert found.startswith("CDY-002 Caddyfile:")
