"""Is whoever is asked there, and is it verified?"""

from collections.abc import Iterator
from typing import Final

from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, members, text
from gateway.audit.estate.objects import Object
from gateway.audit.normal.contour_auth import configurations
from gateway.audit.normal.envoy_file import Cluster, Clusters, File, files_of, is_a, resources
from gateway.audit.normal.istio_mesh import mesh_configs
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.audit.rules.envoy.settings import http_filters
from gateway.config.problem import show
from gateway.config.tree import Node


def _not_there(view: View) -> Iterator[Hit]:
    yield from _providers(view.estate)
    yield from _extensions(view.estate)
    yield from _gateway_extensions(view.estate)
    files = list(files_of(view.estate))
    clusters = Clusters(files)
    for file in files:
        for node in http_filters(file):
            yield from _of_filter(file, node)
            for named in _cluster_names(at(node, "typed_config")):
                if clusters.get(text(named) or "") is None:
                    yield Hit(file.place(named), f"there is no cluster {show(text(named) or '')}")


def _of_filter(file: File, node: Node) -> Iterator[Hit]:
    config = at(node, "typed_config")
    named = any(text(one) for one in _cluster_names(config))
    if at(node, "config_discovery") is None and not (text(config, "@type") or "").startswith(_TYPES):
        yield Hit(file.place(node), "a filter of no known type is in no chain")
    elif (
        is_a(config, "ExtAuthz")
        and not named
        and not text(config, "grpc_service", "google_grpc", "target_uri")
    ):
        yield Hit(file.place(config), "it names nobody who is asked")
    elif is_a(config, "JwtAuthentication") and not items(config, "rules"):
        yield Hit(file.place(config), "it has no rules: no request needs a token")


_TYPES: Final = "type.googleapis.com/"


def _cluster_names(config: Node | None) -> Iterator[Node]:
    """Give who is asked, and from whom the keys come by which tokens are verified."""
    providers = (one for _, one in members(config, "providers"))
    for one in (
        at(config, "http_service", "server_uri", "cluster"),
        at(config, "grpc_service", "envoy_grpc", "cluster_name"),
        *(at(provider, "remote_jwks", "http_uri", "cluster") for provider in providers),
    ):
        if one is not None:
            yield one


def _providers(estate: Estate) -> Iterator[Hit]:
    meshes = list(mesh_configs(estate))
    known = {
        name
        for mesh in meshes
        for name, provider in mesh.providers.items()
        if any(at(provider, kind) is not None for kind in ("envoyExtAuthzHttp", "envoyExtAuthzGrpc"))
    }
    for policy in estate.of("AuthorizationPolicy"):
        named = at(policy.node, "spec", "provider", "name")
        if meshes and text(named) and text(named) not in known:
            yield Hit(policy.place(named), f"the mesh has no provider {show(text(named) or '')}")
    for mesh in meshes:
        for name, provider in mesh.providers.items():
            for kind in ("envoyExtAuthzHttp", "envoyExtAuthzGrpc"):
                asked = at(provider, kind)
                full = "." in (text(asked, "service") or "") and _is_port(text(asked, "port"))
                if asked is not None and not full:
                    what = f"provider {show(name)} lacks a service by its full name, or its port"
                    yield Hit(mesh.of.place(asked), what)


def _extensions(estate: Estate) -> Iterator[Hit]:
    for of, asked in _contour_asking(estate):
        namespace, name = _extension_named(of, asked)
        if asked is None:
            continue
        if not name:
            yield Hit(of.place(asked), "it names no ExtensionService")
        elif estate.shows("ExtensionService") and estate.get("ExtensionService", namespace, name) is None:
            yield Hit(of.place(asked), f"there is no ExtensionService {show(name)} in {show(namespace)}")
    for one in estate.of("ExtensionService"):
        services = items(one.node, "spec", "services")
        if not services or not all(text(each, "name") and _is_port(text(each, "port")) for each in services):
            yield Hit(one.place(), "it has no services, or one without a name or a port")
    for proxy in estate.of("HTTPProxy"):
        yield from _of_host(proxy)


