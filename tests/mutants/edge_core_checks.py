"""Which checks of the edge are there to remove? Framing on both sides, what is sent twice, and what ends."""

from typing import Final

from tests.mutants.mutant import Edit, Group, Mutant

_ANSWER: Final = "gateway/server/edge/response_head.py"

EDGE_CORE_CHECKS: Final = (
    Group(
        "gateway/tls/identity.py",
        ("tests/server/edge/test_listener.py",),
        (Mutant("certificate-not-asked-for", " or handshake.context.verify_mode is ssl.CERT_NONE:", ":"),),
    ),
    Group(
        "gateway/server/http1/head.py",
        ("tests/server/http1/test_head_bodies.py", "tests/server/edge/test_smuggling.py"),
        (
            Mutant("edge-coding-in-1.0", " and http_1_1 and value.lower() ==", " and value.lower() =="),
            Mutant("edge-other-codings", ' and value.lower() == b"chunked":', ":"),
            # llhttp would read what is left of the body as the next head.
            Mutant(
                "edge-parser-afresh",
                "            self._parser = _UNMADE\n        headers",
                "            pass\n        headers",
            ),
        ),
    ),
    Group(
        "gateway/server/http1/simple_head.py",
        ("tests/server/http1/test_simple_head.py", "tests/server/http1/test_head_bodies.py"),
        (
            Mutant("edge-leading-zeros", 'rb"0|[1-9][0-9]{0,17}"', 'rb"[0-9]{1,18}"'),
            Mutant("sized-length", "            or LENGTH.fullmatch(length) is None\n", ""),
            Mutant(
                "sized-within-a-body", "            self._seen = _Seen()  # the former", "            pass  #"
            ),
            Mutant("sized-and-more", "        elif len(first) > length:", "        elif False:"),
        ),
    ),
    Group(
        "gateway/server/edge/body.py",
        ("tests/server/edge/test_body.py",),
        (
            Mutant("edge-chunk-line-end", 'if line != b"\\r\\n":', "if False:"),
            Mutant("edge-chunk-size", "_SIZE_LINE.fullmatch(line)", "_SIZE_LINE.search(line)"),
            Mutant("edge-trailers", "elif _TRAILER.fullmatch(line) is None:", "elif False:"),
            Mutant("edge-chunk-excess", "if self._excess > MAX_EXCESS:", "if False:"),
            Mutant("edge-chunk-line", "len(part) >= MAX_LINE or (", "("),
        ),
    ),
    Group(
        "gateway/server/edge/request_body.py",
        ("tests/server/edge/test_request_body.py",),
        (
            Mutant("edge-length-limit", "self._check(self._body.left if", "self._check(0 if"),
            Mutant("edge-body-limit", "        self._taken += len(content)\n", ""),
            Mutant("edge-drain-limit", "return self._body.ended or self._to_drain >= 0", "return True"),
            Mutant("edge-expectation", ' != [b"100-continue"]:', " == []:"),
        ),
    ),
    Group(
        "gateway/server/edge/request_head.py",
        ("tests/server/edge/test_request_head.py",),
        (
            Mutant("edge-control-bytes", "if len(head.translate(None, TEXT)) != 2 * lines:", "if False:"),
            Mutant("edge-framing-names", " or name in HOP_BY_HOP:", ":"),
            Mutant("edge-names", "if not name or name.translate(None, TOKEN) or", "if"),
            Mutant("edge-target", ' or b" " in forward.target or', " or"),
            Mutant("edge-one-host", 'if len(shape.places(b"host")) != 1:', "if False:"),
        ),
    ),
    Group(
        _ANSWER,
        ("tests/server/edge/test_response_head.py",),
        (
            # llhttp refuses what this does, as far as we know; without either it would be read.
            Mutant(
                "edge-faults-of-the-answer-parser",
                "        except httptools.HttpParserError:\n            raise FaultyAnswer from None\n",
                "        except httptools.HttpParserError:\n            pass\n",
                (
                    Edit(_ANSWER, "            not self._whole\n            or not", "            not"),
                    Edit(_ANSWER, '            or head.count(b"\\n") != len(names) + 2\n', ""),
                ),
            ),
            Mutant("edge-answer-version", '(b"HTTP/1.1 ", b"HTTP/1.0 ")', '(b"HTTP/",)'),
            Mutant("edge-answer-length", "if LENGTH.fullmatch(values[place]) is None:", "if False:"),
            Mutant("edge-answer-coding", ' or values[place].lower() != b"chunked":', ":"),
            Mutant("edge-answer-coding-in-1.0", "if not http_1_1 or values[place]", "if values[place]"),
            Mutant("edge-answer-size", "            or len(head) > limits.answer_head_bytes\n", ""),
            Mutant("edge-answer-count", "            or len(names) > limits.answer_headers\n", ""),
            Mutant("edge-answer-status", "if not 100 <= status <= 599:", "if False:"),
        ),
    ),
    Group(
        "gateway/server/edge/relayed_head.py",
        ("tests/server/edge/test_relayed_head.py",),
        (
            Mutant("edge-answer-hop-by-hop", "gone = HOP_BY_HOP | nominated", "gone = nominated"),
            Mutant("edge-answer-nominated", "HOP_BY_HOP | nominated | rules", "HOP_BY_HOP | rules"),
            Mutant("edge-answer-names", " | nominated | rules.names", " | nominated"),
            Mutant("edge-answer-prefixes", " and not name.startswith(rules.prefixes)", ""),
            Mutant("edge-cookie-tossing", " and place not in tossed", ""),
        ),
    ),
    Group(
        "gateway/dialects/set_cookie.py",
        ("tests/dialects/test_set_cookie.py",),
        (
            Mutant("edge-cookie-prefix", "host-http|host|http|secure", "host-http"),
            Mutant("edge-cookie-case", "name.strip(_WHITE).lower()", "name.strip(_WHITE)"),
            Mutant("edge-cookie-space", "name.strip(_WHITE).lower()", "name.lower()"),
            Mutant("edge-cookie-nameless", "value.lstrip(_BEFORE_A_NAME)", "value"),
        ),
    ),
    Group(
        "gateway/server/edge/exchange.py",
        (
            *("tests/server/edge/test_exchange.py", "tests/server/edge/test_tunnel.py"),
            *("tests/server/edge/test_shares.py", "tests/server/edge/test_pace.py"),
        ),
        (
            Mutant("edge-repeat-methods", " and self._forward.method in _IDEMPOTENT", ""),
            Mutant("edge-repeat-bodies", " and self._frame.length == 0 and", " and"),
            Mutant("edge-repeat-answered", "return not self._answering and", "return"),
            Mutant("edge-repeat-new", "connection is not None and connection.used and self", "self"),
            Mutant("edge-keep-bytes-behind", " and not body.rest)", ")"),
            Mutant("edge-keep-unsent", "self._keeps and self._sent and", "self._keeps and"),
            Mutant("edge-keep-close", "keeps=self._keeps and self._sent", "keeps=self._sent"),
            Mutant("edge-keep-whole-close", "keeps=head.keeps and self._sent", "keeps=self._sent"),
            Mutant("edge-keep-whole-unsent", "keeps=head.keeps and self._sent and", "keeps=head.keeps and"),
            Mutant("edge-interims", "if self._interims > self._limits.interim_answers:", "if False:"),
            Mutant("edge-switch", " or not switches(head, self._forward.upgrade):", ":"),
            Mutant("edge-reset-is-no-end", "EndlessBody) and in_order:", "EndlessBody):"),
            Mutant("share-taken", "if not self._edge.shares.take(share):", "if False:"),
            Mutant("share-given-back", "self._edge.shares.give_back(share)", "pass"),
            Mutant("body-pace-asked", " and not self._keeps_up(len(content)):", " and False:"),
            Mutant("edge-route-time", "        if total_s is not None:\n", "        if False:\n"),
            Mutant("edge-until", "if self._forward.until is not None:", "if False:"),
        ),
    ),
    Group(
        "gateway/server/edge/request_side.py",
        ("tests/server/edge/test_request_side.py", "tests/server/edge/test_exchange.py"),
        (
            Mutant("edge-methods", 'if request.method in (b"CONNECT", b"TRACE"):', "if False:"),
            Mutant("edge-first-piece", "if len(first) > most:", "if False:"),
            Mutant("edge-route-bounds-body", "            self._body.bound(most)\n", "            pass\n"),
            Mutant("edge-pipelining", "if self._burst > self._limits.max_pipelined:", "if False:"),
            Mutant("edge-close-unread", " or self._body is not None else", " else"),
            Mutant("edge-drain-expected", "draining or self._expects or not", "draining or not"),
        ),
    ),
    Group(
        "gateway/server/edge/client.py",
        ("tests/server/edge/test_client.py",),
        (Mutant("edge-same-method", 'if (forward.method == b"HEAD") is not self._is_head:', "if False:"),),
    ),
    Group(
        "gateway/server/edge/answer_framing.py",
        ("tests/server/edge/test_answer_framing.py", "tests/server/edge/test_exchange.py"),
        (
            Mutant("edge-keep-204", "keeps=head.keeps and not odd", "keeps=head.keeps"),
            Mutant("edge-length-of-204", " or head.status == 204 else", " else"),
        ),
    ),
    Group(
        "gateway/server/edge/answer_glance.py",
        ("tests/server/edge/test_answer_glance.py",),
        (
            Mutant("glance-text", "or len(found[0].translate(None, TEXT)) != self._line_ends:", "or False:"),
            Mutant("glance-size", "if end > most or len", "if len"),
            Mutant("glance-length", "if LENGTH.fullmatch(length) is None:", "if False:"),
            Mutant("glance-connection", 'if values[place] != b"keep-alive":', "if False:"),
            Mutant("glance-coding", '        and not shape.places(b"transfer-encoding")\n', ""),
            Mutant(
                "glance-lengths",
                '(b"content-length")) == 1',
                '(b"content-length")) >= 1',
                (
                    Edit(
                        "gateway/server/edge/answer_glance.py",
                        '(self._length_at,) = shape.places(b"content-length")',
                        'self._length_at = shape.places(b"content-length")[0]',
                    ),
                ),
            ),
        ),
    ),
    Group(
        "gateway/server/edge/always.py",
        ("tests/server/edge/test_always.py",),
        (
            Mutant("always-one-voice", "rules.names | self._names,", "rules.names,"),
            Mutant("always-once", "if pair[0].lower() not in self._names]", "if True]"),
        ),
    ),
    Group(
        "gateway/server/edge/breaker.py",
        ("tests/server/edge/test_breaker.py",),
        (
            Mutant("breaker-opens", "self.failures >= self._limits.breaker_failures:", "False:"),
            Mutant("breaker-one-trial", "        if self._rounds:\n            self._open()", "        pass"),
            Mutant("breaker-bound", ", self._limits.breaker_most_s)", ", 1e9)"),
        ),
    ),
    Group(
        "gateway/server/edge/upstreams.py",
        ("tests/server/edge/test_breaker.py",),
        (
            Mutant("breaker-one-server", " and not (breaker.failures and breaker.open) else", " else"),
            Mutant("breaker-other-servers", " and not one.breaker.open\n", "\n"),
        ),
    ),
    Group(
        "gateway/server/edge/shares.py",
        ("tests/server/edge/test_shares.py",),
        (
            Mutant("share-bound", "if count >= self.most:", "if False:"),
            Mutant("share-forgotten", "        if count:\n", "        if True:\n"),
        ),
    ),
    Group(
        "gateway/server/edge/pace.py",
        ("tests/server/edge/test_pace.py",),
        (Mutant("body-pace", "return enough", "return True"),),
    ),
    Group(
        "gateway/server/edge/announced.py",
        ("tests/server/edge/test_announced.py",),
        (
            Mutant("announced-by-anybody", " or not self._announced_by(peer):", ":"),
            Mutant(
                "announced-in-time", "asyncio.timeout(self._limits.announcement_s)", "asyncio.timeout(None)"
            ),
            Mutant("announced-at-once", "if full or peer is None", "if peer is None"),
            Mutant("announced-or-not", "        raise _Unannounced\n\n", "        return None\n\n"),
        ),
    ),
    Group(
        "gateway/server/edge/server_pool.py",
        ("tests/server/edge/test_server_pool.py",),
        (
            Mutant("edge-server-name", "trusted.check(transport", "id(transport"),
            Mutant("edge-server-untrusted", "connection.discard()\n                raise", "raise"),
        ),
    ),
    Group(
        "gateway/server/edge/upstreams.py",
        ("tests/server/edge/test_upstreams.py",),
        (
            Mutant(
                "edge-server-certificates",
                "known.pop((name, server), None)",
                "next(iter(known.values()), None)",
            ),
        ),
    ),
    Group(
        "gateway/server/edge/upstream_connection.py",
        ("tests/server/edge/test_exchange.py",),
        (Mutant("edge-unasked-bytes", "self.transport.abort()\n            return", "return"),),
    ),
)
