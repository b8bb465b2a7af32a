"""What can be wrong at F5's NGINX Ingress Controller?"""

from typing import Final

from gateway.audit.rule import Rule, Severity
from gateway.audit.rules.f5_nic import policies, routes

_DOCS: Final = "https://docs.nginx.com/nginx-ingress-controller/configuration/"

RULES: Final[tuple[Rule, ...]] = (
    Rule(
        id="NIC-001",
        title="The auth server judges a target that the client names",
        severity=Severity.CRITICAL,
        why="externalAuth tells nobody which target and method are asked for, and passes the client's "
        "headers on: a client that sends X-Original-URL itself is judged by that, and gets what it "
        "really asked for.",
        fix="write in authSnippets: proxy_set_header X-Original-URL $scheme://$host$request_uri; "
        "proxy_set_header X-Original-Method $request_method; or let the gateway forward by itself",
        check=policies.untold,
        references=("CVE-2026-40575", f"{_DOCS}policy-resource/"),
    ),
    Rule(
        id="NIC-002",
        title="The auth server is asked in clear, or its certificate is not verified",
        severity=Severity.HIGH,
        why="sslEnabled and sslVerify are false unless they are set: whoever is on the way reads tokens, "
        "or answers yes himself.",
        fix="set sslEnabled: true, sslVerify: true and trustedCertSecret",
        check=policies.unverified,
        references=(f"{_DOCS}policy-resource/",),
    ),
    Rule(
        id="NIC-003",
        title="The client's token reaches the backend",
        severity=Severity.HIGH,
        why="externalAuth copies no header of the answer: a backend that logs, caches or forwards the "
        "client's token holds one that is good elsewhere too.",
        fix="let the gateway forward by itself, or write in location-snippets: auth_request_set $tg "
        "$upstream_http_authorization; proxy_set_header Authorization $tg;",
        check=routes.survives,
        references=("https://github.com/nginx/kubernetes-ingress/issues/10525",),
    ),
    Rule(
        id="NIC-004",
        title="A route of a protected host without the policy, or a policy that does not count",
        severity=Severity.HIGH,
        why="Only the routes that name the policy are asked about; one that is missing or not valid "
        "makes every answer a 500, and somebody will take it out in a hurry.",
        fix="put the policy in spec.policies of the VirtualServer, and apply it first",
        check=routes.uncovered,
        references=(f"{_DOCS}virtualserver-and-virtualserverroute-resources/",),
    ),
    Rule(
        id="NIC-005",
        title="A Policy that asks, and that nothing names",
        severity=Severity.MEDIUM,
        why="A policy does nothing by itself. It looks as if somebody were asked.",
        fix="name it in spec.policies of a VirtualServer or in nginx.org/policies, or delete it",
        check=policies.unnamed,
        references=(f"{_DOCS}policy-resource/",),
    ),
    Rule(
        id="NIC-006",
        title="Credentials are written to the log",
        severity=Severity.HIGH,
        why="Whoever reads the log may use what clients have sent: the controller's default format has "
        "the whole request line, with any token in its query.",
        fix="set log-format in the ConfigMap, with $request_method $uri in place of $request",
        check=routes.logs,
        references=(f"{_DOCS}global-configuration/configmap-resource/",),
    ),
    Rule(
        id="NIC-007",
        title="Snippets, and a controller that leaves them out",
        severity=Severity.HIGH,
        why="Without -enable-snippets the controller serves the route and drops what the snippet was to do, "
        "authentication too.",
        fix="start the controller with -enable-snippets, or do without them",
        check=routes.left_out,
        references=(f"{_DOCS}ingress-resources/advanced-configuration-with-snippets/",),
    ),
    Rule(
        id="NIC-008",
        title="A credential is taken from the query",
        severity=Severity.MEDIUM,
        why="Queries are written to logs, histories and referers, and reach the backend whole (RFC 6750 "
        "section 5.3).",
        fix="take it from a header",
        check=policies.in_query,
        references=(f"{_DOCS}policy-resource/",),
    ),
    Rule(
        id="NIC-009",
        title="Client certificates are asked for, and not required",
        severity=Severity.HIGH,
        why="With verifyClient optional, optional_no_ca or off, whoever shows none comes in as well.",
        fix="set verifyClient: on",
        check=policies.optional_certificate,
        references=(f"{_DOCS}policy-resource/",),
    ),
    Rule(
        id="NIC-010",
        title="Keys are fetched from whoever answers",
        severity=Severity.HIGH,
        why="Who answers in the place of the issuer hands out keys of his own, and signs tokens with them.",
        fix="write jwksURI with https, and set sslVerify: true",
        check=policies.unverified_keys,
        references=(f"{_DOCS}policy-resource/",),
    ),
    Rule(
        id="NIC-011",
        title="The Service that is to be asked is not there",
        severity=Severity.MEDIUM,
        why="Every request is answered 500 until it is.",
        fix="name a Service that is there, in authServiceName",
        check=policies.missing_service,
        references=(f"{_DOCS}policy-resource/",),
    ),
    Rule(
        id="NIC-012",
        title="Another way in is enough",
        severity=Severity.HIGH,
        why="With satisfy any nginx asks nobody about a request from an address that is allowed.",
        fix="remove satisfy any, or write satisfy all",
        check=routes.satisfied_by_less,
        references=("https://nginx.org/en/docs/http/ngx_http_core_module.html#satisfy",),
    ),
)
