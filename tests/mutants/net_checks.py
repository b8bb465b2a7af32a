"""Which checks bound what we ask others for? Where to, over what, how much, and for how long."""

from typing import Final

from tests.mutants.mutant import Group, Mutant

_ANSWER: Final = "gateway/net/answer.py"

NET_CHECKS: Final[tuple[Group, ...]] = (
    Group(
        "gateway/net/address_policy.py",
        ("tests/net/test_address_policy.py",),
        (
            Mutant(
                "net-private", "(reach is Reach.PRIVATE and allow_private_network)", "reach is Reach.PRIVATE"
            ),
            Mutant(
                "net-metadata",
                "reach is Reach.PUBLIC or (",
                "reach is Reach.PUBLIC or allow_private_network or (",
            ),
            Mutant("net-address-within", "            if inside:\n", "            if False:\n"),
            Mutant(
                "net-worst-of-two",
                "return max(_reach(each) for each in inside)",
                "return min(_reach(each) for each in inside)",
            ),
            Mutant("net-unassigned", "if address not in _GLOBAL_UNICAST or", "if"),
        ),
    ),
    Group(
        "gateway/net/dialer.py",
        ("tests/net/test_dialer.py", "tests/net/test_client.py"),
        (
            Mutant(
                "net-judged-where-dialed",
                "if not may_dial(str(address[0]), allow_private_network=self._allow_private_network):",
                "if False:",
            ),
        ),
    ),
    Group(
        "gateway/net/url.py",
        ("tests/net/test_url.py",),
        (
            Mutant("net-https", 'if url.scheme != "https" and not', "if False and not"),
            Mutant("net-user-info", 'if "@" in url.raw_authority and not allow_userinfo:', "if False:"),
            Mutant("net-odd-numbers", "    _check_number(url.raw_host)\n", ""),
        ),
    ),
    Group(
        _ANSWER,
        ("tests/net/test_answer.py", "tests/net/test_client.py"),
        (
            Mutant("net-size-told", "if (response.content_length or 0) > max_bytes:", "if False:"),
            Mutant("net-size-untold", "        if len(body) > max_bytes:\n", "        if False:\n"),
            Mutant("net-encoded", "    if _is_encoded(response):\n", "    if False:\n"),
            Mutant(
                "net-media-type",
                '"Content-Type" not in response.headers or response.content_type not in accept',
                "False",
            ),
        ),
    ),
    Group(
        "gateway/net/client.py",
        ("tests/net/test_client.py",),
        (
            Mutant("net-redirects", "allow_redirects=False", "allow_redirects=True"),
            Mutant("net-tls", "super().__init__(ssl=tls, ", "super().__init__(ssl=False, "),
            Mutant("net-time", "asyncio.timeout(self._deadlines.total_s)", "asyncio.timeout(None)"),
            Mutant("net-token-for-its-origin", " and origin(asked.url) == self._token_origin:", ":"),
            Mutant("net-environment", "trust_env=False", "trust_env=True"),
            Mutant("net-asked-twice", "            middlewares=(_ask_once,),\n", ""),
            Mutant("net-literal", "if literal is not None and not self._may_dial(literal):", "if False:"),
        ),
    ),
    Group(
        "gateway/net/token_file.py",
        ("tests/net/test_token_file.py",),
        (Mutant("net-token-of-one-line", "_TOKEN.fullmatch(token) is None", "_TOKEN.match(token) is None"),),
    ),
)
