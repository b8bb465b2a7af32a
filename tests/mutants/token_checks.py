"""Which checks of the token are there to remove? Form, signature, issuer, claims, kind, deny list."""

from typing import Final

from tests.mutants.mutant import Edit, Group, Mutant

TOKEN_CHECKS: Final = (
    Group(
        "gateway/core/jws.py",
        ("tests/core/test_jws.py", "tests/core/test_verify.py"),
        (
            Mutant(
                "signature",
                "if algorithm.verify(jws.signing_input, key.key, jws.signature):",
                "if algorithm is not None:",
            ),
            Mutant(
                "algorithm-unknown",
                "if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:",
                "if not isinstance(algorithm, str):",
            ),
            Mutant("algorithm-symmetric", 'in {"RS", "PS"}', 'in {"RS", "PS", "HS"}'),
            Mutant("header-forbidden", "    if present:\n", "    if False:\n"),
            Mutant("header-crit", 'frozenset({"crit", "b64"', 'frozenset({"b64"'),
            Mutant("header-jwk", '"zip", "jwk", "jku"', '"zip", "jku"'),
            Mutant("header-jku", '"zip", "jwk", "jku"', '"zip", "jwk"'),
            Mutant("token-size", "if len(text) > MAX_TOKEN_BYTES:", "if False:"),
            Mutant("key-ambiguous", "if jws.kid is None and len(candidates) > 1:", "if False:"),
            Mutant(
                "token-inside-token",
                'if header.get("cty", "").lower().removeprefix("application/") == "jwt":',
                "if False:",
            ),
        ),
    ),
    Group(
        "gateway/core/jwk.py",
        ("tests/core/test_jwk.py", "tests/core/test_verify.py"),
        (
            Mutant(
                "key-of-another-algorithm",
                "if algorithm in key.algorithms and (kid is None or key.kid == kid)",
                "if (kid is None or key.kid == kid)",
            ),
            Mutant(
                "key-of-another-kid",
                "if algorithm in key.algorithms and (kid is None or key.kid == kid)",
                "if algorithm in key.algorithms",
            ),
        ),
    ),
    Group(
        "gateway/core/verify.py",
        ("tests/core/test_verify.py", "tests/core/test_revocation.py"),
        (
            Mutant(
                "algorithm-of-the-issuer",
                "    _check_algorithm(jws, issuer)\n",
                "",
            ),
            Mutant(
                "key-of-another-issuer",
                "keys = fetched or evidence.keys.get(issuer.id)",
                "keys = fetched or next(\n"
                '        (one for one in evidence.keys.values() if one.knows(jws.kid or "")),\n'
                "        evidence.keys.get(issuer.id),\n"
                "    )",
            ),
            Mutant(
                "issuer-unknown",
                "    if issuer is None:\n        raise Refusal(Reason.ISSUER_UNKNOWN)\n    if issuer.id not",
                "    if issuer is None:\n        issuer = next(iter(snapshot.issuers.values()))\n"
                "    if issuer.id not",
            ),
            Mutant("issuer-not-admitted", "if issuer.id not in route.issuers:", "if False:"),
            Mutant(
                "issuer-of-what-was-signed",
                "if issuer is None or issuer.id != signed.issuer_id:",
                "if issuer is None:",
            ),
            Mutant("revoked", "    evidence.revoked.check(tags, token.text)\n", ""),
        ),
    ),
    Group(
        "gateway/core/authorize.py",
        ("tests/core/test_authorize.py",),
        (
            Mutant("principal-not-admitted", "if principal.issuer_id not in route.issuers:", "if False:"),
            Mutant("scope", "if not scopes <= principal.scopes:", "if False:"),
            Mutant("scope-all", "if not scopes <= principal.scopes:", "if not scopes & principal.scopes:"),
            Mutant("client", "if principal.client_id not in clients:", "if False:"),
            Mutant("claim", "if not _claim_holds(requirement, principal):", "if False:"),
            Mutant("bound", "if not is_bound(principal.claims):", "if False:"),
            Mutant("identity", "if wanted.isdisjoint(certificate.identities):", "if False:"),
            Mutant(
                "identity-unknown",
                "    if certificate is None:\n        raise",
                "    if certificate is None:\n        return\n    if False:\n        raise",
            ),
            Mutant(
                "identity-untold",
                "    if certificate.identities is None:\n        raise",
                "    if certificate.identities is None:\n        return\n    if False:\n        raise",
            ),
            Mutant("claim-second-at", 'if ats and text.count("@") != ats:', "if False:"),
        ),
    ),
    Group(
        "gateway/core/claims.py",
        ("tests/core/test_claims.py",),
        (
            Mutant("iss", 'if claims.get("iss") != issuer.issuer:', "if False:"),
            Mutant("exp", "if now >= expires + leeway:", "if False:"),
            Mutant("exp-boundary", "if now >= expires + leeway:", "if now > expires + leeway:"),
            Mutant("exp-leeway", "if now >= expires + leeway:", "if now >= expires + 2 * leeway:"),
            Mutant(
                "exp-missing",
                'raise Refusal(Reason.CLAIM_MISSING, "exp")',
                "expires = now + 60.0",
            ),
            Mutant("nbf", "if starts is not None and now + leeway < starts:", "if False:"),
            Mutant(
                "nbf-leeway",
                "if starts is not None and now + leeway < starts:",
                "if starts is not None and now + 2 * leeway < starts:",
            ),
            Mutant("iat", "if issued is not None and now + leeway < issued:", "if False:"),
            Mutant("max-lifetime", "if lifetime > shape.max_lifetime_s:", "if False:"),
            Mutant("max-age", "if now - issued > max_age_s:", "if False:"),
            Mutant(
                "max-age-without-iat",
                'raise Refusal(Reason.CLAIM_MISSING, "iat")',
                "return",
            ),
            Mutant("aud", "if audiences.isdisjoint(issuer.audiences):", "if False:"),
            Mutant("typ", "if seen not in shape.token_types:", "if False:"),
            Mutant("kind", "    _check_kind(signed, issuer)\n", ""),
            Mutant("cnf", "    check_binding(claims, certificate)\n", ""),
            Mutant(
                "tenant",
                "if value is ABSENT or not any(same(value, one) for one in admitted):",
                "if value is ABSENT:",
            ),
            Mutant(
                "tenant-not-configured",
                "elif issuer.shape.requires_tenant:",
                "elif False:",
            ),
            Mutant(
                "time-is-a-number",
                "if type(value) is not int and type(value) is not float:",
                "if not isinstance(value, int | float):",
            ),
        ),
    ),
    Group(
        "gateway/core/binding.py",
        ("tests/core/test_binding.py",),
        (
            Mutant("binding-of-another-kind", "or set(confirmation) != {THUMBPRINT}:", "or False:"),
            Mutant(
                "binding-and-another",
                "set(confirmation) != {THUMBPRINT}",
                "not set(confirmation) >= {THUMBPRINT}",
            ),
            Mutant(
                "binding-that-nobody-can-check",
                "    if certificate is None:\n",
                "    if certificate is None:\n        return\n    if False:\n",
            ),
            Mutant(
                "binding-without-certificate",
                "        raise Refusal(Reason.CERTIFICATE_MISSING)",
                "        return",
            ),
            Mutant("binding-match", "if not compare_digest(certificate, expected):", "if False:"),
            Mutant("binding-length", "if len(octets) == THUMBPRINT_BYTES else None", ""),
        ),
    ),
    Group(
        "gateway/core/token_test.py",
        ("tests/core/test_token_test.py",),
        (
            Mutant("kind-rfc9068", '_text(claims, "jti") and _text(claims, "client_id")', "True"),
            Mutant("kind-keycloak", 'passes = _is(claims, "typ", "Bearer")', "passes = True"),
            Mutant("kind-cognito", '_is(claims, "token_use", "access") and', "True and"),
            Mutant(
                "kind-auth0",
                "return bool((named & audiences or named) - {client})",
                "return bool(named)",
            ),
            Mutant("kind-entra-nonce", '        and "nonce" not in header\n', ""),
            Mutant("kind-id-token-events", '        and "events" not in claims  #', "        #"),
        ),
    ),
    Group(
        "gateway/core/strict_json.py",
        ("tests/core/test_strict_json.py",),
        (
            Mutant("json-duplicate", "if len(members) != len(pairs):", "if False:"),
            Mutant(
                "json-duplicate-at-a-glance",
                "return value if isinstance(value, dict) and orjson.dumps(value) == document else None",
                "return value if isinstance(value, dict) else None",
            ),
            Mutant("json-depth", "if depth > limits.max_depth:", "if False:"),
            Mutant(
                "json-members",
                'if bare.count(b",") >= limits.max_members:',
                "if False:",
                (
                    Edit(
                        "gateway/core/strict_json.py",
                        "    if len(brackets) > most:\n",
                        "    if False:\n",
                    ),
                ),
            ),
            Mutant("json-nan", "    parse_constant=_refuse_constant,\n", ""),
            Mutant("json-size", "if len(document) > limits.max_bytes:", "if False:"),
        ),
    ),
    Group(
        "gateway/core/base64url.py",
        ("tests/core/test_base64url.py",),
        (
            Mutant("base64url-spare-bits", "if spare and text[-1:] not in _LAST[spare]:", "if spare == 1:"),
            Mutant("base64url-alphabet", 'b"-_+/=", b"+/!!!"', 'b"-_=", b"+/!"'),
        ),
    ),
    Group(
        "gateway/core/revocation.py",
        ("tests/core/test_revocation.py",),
        (
            Mutant("revoked-key", "        if self.keys and ((", "        if False and (("),
            Mutant(
                "revoked-thumbprint",
                " or (issuer_id, tags.thumbprint) in self.keys",
                "",
            ),
            Mutant("revoked-jti", "if self.jtis and (issuer_id, tags.jti) in self.jtis:", "if False:"),
            Mutant("revoked-subject", "if self.subjects and self._names_subject(tags):", "if False:"),
            Mutant(
                "revoked-subject-without-iat",
                " or tags.issued_at is None or tags.issued_at < issued_before",
                " or (tags.issued_at is not None and tags.issued_at < issued_before)",
            ),
            Mutant(
                "revoked-fingerprint",
                "            and self.fingerprint(token) in self.fingerprints\n",
                "            and False\n",
            ),
        ),
    ),
)
