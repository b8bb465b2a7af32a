"""What does ingress-nginx render for an Ingress with our annotations?

The locations as its template writes them for `auth-url` (rootfs/etc/nginx/template/nginx.tmpl of controller
1.15, without what is off by default), around the headers that the annotations of the snippet list. The
controller itself needs a cluster; the nginx below it is the real one.
"""

from dataclasses import dataclass
from typing import Any

import yaml

PREFIX = "nginx.ingress.kubernetes.io/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """What the snippet asks of the controller."""

    auth_url: str
    response_headers: list[str]
    request_headers: dict[str, str]
    log_format: str
    error_log_level: str
    tells_certificates: bool = False
    """By `auth-tls-secret` and what else belongs to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """What an operator may have set beside it: `auth-method`, `auth-signin`, `custom-http-errors`."""

    method: str = ""
    signin: str = ""
    errors: tuple[int, ...] = ()
    error_backend: int = 0


def annotations(snippet: str) -> Annotations:
    """Read the three documents: the Ingress, the headers of the sub-request, the controller's own."""
    ingress, auth_headers, controller = yaml.safe_load_all(snippet)
    given: dict[str, Any] = ingress["metadata"]["annotations"]
    namespace, _, name = given[f"{PREFIX}auth-proxy-set-headers"].partition("/")
    assert namespace, "the controller finds it by namespace and name alone"
    assert name == auth_headers["metadata"]["name"]
    return Annotations(
        auth_url=given[f"{PREFIX}auth-url"],
        response_headers=given[f"{PREFIX}auth-response-headers"].split(","),
        request_headers=auth_headers["data"],
        log_format=controller["data"]["log-format-upstream"],
        error_log_level=controller["data"]["error-log-level"],
        tells_certificates=_tells_certificates(given),
    )


def _tells_certificates(given: dict[str, str]) -> bool:
    if f"{PREFIX}auth-tls-secret" not in given:
        return False
    assert given[f"{PREFIX}auth-tls-pass-certificate-to-upstream"] == "true"
    assert given[f"{PREFIX}auth-tls-verify-client"] == "optional"
    return True


def controller_wide(snippet: str) -> Annotations:
    """Read the one document of global authentication: its lines stand where an Ingress' own would."""
    data: dict[str, str] = yaml.safe_load(snippet)["data"]
    lines = [line.rstrip(";").split(" ", 2) for line in data["global-auth-snippet"].splitlines()]
    assert {directive for directive, _, _ in lines} == {"proxy_set_header"}
    return Annotations(
        auth_url=data["global-auth-url"],
        response_headers=data["global-auth-response-headers"].split(","),
        request_headers={name: value.strip('"') for _, name, value in lines},
        log_format=data["log-format-upstream"],
        error_log_level=data["error-log-level"],
    )


def rendered(
    given: Annotations, *, port: int, backend: int, extra: Extra | None = None, tls: str = ""
) -> str:
    """The `http` block of one server with one location that requires authentication.

    `tls` is what the controller writes for the server's own certificate and for `auth-tls-secret`.
    """
    extra = extra or Extra()
    return f"""
    underscores_in_headers off;
    ignore_invalid_headers on;
    log_format upstreaminfo escape=json '{given.log_format}';
    access_log logs/access.log upstreaminfo;
    error_log logs/error.log {given.error_log_level};
    map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
    map $http_host $this_host {{ default $http_host; '' $host; }}
    upstream upstream_balancer {{ server 127.0.0.1:{backend}; keepalive 320; }}
    upstream error_backend {{ server 127.0.0.1:{extra.error_backend or backend}; }}
    server {{
      listen 127.0.0.1:{port}{" ssl" if tls else ""};
      {tls}
      server_name api.example.com;
{_asking(given, extra)}
{_answered(given, extra)}
{_signing_in(extra)}
{_custom_errors(extra)}
    }}
    """


_CERTIFICATE = """
        proxy_set_header ssl-client-cert $ssl_client_escaped_cert;
        proxy_set_header ssl-client-verify $ssl_client_verify;
        proxy_set_header ssl-client-subject-dn $ssl_client_s_dn;
        proxy_set_header ssl-client-issuer-dn $ssl_client_i_dn;
"""


