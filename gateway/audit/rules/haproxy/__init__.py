"""What can be wrong where HAProxy asks: its two ingress controllers, and haproxy.cfg."""

from typing import Final

from gateway.audit.rule import Rule, Severity
from gateway.audit.rules.haproxy import asking, refusing, writing

_KEYS: Final = "https://haproxy-ingress.github.io/docs/configuration/keys/"
_HAPROXY: Final = "https://docs.haproxy.org/3.2/configuration.html"

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        id="HAP-001",
        title="The auth server is asked in clear, or by whoever answers",
        severity=Severity.HIGH,
        why="Whoever is on the way reads every client's token, or answers yes himself. HAProxy Ingress "
        "verifies no certificate of an https:// auth-url, and looks its name up only once.",
        fix="name the Service as svc://namespace/name:port/path and give it secure-backends and "
        "secure-verify-ca-secret; in haproxy.cfg ask over TLS with verify required, or on loopback",
        check=asking.unverified,
        references=(f"{_KEYS}#auth-external",),
    ),
    Rule(
        id="HAP-002",
        title="The auth server judges a target that the client names",
        severity=Severity.CRITICAL,
        why="HAProxy Ingress tells nobody which path and method are asked for, and passes the client's "
        "headers on: a client that sends X-Forwarded-Uri itself is judged by that, and gets what it "
        "really asked for.",
        fix="set X-Forwarded-Uri: %[pathq], X-Forwarded-Method: %[method] and X-Forwarded-Host: "
        "%[req.hdr(host)] in the headers annotation",
        check=asking.untold,
        references=("CVE-2026-40575", f"{_KEYS}#headers"),
    ),
    Rule(
        id="HAP-003",
        title="It is asked before the headers are set",
        severity=Severity.HIGH,
        why="With auth-external-placement: frontend the question is asked first, and the headers are "
        "written later, in the backend: what is judged is the client's own X-Forwarded-Uri.",
        fix="remove auth-external-placement, or set it to backend",
        check=asking.too_early,
        references=(f"{_KEYS}#auth-external",),
    ),
    Rule(
        id="HAP-004",
        title="Which headers of the answer reach the backend is not said, or Authorization is not among them",
        severity=Severity.MEDIUM,
        why="Without auth-headers-succeed every header of the answer is copied; with a list that lacks "
        "authorization the client's own token reaches the pod.",
        fix="write auth-headers-succeed: authorization,x-auth-* in lower case",
        check=asking.uncontrolled,
        references=(f"{_KEYS}#auth-external",),
    ),
    Rule(
        id="HAP-005",
        title="Configuration of HAProxy is written in an annotation",
        severity=Severity.HIGH,
        why="A snippet can answer, route, or take the question away, and whoever may write the Ingress "
        "may write it: no rule of this audit can vouch for what it does.",
        fix="use the annotations that there are, and disable snippets (--disable-config-keywords=*)",
        check=writing.snippets,
        references=(f"{_KEYS}#configuration-snippet",),
    ),
    Rule(
        id="HAP-006",
        title="Credentials are written to the log",
        severity=Severity.HIGH,
        why="Whoever reads the log may use what clients have sent: a captured header, or a token in the "
        "query of the logged target.",
        fix="log %HM %HPO, which has no query, and capture no credential",
        check=writing.logs,
        references=(f"{_HAPROXY}#8.2.6",),
    ),
    Rule(
        id="HAP-007",
        title="The Service that is asked is not asked over verified TLS",
        severity=Severity.MEDIUM,
        why="Tokens go in clear over the cluster's network, or to whoever presents any certificate.",
        fix="annotate the Service with secure-backends: true, secure-verify-ca-secret and "
        "secure-verify-hostname",
        check=asking.plain_service,
        references=(f"{_KEYS}#secure-backend",),
    ),
    Rule(
        id="HAP-008",
        title="The request goes on where nobody answers",
        severity=Severity.CRITICAL,
        why="HAProxy goes on with its next rule when a script fails or an agent is down. Only a rule "
        "that refuses unless the answer was yes keeps the door shut.",
        fix="write http-request deny unless { var(...) -m bool } right behind the question",
        check=refusing.fails_open,
        references=(f"{_HAPROXY}#4.4-deny",),
    ),
    Rule(
        id="HAP-009",
        title="The client's token reaches the backend",
        severity=Severity.HIGH,
        why="HAProxy takes no header away by itself: a backend that logs, caches or forwards it holds a "
        "token that is good elsewhere too.",
        fix="write http-request del-header Authorization behind the question, then set the one of the answer",
        check=refusing.survives,
        references=(f"{_HAPROXY}#4.4-del-header",),
    ),
    Rule(
        id="HAP-010",
        title="Nobody can be asked, so everybody is refused",
        severity=Severity.MEDIUM,
        why="Every request is answered 403 or 503, and somebody will open the door in a hurry.",
        fix="name a server that can be asked, and allow what the name needs",
        check=asking.unaskable,
        references=(f"{_KEYS}#auth-external",),
    ),
    Rule(
        id="HAP-011",
        title="Annotations of a question that nobody is asked",
        severity=Severity.HIGH,
        why="They have no effect without auth-url (without auth-type: basic-auth at HAProxy Technologies' "
        "controller): the path is open, though it looks as if somebody were asked.",
        fix="set what they belong to, or remove them",
        check=asking.without_url,
        references=(f"{_KEYS}#auth-external",),
    ),
    Rule(
        id="HAP-012",
        title="Client certificates are asked for, and not required",
        severity=Severity.HIGH,
        why="Whoever shows none comes in as well.",
        fix="set auth-tls-verify-client: on; or take client-crt-optional out of the ConfigMap",
        check=refusing.optional_certificate,
        references=(f"{_KEYS}#auth-tls",),
    ),
    Rule(
        id="HAP-013",
        title="A token chooses how it is verified, or is read and not verified",
        severity=Severity.CRITICAL,
        why="With the algorithm of the token's own header a client signs with the public key as a secret "
        "(RFC 8725 section 2.1); and what jwt_payload_query gives is anybody's word until jwt_verify has "
        "been asked.",
        fix="write http-request deny unless { var(txn.alg) -m str RS256 } before jwt_verify(txn.alg,...), or "
        'jwt_verify("RS256",...)',
        check=refusing.unverified_token,
        references=(f"{_HAPROXY}#7.3.1-jwt_verify", "https://www.rfc-editor.org/rfc/rfc8725#section-2.1"),
    ),
    Rule(
        id="HAP-014",
        title="A route of a protected host that nobody is asked about",
        severity=Severity.HIGH,
        why="A rule that refuses holds where its condition does, and an annotation for the paths of its "
        "Ingress: the rest of the host is open.",
        fix="ask about every route of the host, or say why not: token-gateway.dev/public on the Ingress",
        check=refusing.uncovered,
        references=(f"{_HAPROXY}#4.4-deny",),
    ),
)
