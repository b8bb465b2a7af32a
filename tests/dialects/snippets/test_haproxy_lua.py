"""The script for HAProxy: that it does what it says is tested in tests/wire, by HAProxy."""

import re

from gateway.dialects.forward_auth import CARRIERS
from gateway.dialects.snippets.haproxy_lua import SCRIPT, snippet
from gateway.dialects.snippets.settings import Settings
from tests.dialects.snippets import policies as p

PERMIT = 'txn:set_var("txn.token_gateway_permit", true)'


def block(name: str) -> set[str]:
    """The names of one set of the script."""
    (text,) = re.findall(rf"local {name} = set_of\((.*?)\)", SCRIPT, re.DOTALL)
    return set(re.findall(r'"([^"]+)"', text))


def test_it_is_the_same_for_every_policy() -> None:
    assert {snippet(policy, Settings()) for policy in p.ALL.values()} == {SCRIPT}


def test_it_permits_at_its_very_end() -> None:
    assert SCRIPT.count("token_gateway_permit") == 2  # the other one is the comment on top
    assert SCRIPT.endswith(f"  {PERMIT}\nend, 4)\n")


def test_every_carrier_is_the_proxys() -> None:
    for carrier in map(bytes.decode, CARRIERS):
        assert f'asked["{carrier}"] = ' in SCRIPT
        assert carrier in block("NOT_ASKED_WITH") or carrier.startswith("x-token-gateway-")


def test_no_header_of_ours_is_relayed_with_a_refusal() -> None:
    assert not any(name.startswith(("x-", "set-", "auth", "cookie")) for name in block("RELAYED"))


def test_it_writes_nothing() -> None:
    assert not re.search(
        r"core\.(Alert|Warning|Info|Debug|log)|txn:(Alert|Warning|Info|Debug|log)|print", SCRIPT
    )
