"""Why was a request not allowed?

A closed list. Each reason is one row of `ROWS`: the class of outcome it belongs to (which fixes the
status, see `gateway.dialects.answers`), the step of the walk that gave it, and one sentence for the
operator. The client is told the class and never the reason: RFC 6750 section 3.1 has one code,
`invalid_token`, for everything that can be wrong with a token, and so have we.

Invariant: every reason has exactly one row, one conformance scenario and one line in
`docs/reasons.md` (tests/architecture holds the sets equal).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum, unique
from typing import Final


@unique
class Outcome(Enum):
    """What class of answer a reason becomes. DESIGN section 2, first column of the table."""

    MALFORMED = "malformed"
    """The request itself is wrong or ambiguous: 400 `invalid_request` (RFC 6750 section 3.1)."""
    MISSING = "missing"
    """No credential was presented: 401, a challenge without error code (RFC 6750 section 3.1)."""
    TOKEN = "token"  # noqa: S105 - the name of a class of outcomes
    """The token is refused: 401 `invalid_token`."""
    SCOPE = "scope"
    """The token is good and lacks a scope: 403 `insufficient_scope`."""
    FORBIDDEN = "forbidden"
    """Not allowed, whatever the token: 403."""
    OUTAGE = "outage"
    """Something we depend on is down: 503 with Retry-After. Never a permit, never the client's fault."""
    BUG = "bug"
    """Our own fault: 500, opaque."""


@unique
class Step(StrEnum):
    """A step of the walk, in order."""

    READ = "read"
    MATCH = "match"
    EXTRACT = "extract"
    VERIFY = "verify"
    IDENTIFY = "identify"
    AUTHORIZE = "authorize"
    MINT = "mint"
    RENDER = "render"