def _is_port(written: str | None) -> bool:
    return written is not None and written.isdigit()


def _of_host(proxy: Object) -> Iterator[Hit]:
    asked = at(proxy.node, "spec", "virtualhost", "authorization")
    kind = text(asked, "serviceType")
    if kind not in {None, "grpc", "http"} or (at(asked, "httpSettings") is not None and kind != "http"):
        yield Hit(proxy.place(asked), "httpSettings are in force where serviceType is http alone")


def _extension_named(of: Object, asked: Node | None) -> tuple[str, str]:
    """In an object by a reference, in a file as namespace/name."""
    reference = at(asked, "extensionRef") or at(asked, "extensionService")
    namespace, _, name = (text(asked, "extensionService") or "").rpartition("/")
    return text(reference, "namespace") or namespace or of.namespace, text(reference, "name") or name


def _names_extension(node: Node) -> bool:
    return at(node, "extensionRef") is not None or at(node, "extensionService") is not None


def _contour_asking(estate: Estate) -> Iterator[tuple[Object, Node | None]]:
    everywhere = [(of, asked) for of, node in configurations(estate) if (asked := at(node, "globalExtAuth"))]
    yield from everywhere
    for one in estate.of("HTTPProxy"):
        asked = at(one.node, "spec", "virtualhost", "authorization")
        if at(asked, "extensionRef") is not None or not everywhere:
            yield one, asked


def _gateway_extensions(estate: Estate) -> Iterator[Hit]:
    for policy in estate.of("TrafficPolicy"):
        asked = at(policy.node, "spec", "extAuth")
        if asked is None or at(asked, "disable") is not None:
            continue
        name = text(asked, "extensionRef", "name") or ""
        namespace = text(asked, "extensionRef", "namespace") or policy.namespace
        found = estate.get("GatewayExtension", namespace, name)
        if not name or (found is None and estate.shows("GatewayExtension")):
            yield Hit(policy.place(asked), f"there is no GatewayExtension {show(name)} in {show(namespace)}")
    for one in estate.of("GatewayExtension"):
        asked = at(one.node, "spec", "extAuth")
        services = (at(asked, kind, "backendRef") for kind in ("grpcService", "httpService"))
        if asked is not None and not any(text(service, "name") for service in services):
            yield Hit(one.place(asked), "it names nobody who is asked")
    for policy in estate.of("SecurityPolicy"):
        asked = at(policy.node, "spec", "extAuth")
        references = [
            reference
            for kind in ("grpc", "http")
            for reference in (*items(asked, kind, "backendRefs"), at(asked, kind, "backendRef"))
        ]
        if asked is not None and not any(text(reference, "name") for reference in references):
            yield Hit(policy.place(asked), "it names nobody who is asked")
        keys = at(policy.node, "spec", "apiKeyAuth")
        if keys is not None and not items(keys, "credentialRefs"):
            yield Hit(policy.place(keys), "it names no Secret with keys")


def _unverified(view: View) -> Iterator[Hit]:
    for one in view.estate.of("ExtensionService"):
        protocol, validation = text(one.node, "spec", "protocol") or "h2", at(one.node, "spec", "validation")
        if protocol == "h2" and not (text(validation, "caSecret") and text(validation, "subjectName")):
            yield Hit(
                one.place(at(one.node, "spec")), "it is asked over TLS, and anybody may answer: no validation"
            )
        elif protocol == "h2c":
            yield Hit(one.place(at(one.node, "spec")), "it is asked in the clear", Severity.INFO)
    files = list(files_of(view.estate))
    clusters = Clusters(files)
    for file in files:
        for node in http_filters(file):
            for named in _cluster_names(at(node, "typed_config")):
                found = clusters.get(text(named) or "")
                if found is not None and (wrong := _wrong_way(found)) is not None:
                    yield Hit(found.file.place(found.node), wrong)


