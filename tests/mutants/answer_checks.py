"""Which checks of the answer are there to remove? Minting, memory, and the HTTP and TLS around them."""

from typing import Final

from tests.mutants.mutant import Edit, Group, Mutant

_HEAD: Final = "gateway/server/http1/head.py"
_HTTP: Final = (
    "tests/server/http1/test_head.py",
    "tests/server/http1/test_simple_head.py",
    "tests/server/http1/test_protocol_refusals.py",
)
_MEMO: Final = (
    "tests/server/test_memo.py",
    "tests/server/test_question_key.py",
    "tests/server/test_engine.py",
    "tests/properties/test_memo.py",
)
_OF: Final = (
    "            question.facts.dialect,\n"
    "            question.policy.id,\n"
    "            question.route.id,\n"
    "            question.cors,\n"
    "            cookies is None,\n"
    "            certificate is None,\n"
)

ANSWER_CHECKS: Final = (
    Group(
        "gateway/core/mint.py",
        ("tests/core/test_mint.py",),
        (
            Mutant(
                "minted-aud",
                'claims["aud"] = downstream.audience',
                'claims["aud"] = sorted(principal.audiences)',
            ),
            Mutant(
                "minted-exp",
                "expires_at = min(now + downstream.ttl_s, blank.ends)",
                "expires_at = now + downstream.ttl_s",
            ),
            Mutant("minted-life", "if expires_at - now < MIN_LIFE_S:", "if False:"),
            Mutant(
                "minted-sub",
                "principal.subject if bare else principal.qualified_subject",
                "principal.subject",
            ),
            Mutant(
                "minted-scope",
                '" ".join(downstream.scopes)',
                '" ".join(sorted(principal.scopes))',
            ),
            Mutant("minted-copies", "for name in names if name not in OWN_CLAIMS)", "for name in names)"),
            Mutant("answer-size", "if size > MAX_ANSWER_BYTES:", "if False:"),
            Mutant(
                "identity-header-text",
                "if not octets.translate(None, _PLAIN):",
                "if octets:",
            ),
            Mutant(
                "identity-headers-of-nobody",
                'return tuple((name, b"") for name in IDENTITY_HEADERS)',
                "return ()",
            ),
        ),
    ),
    Group(
        "gateway/core/answer.py",
        ("tests/core/test_answer.py", "tests/conformance/test_dialects.py"),
        (
            Mutant(
                "walk-revocation",
                "admit(token, signed, issuer, evidence)",
                "tags_of(signed, issuer)",
                (
                    Edit(
                        "gateway/core/answer.py",
                        "from gateway.core.verify import admit, authenticate, issuer_of",
                        "from gateway.core.revocation import tags_of\n"
                        "from gateway.core.verify import authenticate, issuer_of",
                    ),
                ),
            ),
            Mutant(
                "walk-size",
                "        check_size(downstream, identity + question.cors, question.presented.cookies_left)\n",
                "",
            ),
        ),
    ),
    Group(
        "gateway/server/question_key.py",
        ("tests/server/test_question_key.py", "tests/properties/test_memo.py"),
        (
            Mutant("key-dialect", _OF, _OF.replace("question.facts.dialect", '""')),
            Mutant("key-policy", _OF, _OF.replace("question.policy.id", '""')),
            Mutant("key-route", _OF, _OF.replace("question.route.id", '""')),
            Mutant("key-cors", _OF, _OF.replace("question.cors", "()")),
            Mutant("key-cookies", "        if cookies is not None:\n", "        if False:\n"),
            Mutant("key-cookies-length", 'b"%d:%b" % (len(cookies), cookies)', "cookies"),
            Mutant("key-no-cookies", _OF, _OF.replace("cookies is None", "True")),
            Mutant("key-certificate", "        if certificate is not None:\n", "        if False:\n"),
            Mutant("key-thumbprint", "[thumbprint, *map(", '[b"", *map('),
            Mutant("key-identities", "*map(str.encode, sorted(identities))", "*()"),
            Mutant("key-certificate-length", "len(measured), measured)", "0, measured)"),
            Mutant("key-identities-unknown", "(identities is None, len(", "(0, len("),
            Mutant("key-no-certificate", _OF, _OF.replace("certificate is None", "True")),
            Mutant("key-credential", 'digest.update(text or b"")', 'digest.update((text or b"")[:32])'),
            Mutant("key-lengths", 'b"%d:%b" % (len(part), part) for part in parts', "parts"),
        ),
    ),
    Group(
        "gateway/server/memo.py",
        _MEMO,
        (
            Mutant("memo-expiry", "if not conditions.start <= now < conditions.end or not", "if not"),
            Mutant("memo-end", "now < conditions.end or", "now <= conditions.end or"),
            Mutant("memo-start", "if not conditions.start <= now <", "if not now <"),
            Mutant("memo-keys", "if not holds_under(conditions, keys):", "if False:"),
            Mutant("memo-keys-gone", "if keys is None or found.signer", "if found.signer"),
            Mutant(
                "memo-signer", "if keys is None or found.signer is not grounds.signer():", "if keys is None:"
            ),
            Mutant(
                "memo-revoked",
                'if not holds_beside(conditions, revoked, question.presented.text or b""):',
                "if False:",
            ),
            Mutant("memo-clear", "        self._entries.clear()\n", ""),
        ),
    ),
    Group(
        "gateway/server/engine.py",
        ("tests/server/test_engine.py", "tests/properties/test_memo.py"),
        (
            Mutant("memo-snapshot", "        self._memo.clear()\n", ""),
            Mutant("refusals-snapshot", "        self._refusals.clear()\n", ""),
        ),
    ),
    Group(
        "gateway/server/refusals.py",
        ("tests/server/test_refusals.py",),
        (
            Mutant(
                "refusals-keys",
                "if found is None or keys.get(found.issuer_id) is not found.keys:",
                "if found is None:",
            ),
            Mutant("refusals-clear", "        self._known.clear()\n", "        self._known.expire()\n"),
            Mutant(
                "refusals-of-signatures-alone",
                "issuer_id = refused.rests_on_keys_of\n",
                "issuer_id = refused.rests_on_keys_of or next(iter(keys), None)\n",
            ),
        ),
    ),
    Group(
        "gateway/server/http1/writer.py",
        ("tests/server/http1/test_writer.py",),
        (
            Mutant(
                "writer-control-bytes",
                "if len(lines.translate(None, TEXT)) != 2 * (len(fields) + 1):",
                "if False:",
            ),
            Mutant("writer-names", "if not name or name.translate(None, TOKEN) or", "if"),
            Mutant("writer-framing", " or name.lower() in _OURS:", ":"),
            Mutant("writer-status", "if not 200 <= status <= 599:", "if False:"),
        ),
    ),
    Group(
        _HEAD,
        _HTTP,
        (
            Mutant("http-two-hosts", "if hosts != 1 and (http_1_1 or hosts):", "if not hosts and http_1_1:"),
            Mutant("http-no-host", "if hosts != 1 and (http_1_1 or hosts):", "if hosts > 1:"),
            Mutant("http-host-form", "if not HOST.fullmatch(value):", "if False:"),
            Mutant(
                "http-content-length",
                'if name == b"content-length" and value == b"0":',
                'if name == b"content-length":',
            ),
            Mutant(
                "http-transfer-encoding",
                'if name == b"content-length" and value == b"0":',
                'if name == b"transfer-encoding" or value == b"0":',
            ),
            # What llhttp refuses (a folded line, a bare LF) it never sees the end of.
            Mutant(
                "http-faults-of-the-parser",
                "        except httptools.HttpParserError:\n"
                "            raise FaultyHead(Fault.MALFORMED) from None\n",
                "        except httptools.HttpParserError:\n            pass\n",
                (Edit(_HEAD, "if not self._whole or not buffer", "if not buffer"),),
            ),
            # A version that is none, llhttp refuses as well; an empty line before the first it passes over.
            Mutant(
                "http-first-line",
                " or not buffer.startswith(line) or version not in _VERSIONS:",
                ":",
            ),
            Mutant("http-connect", "if method in self._refused:", "if False:"),
            Mutant(
                "http-head-size",
                "        if end > self._limits.head_bytes:\n",
                "        if False:\n",
            ),
            Mutant(
                "http-header-count",
                "target_bytes or len(pairs) > self._limits.header_count:",
                "target_bytes:",
            ),
            Mutant("http-commas", 'if value.count(b",") > MAX_COMMAS:', "if False:"),
            Mutant("http-upgrade-closes", "if close or upgrade or not", "if close or not"),
            Mutant(
                "http-identities",
                "HttpRequest(method, target, headers, *self._sender), frame",
                "HttpRequest(method, target, headers, *self._sender[:1]), frame",
            ),
        ),
    ),
    Group(
        "gateway/server/http1/simple_head.py",
        _HTTP,
        (
            Mutant(
                "http-every-octet-at-a-glance",
                "            end != octets\n            or octets >",
                "            octets >",
            ),
            # An empty line too many is one that this counts as well.
            Mutant(
                "http-every-octet-and-empty-line-at-a-glance",
                ' or data[-5:-4] == b"\\n":',
                ":",
                (
                    Edit(
                        "gateway/server/http1/simple_head.py",
                        "            end != octets\n            or octets >",
                        "            octets >",
                    ),
                ),
            ),
            Mutant(
                "http-framing-at-a-glance",
                "if once and not FRAMING.intersection(shape.names) - {*names} else None",
                "if hosts else None",
            ),
            Mutant(
                "http-connection-at-a-glance",
                "if frame.connection_at is not None and",
                "if False and",
            ),
            Mutant(
                "http-host-form-at-a-glance",
                "if HOST.fullmatch(host) is None:",
                "if False:",
            ),
            Mutant(
                "http-first-line-at-a-glance",
                'return data.startswith(self.line) and self.method != b"CONNECT"',
                "return True",
            ),
        ),
    ),
    Group(
        "gateway/server/http1/protocol.py",
        ("tests/server/http1/test_protocol.py", "tests/server/http1/test_protocol_refusals.py"),
        (Mutant("http-pipelining", "if self._burst > self._limits.max_pipelined:", "if False:"),),
    ),
    Group(
        "gateway/server/http1/connection.py",
        ("tests/server/http1/test_connection.py", "tests/server/http1/test_protocol_crowds.py"),
        (
            Mutant(
                "http-crowd",
                "if not self._connections.add(self, peer):",
                "if self._connections.add(self, peer) is None:",
            ),
        ),
    ),
    Group(
        "gateway/server/grpc/conversion.py",
        ("tests/server/grpc/test_conversion.py",),
        (
            Mutant("grpc-no-status", 'if not sound or not message.HasField("status"):', "if not sound:"),
            Mutant("grpc-unsound", "    if not sound or not", "    if not"),
            Mutant("grpc-status-of-a-refusal", " and 400 <= refusal.status.code <= 599", ""),
            Mutant("grpc-identity", "        and _IDENTITY.issubset(names)\n", ""),
            Mutant("grpc-both", "        and removed.isdisjoint(names)\n", ""),
            Mutant(
                "grpc-neither",
                '        and (b"authorization" in removed or b"authorization" in names)\n',
                "",
            ),
            Mutant("grpc-untrusted", "permit.headers_to_remove.extend(_UNTRUSTED)", "pass"),
        ),
    ),
    Group(
        "gateway/server/speaker.py",
        ("tests/server/test_speaker.py",),
        (Mutant("reread-permit", 'if line != b"HTTP/1.1 200 OK" or head == wire:', "if False:"),),
    ),
    Group(
        "gateway/server/grpc/call.py",
        ("tests/server/grpc/test_call.py",),
        (
            Mutant("grpc-method", 'if pseudo.get(b":method") != b"POST":', "if False:"),
            Mutant("grpc-type", "if not _is_grpc(headers):", "if False:"),
            Mutant("grpc-path", 'if pseudo.get(b":path") != CHECK:', "if False:"),
            Mutant("grpc-message-size", "if self.octets > FRAMED + MAX_MESSAGE:", "if False:"),
            Mutant("grpc-compressed", 'if whole[:1] == b"\\1":', "if False:"),
            Mutant(
                "grpc-length",
                ' or int.from_bytes(whole[1:FRAMED], "big") != len(whole) - FRAMED:',
                ":",
            ),
        ),
    ),
    Group(
        "gateway/server/grpc/protocol.py",
        ("tests/server/grpc/test_protocol.py", "tests/server/grpc/test_listener.py"),
        (
            Mutant(
                "grpc-crowd",
                "if not self._connections.add(self, peer):",
                "if self._connections.add(self, peer) is None:",
            ),
            Mutant("grpc-alpn", 'handshake.selected_alpn_protocol() != "h2"', "False"),
            Mutant("grpc-partial", "if self._partial > MAX_PARTIAL:", "if False:"),
            Mutant("grpc-flood", "if self._idle_events > MAX_EVENTS:", "if False:"),
            Mutant(
                "grpc-slow",
                "elif self._calls or self._partial:\n            self._refuse",
                "elif False:\n            self._refuse",
            ),
            Mutant(
                "grpc-identities", "self._peer, self._identities)\n        try:", "self._peer)\n        try:"
            ),
        ),
    ),
    Group(
        "gateway/tls/server.py",
        ("tests/tls/test_server.py",),
        (
            # OpenSSL verifies: no edit of ours makes it take a stranger's certificate, and where it is not
            # asked to, Python shows no name. But an authority of before can be kept.
            Mutant(
                "tls-authority-taken-away",
                "        newest = contexts_of(certificates, *self._protocols)\n",
                "        newest = contexts_of(certificates, *self._protocols)\n"
                "        for known in self._newest.find(None).get_ca_certs(binary_form=True):\n"
                "            newest.find(None).load_verify_locations(cadata=known)\n",
            ),
            Mutant("tls-client-certificates", "ssl.CERT_OPTIONAL", "ssl.CERT_NONE"),
            Mutant("tls-client-required", "ssl.CERT_REQUIRED if certificates.client_required else ", ""),
            Mutant("tls-renewal", "handshake.context = newest", "pass"),
            Mutant("tls-other-name", "other = None if certificates.names_alone else", "other ="),
            # At its default level OpenSSL refuses older versions as well.
            Mutant(
                "tls-version",
                "context.minimum_version = ssl.TLSVersion.TLSv1_2",
                "context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED\n"
                '    context.set_ciphers("DEFAULT:@SECLEVEL=0")',
            ),
            Mutant(
                "tls-tickets",
                "ssl.OP_NO_TICKET | ",
                "",
                (Edit("gateway/tls/server.py", "context.num_tickets = 0", "context.num_tickets = 2"),),
            ),
        ),
    ),
    Group(
        "gateway/tls/identity.py",
        ("tests/tls/test_identity.py", "tests/tls/test_server.py"),
        (
            Mutant("tls-kind-of-name", 'if kind in {"URI", "DNS"}', 'if kind not in {"URI", "DNS"} or True'),
            Mutant("tls-resumed", " and not handshake.session_reused", ""),
        ),
    ),
    Group(
        "gateway/tls/client.py",
        ("tests/tls/test_client.py",),
        (
            Mutant(
                "tls-pinned", "if self.names and self.names.isdisjoint(identities(handshake)):", "if False:"
            ),
            Mutant("tls-host", "if trust.names:\n", "if True:\n"),
            Mutant(
                "tls-server-authority",
                "if trust.authority is None:\n",
                "context.check_hostname = False\n    context.verify_mode = ssl.CERT_NONE\n"
                "    if trust.authority is None:\n",
            ),
        ),
    ),
)