@unique
class Reason(StrEnum):
    """The reason itself. Its value is the metric label and the `event.reason` of the record."""

    # read: what the proxy sent
    PEER_UNTRUSTED = "peer_untrusted"
    CALLER_UNPROVEN = "caller_unproven"
    POLICY_UNKNOWN = "policy_unknown"
    CARRIER_MISSING = "carrier_missing"
    CARRIER_DUPLICATE = "carrier_duplicate"
    CARRIER_MALFORMED = "carrier_malformed"
    HEADER_LOOKALIKE = "header_lookalike"
    IDENTITY_HEADER_FORGED = "identity_header_forged"
    CONNECTION_OPTION = "connection_option"
    METHOD_MALFORMED = "method_malformed"
    METHOD_OVERRIDE = "method_override"
    UPGRADE_REFUSED = "upgrade_refused"
    HOST_MALFORMED = "host_malformed"

    # match: the target grammar (core/target.py), then the table
    TARGET_FORM = "target_form"
    TARGET_TOO_LONG = "target_too_long"
    TARGET_CHARACTER = "target_character"
    TARGET_NON_ASCII = "target_non_ascii"
    TARGET_FRAGMENT = "target_fragment"
    TARGET_BACKSLASH = "target_backslash"
    TARGET_EMPTY_SEGMENT = "target_empty_segment"
    TARGET_DOT_SEGMENT = "target_dot_segment"
    TARGET_SEGMENT_END = "target_segment_end"
    TARGET_SEMICOLON = "target_semicolon"
    TARGET_ESCAPE_MALFORMED = "target_escape_malformed"
    TARGET_ESCAPED_SLASH = "target_escaped_slash"
    TARGET_ESCAPED_PERCENT = "target_escaped_percent"
    TARGET_ESCAPED_DELIMITER = "target_escaped_delimiter"
    TARGET_ESCAPED_UNRESERVED = "target_escaped_unreserved"
    TARGET_ESCAPED_CONTROL = "target_escaped_control"
    TARGET_INVALID_UTF8 = "target_invalid_utf8"
    TARGET_CONFUSABLE = "target_confusable"
    TARGET_READINGS_DIFFER = "target_readings_differ"
    HOST_NOT_ALLOWED = "host_not_allowed"
    PATH_NOT_ALLOWED = "path_not_allowed"
    PATH_CASE_CONFLICT = "path_case_conflict"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    ORIGIN_NOT_ALLOWED = "origin_not_allowed"

    # extract: what the client presented
    CREDENTIAL_MISSING = "credential_missing"
    CREDENTIAL_AMBIGUOUS = "credential_ambiguous"
    CREDENTIAL_MALFORMED = "credential_malformed"
    CREDENTIAL_MISPLACED = "credential_misplaced"
    CREDENTIAL_UNREMOVABLE = "credential_unremovable"

    # verify: the form of the token, its signature, its registered claims
    TOKEN_TOO_LARGE = "token_too_large"  # noqa: S105
    TOKEN_MALFORMED = "token_malformed"  # noqa: S105
    TOKEN_ENCRYPTED = "token_encrypted"  # noqa: S105
    TOKEN_JSON_MALFORMED = "token_json_malformed"  # noqa: S105
    TOKEN_MEMBER_DUPLICATE = "token_member_duplicate"  # noqa: S105
    TOKEN_HEADER_FORBIDDEN = "token_header_forbidden"  # noqa: S105
    ISSUER_UNKNOWN = "issuer_unknown"
    ISSUER_NOT_ADMITTED = "issuer_not_admitted"
    ALGORITHM_NOT_ALLOWED = "algorithm_not_allowed"
    KEY_UNKNOWN = "key_unknown"
    KEY_AMBIGUOUS = "key_ambiguous"
    SIGNATURE_INVALID = "signature_invalid"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    TYPE_NOT_ALLOWED = "type_not_allowed"
    CLAIM_MALFORMED = "claim_malformed"
    CLAIM_MISSING = "claim_missing"
    AUDIENCE_MISMATCH = "audience_mismatch"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105
    TOKEN_NOT_YET_VALID = "token_not_yet_valid"  # noqa: S105
    TOKEN_ISSUED_IN_FUTURE = "token_issued_in_future"  # noqa: S105
    LIFETIME_EXCEEDED = "lifetime_exceeded"
    NOT_AN_ACCESS_TOKEN = "not_an_access_token"  # noqa: S105
    TENANT_MISMATCH = "tenant_mismatch"
    BINDING_UNSUPPORTED = "binding_unsupported"
    CERTIFICATE_MISSING = "certificate_missing"
    CERTIFICATE_MISMATCH = "certificate_mismatch"

    # identify
    SUBJECT_UNMAPPABLE = "subject_unmappable"

    # authorize
    SCOPE_INSUFFICIENT = "scope_insufficient"
    CLIENT_NOT_ALLOWED = "client_not_allowed"
    AUDIENCE_NOT_ALLOWED = "audience_not_allowed"
    CLAIM_UNSATISFIED = "claim_unsatisfied"
    BINDING_MISSING = "binding_missing"
    CERTIFICATE_UNKNOWN = "certificate_unknown"
    CERTIFICATE_NOT_ALLOWED = "certificate_not_allowed"

    # mint
    ANSWER_TOO_LARGE = "answer_too_large"

    # outages and bugs
    KEYS_UNAVAILABLE = "keys_unavailable"
    SIGNING_KEY_UNAVAILABLE = "signing_key_unavailable"
    LOOKUPS_EXHAUSTED = "lookups_exhausted"
    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True, slots=True)
class Row:
    """One reason: its class, its step, and what it means in a sentence."""

    outcome: Outcome
    step: Step
    meaning: str


_M, _F, _T = Outcome.MALFORMED, Outcome.FORBIDDEN, Outcome.TOKEN