def _wrong_way(cluster: Cluster) -> str | None:
    if all(one in {"127.0.0.1", "::1", "localhost", ""} for one in cluster.addresses):
        return None
    tls = cluster.tls
    if tls is None:
        return "it is asked in the clear, and not on this machine"
    context = at(tls, "common_tls_context", "validation_context")
    context = context or at(
        tls, "common_tls_context", "combined_validation_context", "default_validation_context"
    )
    if at(tls, "common_tls_context", "validation_context_sds_secret_config") is not None:
        return None
    authority = at(context, "trusted_ca")
    if text(context, "trust_chain_verification") == "ACCEPT_UNTRUSTED":
        return "it is asked over TLS, and anybody may answer: trust_chain_verification accepts everybody"
    trusts = bool(authority and authority.value) or at(context, "system_root_certs") is not None
    names = items(context, "match_typed_subject_alt_names") or items(context, "match_subject_alt_names")
    return (
        None
        if trusts and names
        else "it is asked over TLS, and anybody may answer: no trusted_ca, or no name"
    )


def _asked_by_nobody(view: View) -> Iterator[Hit]:
    estate = view.estate
    names = {_extension_named(of, asked) for of, asked in _contour_asking(estate)}
    for of, configuration in configurations(estate):  # rate limits and traces have theirs as well
        names |= {_extension_named(of, node) for node in configuration.walk() if _names_extension(node)}
    for policy in estate.of("TrafficPolicy"):
        for node in policy.node.walk():
            if (asked := at(node, "extensionRef")) is not None:
                names.add((text(asked, "namespace") or policy.namespace, text(asked, "name") or ""))
    for kind, user in (("ExtensionService", "HTTPProxy"), ("GatewayExtension", "TrafficPolicy")):
        for one in estate.of(kind):
            if estate.shows(user) and (one.namespace, one.name) not in names:
                yield Hit(one.place(), f"no {user} refers to it", about=one.name)
    for file in files_of(estate):
        yield from _clusters(file)
        yield from _named_in_vain(file)


def _named_in_vain(file: File) -> Iterator[Hit]:
    """A route says how it is asked about, and no chain has the filter that asks."""
    names = {text(node, "name") for node in http_filters(file)}
    if not items(file.root, "static_resources", "listeners"):
        return
    for node in file.root.walk():
        for name, told in members(node, "typed_per_filter_config"):
            asks = any(is_a(one, "ExtAuthzPerRoute") for one in (told, at(told, "config")))
            if asks and name not in names:
                yield Hit(file.place(told), f"no chain has the filter {show(name)}", about=name)


def _clusters(file: File) -> Iterator[Hit]:
    if not items(file.root, "static_resources", "listeners"):
        return
    own = {(*one.path, "name") for one in resources(file, "clusters", "Cluster")}
    used = {
        node.value
        for node in file.root.walk()
        if isinstance(node.value, str) and node.path not in own and "load_assignment" not in node.path
    }
    for cluster in resources(file, "clusters", "Cluster"):
        name = text(cluster, "name") or ""
        if name not in used:
            yield Hit(file.place(cluster), f"nothing leads to the cluster {show(name)}", about=name)


NOT_THERE: Final = Rule(
    id="ENV-011",
    title="Whoever should be asked is not there",
    severity=Severity.HIGH,
    why="Everything is refused at best; where failing is open, or the object is left out, everything passes.",
    fix="name a provider, a service or a cluster that is there",
    check=_not_there,
    references=("https://projectcontour.io/docs/main/config/client-authorization/",),
)
ASKED_BY_NOBODY: Final = Rule(
    id="ENV-018",
    title="Somebody who could be asked is asked by nobody",
    severity=Severity.LOW,
    why="Whoever wrote it down meant to ask: the filter or the reference that did so may have been lost.",
    fix="give the route its question back, or remove what is not used",
    check=_asked_by_nobody,
)
UNVERIFIED: Final = Rule(
    id="ENV-012",
    title="Whoever is asked is not verified",
    severity=Severity.MEDIUM,
    why="Whoever stands between reads the client's token, and can say yes to any request.",
    fix="ask over TLS, and name both who signs the certificate and whose it is",
    check=_unverified,
    references=("https://projectcontour.io/docs/main/config/upstream-tls/",),
)