def _asking(given: Annotations, extra: Extra) -> str:
    """The location of the sub-request."""
    told = "\n".join(f'proxy_set_header "{name}" "{value}";' for name, value in given.request_headers.items())
    method = f"""
        proxy_method {extra.method};
        proxy_set_header X-Original-URI $request_uri;
        proxy_set_header X-Scheme $scheme;
    """
    return f"""
      location = /_external-auth-Lw-Prefix {{
        internal;
        access_log off;
        proxy_intercept_errors off;
        proxy_pass_request_body off;
        proxy_set_header Content-Length "";
        proxy_set_header X-Forwarded-Proto "";
        proxy_set_header X-Request-ID $request_id;
        proxy_set_header Host 127.0.0.1;
        proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
        proxy_set_header X-Original-Method $request_method;
        proxy_set_header X-Sent-From "nginx-ingress-controller";
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Auth-Request-Redirect $request_uri;
        proxy_buffering off;
        proxy_buffer_size 4k;
        proxy_buffers 4 4k;
        proxy_request_buffering on;
        proxy_ssl_server_name on;
        proxy_pass_request_headers on;
        client_max_body_size 1m;
        {method if extra.method else ""}
        {_CERTIFICATE if given.tells_certificates else ""}
        {told}
        proxy_http_version 1.1;
        set $target "{given.auth_url}";
        proxy_pass $target;
      }}
    """


def _answered(given: Annotations, extra: Extra) -> str:
    """The location of the backend."""
    set_variables = "\n".join(
        f"auth_request_set $authHeader{number} $upstream_http_{name.lower().replace('-', '_')};\n"
        f"proxy_set_header '{name}' $authHeader{number};"
        for number, name in enumerate(given.response_headers)
    )
    return f"""
      location / {{
        auth_request /_external-auth-Lw-Prefix;
        auth_request_set $auth_cookie $upstream_http_set_cookie;
        add_header Set-Cookie $auth_cookie;
        {set_variables}
        {"error_page 401 = @sign_in;" if extra.signin else ""}
        {_intercepted(extra)}
        client_max_body_size 1m;
        proxy_set_header Host $this_host;
        proxy_set_header Upgrade $http_upgrade;
        proxy_set_header Connection $connection_upgrade;
        proxy_set_header X-Request-ID $request_id;
        proxy_set_header X-Real-IP $remote_addr;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Host $this_host;
        proxy_set_header X-Forwarded-Port $server_port;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-Scheme $scheme;
        proxy_set_header X-Scheme $scheme;
        proxy_set_header X-Original-Forwarded-For $http_x_forwarded_for;
        proxy_set_header Proxy "";
        {_CERTIFICATE if given.tells_certificates else ""}
        proxy_connect_timeout 5s;
        proxy_buffering off;
        proxy_http_version 1.1;
        proxy_redirect off;
        proxy_pass http://upstream_balancer;
      }}
    """


def _intercepted(extra: Extra) -> str:
    pages = "".join(f"error_page {status} = @custom_{status};\n" for status in extra.errors)
    return f"proxy_intercept_errors on;\n{pages}" if pages else ""


def _signing_in(extra: Extra) -> str:
    """The controller's `$escaped_request_uri` needs a module of its own: here the target goes unescaped."""
    if not extra.signin:
        return ""
    return f"""
      location @sign_in {{
        internal;
        add_header Set-Cookie $auth_cookie;
        return 302 {extra.signin}?rd=$scheme://$http_host$request_uri;
      }}
    """


def _custom_errors(extra: Extra) -> str:
    return "".join(
        f"""
      location @custom_{status} {{
        internal;
        proxy_intercept_errors off;
        proxy_set_header X-Code {status};
        proxy_set_header X-Original-URI $request_uri;
        proxy_set_header Host $this_host;
        rewrite (.*) / break;
        proxy_pass http://error_backend;
      }}
    """
        for status in extra.errors
    )
