"""Which checks of the request are there to remove? Credential, host, target, route, headers, caller."""

from typing import Final

from tests.mutants.mutant import Edit, Group, Mutant

_TARGET: Final = "gateway/core/target.py"
_HYGIENE: Final = "gateway/dialects/hygiene.py"

REQUEST_CHECKS: Final = (
    Group(
        "gateway/core/credential.py",
        ("tests/core/test_credential.py",),
        (
            Mutant("credentials-two", "if len(others) > (found is None):", "if False:"),
            Mutant("credentials-two-authorizations", "    if len(places) > 1:\n", "    if False:\n"),
            Mutant("credential-comma", "if not places.cookies.isdisjoint(names):", "if False:"),
            Mutant("credential-misplaced", "if key not in places.queries:", "if False:"),
            Mutant("credential-unremovable-query", "if not facts.can_remove_query:", "if False:"),
            Mutant(
                "credential-unremovable-cookie",
                "if not facts.can_remove_cookie and not places.cookies.isdisjoint(named):",
                "if False:",
            ),
            Mutant(
                "credential-taken-from-cookies",
                'if pair.partition(b"=")[0] not in credentials]',
                "if pair]",
            ),
            Mutant(
                "credential-characters",
                "if not unpadded or unpadded.translate(None, _OF_B64TOKENS):",
                "if not unpadded:",
            ),
        ),
    ),
    Group(
        "gateway/core/ask.py",
        ("tests/core/test_ask.py", "tests/conformance/test_dialects.py"),
        (
            Mutant(
                "host-allowed",
                "if host_pattern(facts.host, facts.scheme, policy.host_patterns) is None:",
                "if False:",
            ),
            Mutant(
                "cookie-of-another-origin",
                "if is_cookie(presented.text, facts, policy.places):",
                "if False:",
            ),
            # The second half of the walk refuses a missing credential as well, for the same reason.
            Mutant(
                "credential-missing",
                "if presented.text is None:\n",
                "if False:\n",
                (
                    Edit(
                        "gateway/core/answer.py",
                        "if question.route.access is not Access.PUBLIC:",
                        "if False:",
                    ),
                ),
            ),
            Mutant("upgrade-of-the-route", " or not route.websocket:", ":"),
            Mutant("upgrade-to-anything", 'if upgrade != "websocket" or not', "if not"),
            Mutant("upgrade", "if facts.upgrade is not None:", "if False:"),
        ),
    ),
    Group(
        "gateway/core/host.py",
        ("tests/core/test_host.py",),
        (
            Mutant("host-wildcard", "and rest == pattern.name[2:]", "and name.endswith(pattern.name[2:])"),
            Mutant(
                "host-port",
                "if (default if pattern.port is None else pattern.port) == port and _name",
                "if _name",
            ),
            Mutant("host-form", "_AUTHORITY.fullmatch(authority)", "_AUTHORITY.match(authority)"),
        ),
    ),
    Group(
        "gateway/core/cors.py",
        ("tests/core/test_cors.py",),
        (
            Mutant(
                "origin-exact",
                "if origin in cors.origins else None",
                "if any(map(origin.startswith, cors.origins)) else None",
            ),
            Mutant("origin", "    if _allowed_origin(cors, facts) is None:\n", "    if False:\n"),
            Mutant("origin-twice", "if len(origins) != 1:", "if not origins:"),
            Mutant("cookie-two-origins", "if len(origins) > 1:", "if False:"),
            Mutant(
                "cookie-listed-without-credentials",
                "cors is not None and cors.credentials and",
                "cors is not None and",
            ),
            Mutant("cookie-other-scheme", 'if scheme in {"https", facts.scheme}', "if scheme"),
            Mutant(
                "origin-request-header",
                "if not listed.issuperset(_requested_headers(facts)):",
                "if False:",
            ),
        ),
    ),
    Group(
        "gateway/core/route.py",
        ("tests/core/test_route.py",),
        (
            Mutant(
                "route-default-deny",
                "raise Refusal(Reason.PATH_NOT_ALLOWED)",
                "return self.routes[0]",
            ),
            Mutant(
                "route-method",
                "raise Refusal(Reason.METHOD_NOT_ALLOWED)",
                "return next(iter(leaf.values()))",
            ),
            Mutant(
                "route-case",
                "if blind is None or blind.get(method) is not leaf.get(method):",
                "if False:",
            ),
            Mutant("route-case-of-literals-at-a-glance", "elif node.alike:", "elif False:"),
            Mutant(
                "route-case-of-blanks-at-a-glance",
                "if following is None or (node.folded and fold(segment) in node.folded):",
                "if following is None:",
            ),
            Mutant("route-readings", "if _find(self._exact, reading) is not leaf:", "if False:"),
            Mutant("route-oddity", "if oddity.value not in admitted:", "if False:"),
            Mutant("route-claimed-twice", "if other is not route:", "if False:"),
        ),
    ),
    Group(
        _TARGET,
        ("tests/core/test_target.py",),
        (
            Mutant("target-size", "if len(target) > MAX_TARGET_BYTES:", "if False:"),
            # A segment that ends in a dot is refused as well, for a reason of its own.
            Mutant(
                "target-dot-segment",
                'if segment in {".", ".."}:',
                "if False:",
                (Edit(_TARGET, 'if segment[-1] in ". ":', "if False:"),),
            ),
            Mutant("target-dot-at-a-glance", 'and plain.find(b"./") < 0 ', ""),
            Mutant("target-last-dot-at-a-glance", " and plain[-1] != _DOT:", ":"),
            Mutant("target-segment-end", 'if segment[-1] in ". ":', "if False:"),
            Mutant(
                "target-empty-segment",
                '        if segment == "":\n            raise Refusal(Reason.TARGET_EMPTY_SEGMENT)\n',
                '        if segment == "":\n            continue\n',
            ),
            Mutant("target-empty-segment-at-a-glance", 'if plain.find(b"//") < 0 and', "if"),
            Mutant("target-escape-malformed", "raise Refusal(Reason.TARGET_ESCAPE_MALFORMED)", "return"),
            Mutant("target-escaped-control", 'if octet < b" " or octet == b"\\x7f":', "if False:"),
            Mutant("target-escaped-delimiter", 'if octet in b"?#;":', "if False:"),
            Mutant(
                "target-escaped-slash",
                '    if octet == b"/":\n        yield',
                '    if octet == b"/":\n        return\n        yield',
            ),
            # A backslash is looked for as such, as an escape, and in every reading.
            Mutant(
                "target-backslash",
                '_PCHAR: Final = re.compile(rb"[A-Za-z0-9_~!$&\'()*+,=:@.;%/-]*+")',
                '_PCHAR: Final = re.compile(rb"[A-Za-z0-9_~!$&\'()*+,=:@.;%/\\\\-]*+")',
                (
                    Edit(_TARGET, 'if b"\\\\" in path:', "if False:"),
                    Edit(_TARGET, 'if "\\\\" in segment:', "if False:"),
                ),
            ),
            Mutant(
                "target-escaped-backslash",
                'if octet == b"\\\\":',
                "if False:",
                (Edit(_TARGET, 'if "\\\\" in segment:', "if False:"),),
            ),
            Mutant("target-semicolon", 'if b";" in path:', "if False:"),
            Mutant(
                "target-fragment",
                '_PCHAR: Final = re.compile(rb"[A-Za-z0-9_~!$&\'()*+,=:@.;%/-]*+")',
                '_PCHAR: Final = re.compile(rb"[A-Za-z0-9_~!$&\'()*+,=:@.;%/#-]*+")',
            ),
            Mutant(
                "target-fragment-in-query",
                '_QUERY: Final = re.compile(rb"[!-\\"$-~]*+")',
                '_QUERY: Final = re.compile(rb"[!-~]*+")',
            ),
            Mutant("target-fragment-at-a-glance", '(?:\\?[!-\\"$-~]*)?', "(?:\\?[!-~]*)?"),
            Mutant("target-utf8", '.decode("utf-8")', '.decode("utf-8", "replace")'),
            Mutant(
                "target-confusable",
                "if not segment.isascii():\n            _check",
                "if False:\n            _check",
            ),
            Mutant(
                "target-readings",
                "    for reading in (segments, *others):\n",
                "    for reading in (segments,):\n",
            ),
        ),
    ),
    Group(
        _HYGIENE,
        ("tests/dialects/test_hygiene.py", "tests/conformance/test_dialects.py"),
        (
            Mutant("header-lookalike", "if plain != name:", "if False:"),
            Mutant("header-identity-forged", "if name in _IDENTITY:", "if False:"),
            Mutant("method-override-header", "if name in METHOD_OVERRIDES:", "if False:"),
            Mutant(
                "method-override-parameter",
                'if any(parameter_keys(target.partition(b"?")[2], ("_method",))):',
                "if False:",
            ),
            Mutant("connection-options", "if arrangement.connection:", "if False:"),
            Mutant(
                "connection-options-listed",
                " or not CONNECTION_OPTIONS.issuperset(options)",
                "",
            ),
            Mutant("carriers-twice", "if len(shape.places(name)) > 1:", "if False:"),
            Mutant(
                "method-case",
                "if _METHOD.fullmatch(method) is None:",
                "if _METHOD.fullmatch(method.upper()) is None:",
                (Edit(_HYGIENE, 'return method.decode("ascii")', 'return method.decode("ascii").upper()'),),
            ),
        ),
    ),
    Group(
        "gateway/dialects/envoy_grpc.py",
        ("tests/dialects/test_envoy_grpc.py",),
        (
            Mutant(
                "grpc-certificate-of-the-client",
                "if policy.certificate_from is CertificateFrom.ENVOY_GRPC:",
                "if checked.certificate:",
            ),
        ),
    ),
    Group(
        "gateway/dialects/client_certificate.py",
        ("tests/dialects/test_client_certificate.py", "tests/properties/test_identities.py"),
        (
            Mutant(
                "certificate-form",
                "told = take_carriers(headers, names, policy.places.headers)",
                "every = [name for known in HEADERS.values() for name in known]\n"
                "    told = (*filter(None, take_carriers(headers, (*every,), frozenset())), None, None)[:2]",
            ),
            Mutant(
                "certificate-twice",
                "told = take_carriers(headers, names, policy.places.headers)",
                "told = tuple((headers.all(name) or [None])[0] for name in names)",
            ),
            Mutant("certificate-unverified", "if verified == _VERIFIED and certificate:", "if certificate:"),
            Mutant(
                "certificate-in-pieces", "if not 1 <= count <= 3 or len(der) !=", "if not der or len(der) <"
            ),
            Mutant("certificate-spelling", "if b2a_base64(der, newline=False) != text:", "if False:"),
            Mutant(
                "certificate-plus", "unquote_to_bytes(text)", 'unquote_to_bytes(text.replace(b"+", b" "))'
            ),
            Mutant("xfcc-two-digests", "if not given or len(given) != len(said):", "if not given:"),
            Mutant("xfcc-digest-of-another", "if digest not in {None, whole.thumbprint}:", "if False:"),
            Mutant("xfcc-uri-last", "rb'(?:.*;)?URI=([^\",;=]*)'", "rb'(?:.*;)?URI=([^\",;=]*)(?:;.*)?'"),
            Mutant("xfcc-uri-quoted", "URI=([^\",;=]*)'", 'URI="?([^",;=]*)"?\''),
            Mutant("xfcc-uri-once", 'names.count(b"uri") > 1 or ', ""),
            Mutant("xfcc-uri-before-names", ' or b"dns" in names', ""),
            Mutant("xfcc-elements", "rb'([A-Za-z]+)=", "rb',?([A-Za-z]+)="),
        ),
    ),
    Group(
        "gateway/dialects/certificate_names.py",
        ("tests/dialects/test_certificate_names.py", "tests/properties/test_identities.py"),
        (
            Mutant(
                "identity-common-name",
                "*(name.lower() for name",
                "*(one.value for one in x509.load_der_x509_certificate(der).subject), *(n.lower() for n",
            ),
            Mutant(
                "identity-of-mail",
                "names.get_values_for_type(x509.DNSName)",
                "(*names.get_values_for_type(x509.DNSName), *names.get_values_for_type(x509.RFC822Name))",
            ),
        ),
    ),
    Group(
        "gateway/dialects/forwarded.py",
        ("tests/dialects/test_forwarded.py",),
        (
            Mutant("peer-network", "if not is_listed(peer, policy.peer_networks):", "if False:"),
            Mutant(
                "peer-network-of-some",
                "any(address in network for network in peers)",
                "True",
            ),
            Mutant("caller", "if not secrets and not identities:", "if True:"),
            Mutant("caller-secret", "return any(alike)", "return bool(said)"),
            Mutant(
                "caller-secret-twice",
                'said[0] if len(said) == 1 else b""',
                'said[0] if said else b""',
            ),
            Mutant(
                "caller-identity",
                "if identities.isdisjoint(request.identities) and",
                "if not request.identities and",
            ),
        ),
    ),
    Group(
        "gateway/dialects/nginx.py",
        ("tests/dialects/test_nginx.py", "tests/conformance/test_dialects.py"),
        (
            Mutant("nginx-caller", "        check_caller(request, policy)\n", ""),
            Mutant("nginx-method-parameter", "    check_method_parameter(target)\n", ""),
            Mutant("nginx-query", 'removes == b"query",', "True,"),
            Mutant("nginx-origin", "_ORIGIN.fullmatch(text)", "_ORIGIN.match(text)"),
        ),
    ),
    Group(
        "gateway/dialects/envoy_answers.py",
        ("tests/dialects/test_envoy_answers.py", "tests/dialects/test_envoy.py"),
        (
            Mutant(
                "envoy-remove-list",
                "if isinstance(verdict, Permit) and (names := _to_remove(verdict, answer)):",
                'if isinstance(verdict, Permit) and (names := b""):',
            ),
            Mutant("envoy-removes-headers", "*sorted(policy.places.headers), ", ""),
            Mutant("envoy-removes-cookies", '[b"cookie"] if policy.places.cookies else []', "[]"),
        ),
    ),
    Group(
        "gateway/dialects/envoy.py",
        ("tests/dialects/test_envoy.py", "tests/conformance/test_dialects.py"),
        (
            Mutant("envoy-caller", "        check_caller(request, policy)\n", ""),
            Mutant("envoy-method-parameter", "    check_method_parameter(target)\n", ""),
        ),
    ),
    Group(
        "gateway/dialects/forward_auth.py",
        (
            "tests/dialects/test_forward_auth.py",
            "tests/dialects/test_traefik.py",
            "tests/conformance/test_dialects.py",
        ),
        (
            Mutant("forward-auth-caller", "        check_caller(request, policy)\n", ""),
            Mutant("forward-auth-method-parameter", "    check_method_parameter(target)\n", ""),
            Mutant("traefik-query", "capabilities.removes_query and removes ==", "removes =="),
            Mutant("forward-auth-scheme", "if scheme is None:", "if scheme is None and not proto:"),
        ),
    ),
)
