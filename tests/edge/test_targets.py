"""Does each real server get the target that was judged, byte for byte, whatever it looks like?"""

import random
import string

import pytest

from tests.edge.asking import ask, fresh
from tests.edge.backends import Backend
from tests.edge.stack import token
from tests.wire.gateway_process import GatewayProcess
from tests.wire.raw_client import bearer

pytestmark = pytest.mark.wire

ONE_OF_A_KIND = (
    "/v1/a/",
    "/v1/%E2%82%AC",
    "/v1/%e2%82%ac",
    "/v1/a!$&'()*+,=:@~b",
    "/v1/a?",
    "/v1/a??",
    "/v1/a?//../..",
    "/v1/a?b=%2F&c=%zz&d=%",
    '/v1/a?\\^`{|}"<>',
    "/v1/a?http://evil.example/?a=b",
    "/v1/a?a;b;;c=&&",
    "/v1/a%20b",
    "/v1/a%C3%A9",
    "/odd/a%2fb",
    "/odd/a%2Fb",
    "/odd/a%252Fb",
    "/odd/%61b",
    "/odd/a;b=c",
    "/odd/a;b/c;d",
    "/odd/a%2Fb;c%20d",
)
PCHAR = string.ascii_letters + string.digits + "-._~!$&'()*+,=:@"
QUERY = "".join(chr(octet) for octet in range(0x21, 0x7F) if chr(octet) != "#")


def odd_target(chance: random.Random) -> str:
    """Mostly allowed: segments without dot segments, escapes of either case, any query."""
    under = chance.choice(("/v1", "/odd"))
    spice = ["%20", "%c3%a9", "%C3%A9", "%21", "%3A"]
    if under == "/odd":
        spice += [";", "%2F", "%2f", "%252F", "%61", "%7E"]
    pieces = [*PCHAR, *spice * 4]
    segments = (
        "".join(chance.choices(pieces, k=chance.randrange(1, 9))) for _ in range(chance.randrange(1, 5))
    )
    query = "?" + "".join(chance.choices([*QUERY, "%2F", "%zz"], k=chance.randrange(20)))
    return under + "/" + "/".join(segments) + chance.choice(("", "/")) + chance.choice(("", query))


def passes(gateway: GatewayProcess, backend: Backend, target: str) -> bool:
    """Whether it is allowed; then it has arrived as it was sent, else not at all."""
    before = len(backend.seen())
    answer = ask(gateway, backend.kind, target, bearer(token()))
    arrived = [seen.target for seen in backend.seen()[before:]]
    assert arrived == ([target] if answer.status == 200 else []), (answer.status, target)
    return answer.status == 200


@pytest.mark.parametrize("target", ONE_OF_A_KIND)
def test_an_odd_target_arrives_as_it_was_sent(gateway: GatewayProcess, backend: Backend, target: str) -> None:
    assert passes(gateway, backend, target)


def test_any_target_arrives_as_it_was_sent_or_not_at_all(gateway: GatewayProcess, backend: Backend) -> None:
    chance = random.Random(5)
    targets = {odd_target(chance) for _ in range(200)}
    passed = sum(passes(gateway, backend, target) for target in sorted(targets))
    assert passed > len(targets) // 2


@pytest.mark.parametrize(
    "target",
    [
        *("/v1/../admin", "/v1/%2e%2e/admin", "/v1/a/..;/b", "//v1/a", "/v1//a", "/v1/a%2fb", "/v1/%61"),
        *("/v1/a\\b", "/v1/a\\b", "/v1/a#b", "/v1/a?b#c", "/v1/%00", "/v1/%ff", "/v1/\xe9", "*"),
        *("http://node.example/v1/a", "v1/a", "/v1/a%", "/v1/a%2", "/v1/a%zz", "/v1/" + "a" * 9000),
        *("/odd/..%2fv1", "/odd/a%2f..%2fb"),
    ],
)
def test_a_target_that_readers_read_differently_arrives_nowhere(
    gateway: GatewayProcess, backend: Backend, target: str
) -> None:
    before = len(backend.seen())
    assert ask(gateway, backend.kind, target, bearer(token())).status in {400, 403, 414}
    assert ask(gateway, backend.kind, fresh(), bearer(token())).status == 200
    assert len(backend.seen()) == before + 1
