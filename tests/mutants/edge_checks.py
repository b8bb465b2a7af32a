"""Which checks of the edge are there to remove? Whose word is taken, and what is taken away."""

from typing import Final

from tests.mutants.mutant import Group, Mutant

EDGE_CHECKS: Final = (
    Group(
        "gateway/dialects/edge.py",
        ("tests/dialects/test_edge.py",),
        (
            Mutant(
                "edge-trusted-proxies",
                'entrance.forwarded == "none" or not is_listed(peer, entrance.trusted_proxies)',
                'entrance.forwarded == "none"',
            ),
            Mutant(
                "edge-certificate-of-a-balancer",
                "return None if arrived.told else _shown_to_us(request, policy)",
                "return _shown_to_us(request, policy)",
            ),
            Mutant(
                "edge-certificate-by-its-own-word",
                "return certificate_of(request.headers, policy) if arrived.told else None",
                "return certificate_of(request.headers, policy)",
            ),
            Mutant(
                "edge-certificate-unasked",
                "    if request.certificate is None:\n        return None\n",
                '    request = request._replace(certificate=request.certificate or b"")\n',
            ),
            Mutant("edge-one-value", "if len(values) != 1:", "if not values:"),
            Mutant("edge-scheme-missing", "if hop.scheme is None:", "if False:"),
            Mutant("edge-scheme", "if scheme is None:", "if False:"),
            Mutant("edge-headers", "take_carriers(headers, _CARRIERS, policy.places.headers)", "()"),
            Mutant("edge-method-parameter", "check_method_parameter(request.target)", "()"),
            Mutant(
                "edge-host",
                "        if policy is None:\n            raise",
                "        if False:\n            raise",
            ),
        ),
    ),
    Group(
        "gateway/dialects/forwarded_chain.py",
        ("tests/dialects/test_forwarded_chain.py",),
        (
            Mutant("chain-nearest", "if not is_listed(hop.address, trusted):", "if False:"),
            Mutant("chain-length", "if next(hops, None) is not None:", "if False:"),
            Mutant("chain-pair-twice", " or name in found", ""),
            Mutant("chain-quotes", "element.count(b'\"') % 2 == 0", "True"),
        ),
    ),
    Group(
        "gateway/dialects/edge_headers.py",
        ("tests/dialects/test_edge_headers.py",),
        (
            Mutant("edge-spellings", "enumerate(map(folded, shape.names))", "enumerate(shape.names)"),
            Mutant("edge-credential-headers", "union(credentials, cookies)", "union(cookies)"),
            Mutant("edge-cookies", 'cookies = {b"cookie"} if drops_cookies else', "cookies = set() or"),
            Mutant("edge-prefixes", " and not plain.startswith(_REQUEST_PREFIXES)", ""),
            Mutant("edge-query", "target=facts.target if target is None else target", "target=facts.target"),
            Mutant("edge-subprotocols", "if not prefixes:", "if True:"),
            Mutant("edge-connection", " if names[place] not in named", ""),
            Mutant("edge-one-voice", "(_CORS,) if drops_cors else ()", "()"),
            Mutant("edge-own-cookies", "frozenset(plain_name(name) for name in cookies)", "frozenset()"),
        ),
    ),
    Group(
        "gateway/dialects/proxy_protocol.py",
        ("tests/dialects/test_proxy_protocol.py",),
        (
            Mutant("proxy-protocol-length", "if octets > MAX_OCTETS:", "if False:"),
            Mutant("proxy-protocol-addresses", "if len(block) < 2 * size + _PORTS:", "if False:"),
            Mutant("proxy-protocol-extensions", "if end > len(block):", "if False:"),
            Mutant("proxy-protocol-command", "if version_and_command not in {_LOCAL, _PROXY}:", "if False:"),
        ),
    ),
    Group(
        "gateway/config/compile_edge.py",
        ("tests/config/test_compile_edge.py", "tests/config/test_compile_routes.py"),
        (
            Mutant("edge-hosts", "if _overlap(pattern, other):", "if False:"),
            Mutant("edge-hosts-wildcard", "if first.wildcard is second.wildcard:", "if True:"),
            Mutant("edge-mixed", "        if route.upstream is None:\n", "        if False:\n"),
            Mutant("edge-nobody-trusted", "if told and not listed:", "if False:"),
        ),
    ),
)