ROWS: Final[Mapping[Reason, Row]] = {
    Reason.PEER_UNTRUSTED: Row(_F, Step.READ, "The caller's address is not among the policy's peers."),
    Reason.CALLER_UNPROVEN: Row(
        _F, Step.READ, "The caller neither says a secret nor shows an identity of the policy's callers."
    ),
    Reason.POLICY_UNKNOWN: Row(
        _F,
        Step.READ,
        "The configuration has no policy of the URL's name, or, at the edge, none for the host.",
    ),
    Reason.CARRIER_MISSING: Row(
        _M,
        Step.READ,
        "A header that this proxy always sends is absent: it is not the proxy, or not the snippet.",
    ),
    Reason.CARRIER_DUPLICATE: Row(
        _M, Step.READ, "A header that the proxy sends once arrived more than once."
    ),
    Reason.CARRIER_MALFORMED: Row(
        _M, Step.READ, "A header of the proxy does not have the form that this proxy gives it."
    ),
    Reason.HEADER_LOOKALIKE: Row(
        _M, Step.READ, "A header is spelt like a protected one, with another character for a hyphen."
    ),
    Reason.IDENTITY_HEADER_FORGED: Row(
        _M, Step.READ, "The client sent an identity header that only the gateway may set."
    ),
    Reason.CONNECTION_OPTION: Row(
        _M, Step.READ, "Connection lists something other than close, keep-alive, upgrade or te."
    ),
    Reason.METHOD_MALFORMED: Row(
        _M, Step.READ, "The method is not an upper-case token of at most 32 characters."
    ),
    Reason.METHOD_OVERRIDE: Row(
        _M, Step.READ, "The request asks the backend to read another method than the one that is judged."
    ),
    Reason.UPGRADE_REFUSED: Row(
        _F,
        Step.MATCH,
        "An upgrade to something other than WebSocket, or to WebSocket on a route without `websocket: true`.",
    ),
    Reason.HOST_MALFORMED: Row(
        _M,
        Step.READ,
        "The host is not a DNS name, an IPv4 or a bracketed IPv6 address with an optional port.",
    ),
    Reason.TARGET_FORM: Row(
        _M, Step.MATCH, "The request target is not in origin form (RFC 9112 section 3.2.1)."
    ),
    Reason.TARGET_TOO_LONG: Row(
        _M, Step.MATCH, "The request target is longer than 8192 bytes or has more than 256 segments."
    ),
    Reason.TARGET_CHARACTER: Row(
        _M, Step.MATCH, "The path holds a byte that is neither a pchar nor a slash (RFC 3986 section 3.3)."
    ),
    Reason.TARGET_NON_ASCII: Row(_M, Step.MATCH, "The target holds raw bytes above 0x7F."),
    Reason.TARGET_FRAGMENT: Row(_M, Step.MATCH, "The target holds a raw `#`."),
    Reason.TARGET_BACKSLASH: Row(
        _M, Step.MATCH, "The path holds a backslash, raw or escaped, that some read as a slash."
    ),
    Reason.TARGET_EMPTY_SEGMENT: Row(
        _M, Step.MATCH, "The path holds `//`, which some merge and some do not."
    ),
    Reason.TARGET_DOT_SEGMENT: Row(_M, Step.MATCH, "The path holds a `.` or `..` segment in some reading."),
    Reason.TARGET_SEGMENT_END: Row(
        _M, Step.MATCH, "A path segment ends in a dot or a space, which some file systems drop."
    ),
    Reason.TARGET_SEMICOLON: Row(
        _M, Step.MATCH, "The path holds a `;`, which some read as the start of a parameter."
    ),
    Reason.TARGET_ESCAPE_MALFORMED: Row(_M, Step.MATCH, "A `%` is not followed by two hexadecimal digits."),
    Reason.TARGET_ESCAPED_SLASH: Row(_M, Step.MATCH, "The path holds `%2F`."),
    Reason.TARGET_ESCAPED_PERCENT: Row(
        _M, Step.MATCH, "The path holds `%25`, which a second decoding reads as another escape."
    ),
    Reason.TARGET_ESCAPED_DELIMITER: Row(_M, Step.MATCH, "The path escapes `?`, `#` or `;`."),
    Reason.TARGET_ESCAPED_UNRESERVED: Row(
        _M,
        Step.MATCH,
        "The path escapes a letter, digit, `-`, `.`, `_` or `~`, which RFC 3986 section 2.3 says to leave alone.",
    ),
    Reason.TARGET_ESCAPED_CONTROL: Row(_M, Step.MATCH, "The path escapes a control character."),
    Reason.TARGET_INVALID_UTF8: Row(_M, Step.MATCH, "The path decodes to bytes that are not UTF-8."),
    Reason.TARGET_CONFUSABLE: Row(
        _M, Step.MATCH, "The path holds a character that compatibility mapping turns into another one."
    ),
    Reason.TARGET_READINGS_DIFFER: Row(
        _M, Step.MATCH, "The route admits this spelling, and its readings lead to different routes."
    ),
    Reason.HOST_NOT_ALLOWED: Row(_F, Step.MATCH, "The host is not one of the policy's hosts."),
    Reason.PATH_NOT_ALLOWED: Row(_F, Step.MATCH, "No route has this path."),
    Reason.PATH_CASE_CONFLICT: Row(_F, Step.MATCH, "Read in another case the path leads to another route."),
    Reason.METHOD_NOT_ALLOWED: Row(_F, Step.MATCH, "The path has a route, and none for this method."),
    Reason.ORIGIN_NOT_ALLOWED: Row(
        _F,
        Step.MATCH,
        "A CORS preflight, or a token in a cookie, from an origin that the policy does not list.",
    ),
    Reason.CREDENTIAL_MISSING: Row(
        Outcome.MISSING, Step.EXTRACT, "No credential of a kind that the policy accepts was presented."
    ),
    Reason.CREDENTIAL_AMBIGUOUS: Row(
        _M, Step.EXTRACT, "More than one credential was presented (RFC 6750 section 2: one)."
    ),
    Reason.CREDENTIAL_MALFORMED: Row(
        _M, Step.EXTRACT, "The credential does not have the form of its scheme."
    ),
    Reason.CREDENTIAL_MISPLACED: Row(
        _M, Step.EXTRACT, "A token was presented in the query, where the policy accepts none."
    ),
    Reason.CREDENTIAL_UNREMOVABLE: Row(
        _M, Step.EXTRACT, "The credential sits where this proxy cannot take it away from the backend."
    ),
    Reason.TOKEN_TOO_LARGE: Row(_T, Step.VERIFY, "The token is longer than 16 KiB."),
    Reason.TOKEN_MALFORMED: Row(
        _T, Step.VERIFY, "The token is not three canonical base64url segments (RFC 7515 section 7.1)."
    ),
    Reason.TOKEN_ENCRYPTED: Row(_T, Step.VERIFY, "The token is a JWE (five segments)."),
    Reason.TOKEN_JSON_MALFORMED: Row(
        _T, Step.VERIFY, "Header or payload is not one UTF-8 JSON object within the limits."
    ),
    Reason.TOKEN_MEMBER_DUPLICATE: Row(
        _T, Step.VERIFY, "A JSON object in the token names a member twice (RFC 7519 section 4)."
    ),
    Reason.TOKEN_HEADER_FORBIDDEN: Row(
        _T,
        Step.VERIFY,
        "The header holds crit, b64, zip, an embedded key, a key URL, or a parameter of the wrong type.",
    ),
    Reason.ISSUER_UNKNOWN: Row(_T, Step.VERIFY, "No configured issuer has this `iss`."),
    Reason.ISSUER_NOT_ADMITTED: Row(
        _T, Step.VERIFY, "The issuer is configured, and the route does not admit it."
    ),
    Reason.ALGORITHM_NOT_ALLOWED: Row(
        _T, Step.VERIFY, "The issuer's configuration does not list this algorithm."
    ),
    Reason.KEY_UNKNOWN: Row(
        _T, Step.VERIFY, "The issuer has no usable key of this `kid` for this algorithm."
    ),
    Reason.KEY_AMBIGUOUS: Row(
        _T, Step.VERIFY, "The token names no `kid` and the issuer has several keys that would fit."
    ),
    Reason.SIGNATURE_INVALID: Row(_T, Step.VERIFY, "The signature does not verify under the issuer's key."),
    Reason.TOKEN_REVOKED: Row(
        _T, Step.VERIFY, "The operator's deny list names the token, its subject or its key."
    ),
    Reason.TYPE_NOT_ALLOWED: Row(
        _T,
        Step.VERIFY,
        "The header's `typ` is not one the issuer's preset accepts (RFC 8725 section 3.11).",
    ),
    Reason.CLAIM_MALFORMED: Row(
        _T, Step.VERIFY, "A registered claim has the wrong type or an impossible value."
    ),
    Reason.CLAIM_MISSING: Row(_T, Step.VERIFY, "A claim that the issuer's preset requires is absent."),
    Reason.AUDIENCE_MISMATCH: Row(
        _T, Step.VERIFY, "The token was not issued for an audience of this issuer's configuration."
    ),
    Reason.TOKEN_EXPIRED: Row(_T, Step.VERIFY, "The token has expired (RFC 7519 section 4.1.4)."),
    Reason.TOKEN_NOT_YET_VALID: Row(
        _T, Step.VERIFY, "The token's `nbf` lies in the future (RFC 7519 section 4.1.5)."
    ),
    Reason.TOKEN_ISSUED_IN_FUTURE: Row(_T, Step.VERIFY, "The token's `iat` lies in the future."),
    Reason.LIFETIME_EXCEEDED: Row(
        _T, Step.VERIFY, "The token lives longer than the issuer's `max_lifetime`."
    ),
    Reason.NOT_AN_ACCESS_TOKEN: Row(
        _T, Step.VERIFY, "The token is of another kind, such as an ID token (RFC 8725 section 3.12)."
    ),
    Reason.TENANT_MISMATCH: Row(
        _T, Step.VERIFY, "A claim that names the operator's tenant has another value."
    ),
    Reason.BINDING_UNSUPPORTED: Row(
        _T,
        Step.VERIFY,
        "The token is bound to a key (`cnf`) that the gateway cannot check; it is not a bearer token.",
    ),
    Reason.CERTIFICATE_MISSING: Row(
        _T, Step.VERIFY, "The token is bound to a certificate (RFC 8705), and the client showed none."
    ),
    Reason.CERTIFICATE_MISMATCH: Row(
        _T, Step.VERIFY, "The token is bound to another certificate than the client showed (RFC 8705)."
    ),
    Reason.SUBJECT_UNMAPPABLE: Row(_T, Step.IDENTIFY, "The claims do not give a subject."),
    Reason.SCOPE_INSUFFICIENT: Row(
        Outcome.SCOPE, Step.AUTHORIZE, "The token lacks a scope that the route requires."
    ),
    Reason.CLIENT_NOT_ALLOWED: Row(_F, Step.AUTHORIZE, "The token's client is not one the route allows."),
    Reason.AUDIENCE_NOT_ALLOWED: Row(
        _F, Step.AUTHORIZE, "The token was issued for another part of the gateway than this route."
    ),
    Reason.CLAIM_UNSATISFIED: Row(_F, Step.AUTHORIZE, "A claim does not satisfy the route's requirement."),
    Reason.BINDING_MISSING: Row(
        _F, Step.AUTHORIZE, "The route wants a token that is bound to a certificate, and this one is not."
    ),
    Reason.CERTIFICATE_UNKNOWN: Row(_F, Step.AUTHORIZE, "Nobody says what the client's certificate shows."),
    Reason.CERTIFICATE_NOT_ALLOWED: Row(
        _F, Step.AUTHORIZE, "The client has shown no certificate of an identity the route allows."
    ),
    Reason.ANSWER_TOO_LARGE: Row(
        _F, Step.MINT, "The answer would not fit into the 3.5 KB that every proxy can carry."
    ),
    Reason.KEYS_UNAVAILABLE: Row(Outcome.OUTAGE, Step.VERIFY, "The issuer's keys could not be fetched."),
    Reason.SIGNING_KEY_UNAVAILABLE: Row(
        Outcome.OUTAGE, Step.MINT, "The gateway has no signing key of its own."
    ),
    Reason.LOOKUPS_EXHAUSTED: Row(
        Outcome.OUTAGE, Step.VERIFY, "The decision asked for more look-ups than it may."
    ),
    Reason.INTERNAL_ERROR: Row(
        Outcome.BUG, Step.RENDER, "A defect of the gateway; the log has the traceback."
    ),
}


class Refusal(Exception):
    """Raised inside the walk, caught at its two edges (`ask`, `answer`), a value from there on.

    `detail` is for the operator alone and holds no claim value: names, counts and seconds only.
    """

    def __init__(self, reason: Reason, detail: str = "", *, rests_on_keys_of: str | None = None) -> None:
        """`rests_on_keys_of`: while the keys of this issuer are the same, so is the refusal of this token."""
        super().__init__(reason.value)
        self.reason = reason
        self.detail = detail
        self.rests_on_keys_of = rests_on_keys_of


class Outage(Exception):
    """Raised inside the walk where evidence says that a dependency could not be asked."""

    def __init__(self, reason: Reason, retry_after_s: int = 5) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.retry_after_s = retry_after_s
