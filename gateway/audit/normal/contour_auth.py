"""Whom does Contour ask for a host, and whom for every host?

https://projectcontour.io/docs/main/config/client-authorization/ and, for every host,
https://projectcontour.io/docs/main/configuration/#global-external-authorization
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, flag, items, members, text
from gateway.audit.estate.objects import Object
from gateway.audit.estate.yaml_objects import read_embedded
from gateway.audit.exposure import Auth, Backend, Fails, LoggedField, Mechanism
from gateway.audit.normal.contour_routes import Route
from gateway.audit.normal.envoy_logs import DEFAULT, fields_of, logged
from gateway.audit.normal.ext_authz import AUTHORIZATION, ours, ours_over_grpc
from gateway.config.tree import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who is asked, and whether a route has to switch it on."""

    auth: Auth
    disabled: bool = False


def own_asking(estate: Estate, proxy: Object, host: Node | None) -> Asking | None:
    """Give what the host itself says."""
    asked = at(host, "authorization")
    reference = at(asked, "extensionRef")
    if asked is None or reference is None:
        return None
    namespace = text(reference, "namespace") or proxy.namespace
    extension = estate.get("ExtensionService", namespace, text(reference, "name") or "")
    return _asking(proxy, asked, extension)


def global_asking(estate: Estate) -> Asking | None:
    """Give what the configuration of Contour says for every host."""
    for of, node in configurations(estate):
        asked = at(node, "globalExtAuth")
        if asked is None:
            continue
        reference = at(asked, "extensionRef")
        namespace, _, name = (text(asked, "extensionService") or "").rpartition("/")
        namespace = text(reference, "namespace") or namespace or of.namespace
        extension = estate.get("ExtensionService", namespace, text(reference, "name") or name)
        return _asking(of, asked, extension)
    return None


def configurations(estate: Estate) -> Iterator[tuple[Object, Node]]:
    """Give every configuration of Contour: a ContourConfiguration, or contour.yaml in a ConfigMap."""
    for one in estate.of("ContourConfiguration"):
        spec = at(one.node, "spec")
        if spec is not None:
            yield one, spec
    for one in estate.of("ContourDeployment"):
        spec = at(one.node, "spec", "runtimeSettings")
        if spec is not None:
            yield one, spec
    for one in estate.of("ConfigMap", ""):
        embedded = at(one.node, "data", "contour.yaml")
        node = None if embedded is None else read_embedded(embedded, one.file)
        if node is not None:
            yield one, node


def verifying(proxy: Object, route: Route) -> Auth | None:
    """Give the token check of a route: the one that it requires, or the default one of its host."""
    policy = at(route.node, "jwtVerificationPolicy")
    if flag(policy, "disabled"):
        return None
    for one in items(proxy.node, "spec", "virtualhost", "jwtProviders"):
        required = text(policy, "require")
        if required == text(one, "name") or (required is None and flag(one, "default")):
            return Auth(mechanism=Mechanism.JWT, place=proxy.place(one))
    return None


def by_certificate(proxy: Object) -> Auth | None:
    """Give the certificate that a host asks its clients for, where none comes in without one."""
    asked = at(proxy.node, "spec", "virtualhost", "tls", "clientValidation")
    if asked is None or flag(asked, "skipClientCertValidation") or flag(asked, "optionalClientCertificate"):
        return None
    return Auth(mechanism=Mechanism.CLIENT_CERTIFICATE, place=proxy.place(asked))


def named_by(auth: Auth, route: Node) -> Auth:
    """Give the same, with the policy that a route names to whoever is asked over gRPC, if it names one."""
    return auth if at(route, "authPolicy", "context", "policy") is None else told_by(auth, route)


def told_by(auth: Auth, node: Node) -> Auth:
    """Give the same, with nothing said to whoever is asked over gRPC but what is said here."""
    if auth.response_headers is not None:
        return auth
    named = text(node, "authPolicy", "context", "policy")
    return replace(auth, policy=named, dialect=ours_over_grpc(auth.service, named))


def refusal_of(proxy: Object) -> str | None:
    """Give why Contour serves nothing of an HTTPProxy with a host, as its status would say."""
    host = at(proxy.node, "spec", "virtualhost")
    tls = at(host, "tls")
    secret, through = bool(text(tls, "secretName")), flag(tls, "passthrough") is True
    if tls is not None and secret is through:
        return "tls has neither a secretName nor passthrough" if not secret else "tls has both ways"
    if tls is None and text(host, "authorization", "extensionRef", "name"):
        return "authorization is for hosts with TLS alone"
    if not secret and items(host, "jwtProviders"):
        return "jwtProviders are for hosts with TLS alone"
    if flag(tls, "enableFallbackCertificate") and (
        at(host, "authorization") is not None or items(host, "jwtProviders")
    ):
        return "enableFallbackCertificate goes with neither authorization nor jwtProviders"
    return None


def forbids_clear(configuration: Node) -> bool:
    """Whether permitInsecure is ignored: `httpproxy` of the object, or the file's own."""
    return (
        flag(configuration, "httpproxy", "disablePermitInsecure")
        or flag(configuration, "disablePermitInsecure")
        or False
    )


def taken_by(policy: Node | None) -> Node | None:
    """Give what removes or replaces the header Authorization."""
    for name in items(policy, "remove"):
        if (text(name) or "").lower() == AUTHORIZATION:
            return name
    for header in items(policy, "set"):
        if (text(header, "name") or "").lower() == AUTHORIZATION:
            return header
    return None


def logs_of(estate: Estate) -> tuple[LoggedField, ...]:
    """Give what the configurations of Contour have written down."""
    return tuple(one for of, node in configurations(estate) for one in _logs(of, node))


# --- private ---

_JSON_FIELDS: Final = {"path": DEFAULT, "x_envoy_original_path": DEFAULT, "uri_path": ""}


def _asking(of: Object, asked: Node, extension: Object | None) -> Asking:
    context = {name: text(one) for name, one in members(asked, "authPolicy", "context")}
    service = _service(extension)
    over_http = text(asked, "serviceType") == "http"
    auth = Auth(
        mechanism=Mechanism.EXTERNAL,
        place=of.place(asked),
        service=service,
        url=f"{service.name}.{service.namespace}:{service.port}" if service else None,
        dialect=None if over_http else ours_over_grpc(service, context.get("policy")),
        policy=context.get("policy"),
        response_headers=None,
        removes_unanswered=False,
        fails=Fails.OPEN if flag(asked, "failOpen") else Fails.CLOSED,
    )
    if over_http:
        settings = at(asked, "httpSettings")
        dialect, policy = ours(text(settings, "pathPrefix"))
        shown = frozenset((AUTHORIZATION, *_patterns(settings, "allowedAuthorizationHeaders")))
        copied = frozenset(_patterns(settings, "allowedUpstreamHeaders"))
        auth = replace(auth, dialect=dialect, policy=policy, request_headers=shown, response_headers=copied)
    return Asking(auth=auth, disabled=flag(asked, "authPolicy", "disabled") is True)


def _patterns(settings: Node | None, name: str) -> Iterator[str]:
    """Envoy has the names of headers in lower case, and Contour hands these on as they are written.

    So `exact: Authorization` is no header's name, unless `ignoreCase` is true.
    """
    for one in items(settings, name):
        of_any_case = flag(one, "ignoreCase") or False
        for key, end in (("exact", ""), ("prefix", "*")):
            value = text(one, key)
            if value and (of_any_case or value == value.lower()):
                yield value.lower() + end
        for key, is_in in (("suffix", str.endswith), ("contains", str.__contains__)):
            value = text(one, key) or ""
            if value and is_in(AUTHORIZATION, value.lower() if of_any_case else value):
                yield AUTHORIZATION


def _service(extension: Object | None) -> Backend | None:
    if extension is None:
        return None
    for one in items(extension.node, "spec", "services"):
        return Backend(extension.namespace, text(one, "name") or "", text(one, "port") or "")
    return None


def _logs(of: Object, node: Node) -> Iterator[LoggedField]:
    """Both spellings: `envoy.logging.accessLogFormat` of the object, `accesslog-format` of the file."""
    logging = at(node, "envoy", "logging")
    format_node = at(logging, "accessLogFormatString") or at(node, "accesslog-format-string")
    kind = at(logging, "accessLogFormat") or at(node, "accesslog-format")
    if text(kind) == "json":
        listed = at(logging, "accessLogJSONFields") or at(node, "json-fields")
        yield from _json_logs(of, listed)
    elif format_node is not None or kind is not None:
        yield from logged(of, format_node, kind)


def _json_logs(of: Object, listed: Node | None) -> Iterator[LoggedField]:
    for one in items(listed):
        name, equals, written = (text(one) or "").partition("=")
        said = written if equals else _JSON_FIELDS.get(name, "")
        yield from (LoggedField(found, of.place(one)) for found in fields_of(said))
