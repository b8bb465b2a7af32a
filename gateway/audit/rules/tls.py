"""Is the way to the door, and the way behind it, what it seems to be?"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.audit.certificates import Certificate, chain_of, read_certificate
from gateway.audit.doors import services_behind
from gateway.audit.estate.estate import Estate
from gateway.audit.estate.fields import at, items, text, texts
from gateway.audit.estate.network import port_of
from gateway.audit.estate.objects import Object
from gateway.audit.estate.selectors import selector_of
from gateway.audit.rule import Hit, Rule, Severity, View
from gateway.config.problem import show
from gateway.config.tree import Node

SOON_DAYS: Final = 14
MAX_AGE_H: Final = 90 * 24


def _certificates(view: View) -> Iterator[Hit]:
    kinds = {
        one.namespace for one in view.estate.of("Secret") if text(one.node, "type") == "kubernetes.io/tls"
    }
    ordered = {
        (one.namespace, text(one.node, "spec", "secretName") or "") for one in view.estate.of("Certificate")
    }
    read: dict[int, Certificate | None] = {}
    for use in _uses(view.estate):
        secret = view.estate.get("Secret", use.namespace, use.name)
        if secret is None:
            is_ordered = (use.namespace, use.name) in ordered or _is_ordered(use.of)
            if use.namespace in kinds and not is_ordered:
                what = f"Secret/{show(use.namespace)}/{show(use.name)} is not there"
                yield Hit(use.of.place(use.node), what, Severity.LOW)  # others may make it
            continue
        chain = chain_of(secret)
        if chain is not None:
            if id(secret) not in read:
                read[id(secret)] = read_certificate(chain)
            yield from _judged(view, use, secret, read[id(secret)])


def _clear_behind(view: View) -> Iterator[Hit]:
    ours = (one for one in view.exposures if one.auth is not None and one.auth.dialect is not None)
    for behind in services_behind(view, ours):
        port = port_of(behind.service, behind.backend.port)
        if port is not None and _is_clear(port):
            is_far = selector_of(behind.service) is None
            what = f"tokens that were made for {behind.service.owner} go there in clear text"
            yield Hit(behind.service.place(port), what, None if is_far else Severity.INFO)


def _old_keys(view: View) -> Iterator[Hit]:
    for one in view.estate.of("Certificate", "cert-manager.io"):
        if "client auth" not in texts(one.node, "spec", "usages"):
            continue
        policy = text(one.node, "spec", "privateKey", "rotationPolicy")
        if policy != "Always":
            severity = None if policy is not None else Severity.INFO  # Always by default since 1.18
            yield Hit(
                one.place(at(one.node, "spec")), "renews its certificate with the same key", severity, "key"
            )
        hours = _hours(text(one.node, "spec", "duration") or "")
        if hours is not None and hours > MAX_AGE_H:
            yield Hit(
                one.place(at(one.node, "spec", "duration")), "is good for more than 90 days", about="duration"
            )


CERTIFICATES: Final = Rule(
    id="TLS-001",
    title="The certificate of a host is missing, at its end, or another's",
    severity=Severity.MEDIUM,
    why="Clients fail, or are taught to go on without looking, and then meet anybody.",
    fix="let cert-manager or the like keep it, for every host that is named beside it",
    check=_certificates,
    references=("https://kubernetes.io/docs/concepts/services-networking/ingress/#tls",),
)
CLEAR_BEHIND: Final = Rule(
    id="TLS-002",
    title="Tokens for a backend travel in clear text",
    severity=Severity.MEDIUM,
    why="Whoever sees the packets on their way to the pod has a token for that backend, for seconds.",
    fix="serve the backend over TLS, or run a mesh that encrypts",
    check=_clear_behind,
    references=("https://www.rfc-editor.org/rfc/rfc6750#section-5.3",),
)
OLD_KEYS: Final = Rule(
    id="TLS-003",
    title="A client's certificate keeps its key for long",
    severity=Severity.LOW,
    why="A key that was copied once goes on working after every renewal.",
    fix="write privateKey.rotationPolicy: Always, and a duration of 2160h or less",
    check=_old_keys,
    references=("https://cert-manager.io/docs/usage/certificate/",),
)

RULES: Final[tuple[Rule, ...]] = (CERTIFICATES, CLEAR_BEHIND, OLD_KEYS)


# --- private ---


class _Use(NamedTuple):
    of: Object
    node: Node
    """Where the Secret is named."""
    namespace: str
    name: str
    hosts: tuple[str, ...]


def _uses(estate: Estate) -> Iterator[_Use]:
    for one in estate.of("Ingress"):
        for entry in items(one.node, "spec", "tls"):
            yield from _use(one, at(entry, "secretName"), texts(entry, "hosts"))
    for one in estate.of("Gateway", "gateway.networking.k8s.io"):
        for listener in items(one.node, "spec", "listeners"):
            host = text(listener, "hostname")
            for reference in items(listener, "tls", "certificateRefs"):
                if text(reference, "kind") in {None, "Secret"}:
                    namespace = text(reference, "namespace")
                    yield from _use(one, at(reference, "name"), (host,) if host else (), namespace)
    for one in estate.of("VirtualServer"):
        yield from _use(one, at(one.node, "spec", "tls", "secret"), (text(one.node, "spec", "host") or "",))
    for one in estate.of("HTTPProxy"):
        host = text(one.node, "spec", "virtualhost", "fqdn") or ""
        yield from _use(one, at(one.node, "spec", "virtualhost", "tls", "secretName"), (host,))
    for one in estate.of("IngressRoute"):
        yield from _use(one, at(one.node, "spec", "tls", "secretName"), ())


def _use(
    one: Object, node: Node | None, hosts: tuple[str, ...], namespace: str | None = None
) -> Iterator[_Use]:
    named_secret = text(node)
    if node is None or not named_secret:
        return
    before, slash, after = named_secret.rpartition("/")  # Contour: namespace/name
    where = before if slash else namespace or one.namespace
    yield _Use(one, node, where, after, tuple(host.lower() for host in hosts if host))


def _is_ordered(one: Object) -> bool:
    return any(name.startswith(("cert-manager.io/", "kubernetes.io/tls-acme")) for name in one.annotations)


def _judged(view: View, use: _Use, secret: Object, certificate: Certificate | None) -> Iterator[Hit]:
    place = use.of.place(use.node)
    if certificate is None:
        yield Hit(place, f"{secret.owner} holds no certificate", Severity.HIGH)
        return
    for host in use.hosts:
        if not certificate.is_for(host):
            yield Hit(
                place, f"the certificate in {secret.owner} is not for {show(host)}", Severity.HIGH, host
            )
    left = (certificate.ends - view.today).days if view.today is not None else SOON_DAYS
    if left < 0:
        yield Hit(place, f"the certificate in {secret.owner} has ended", Severity.HIGH)
    elif left < SOON_DAYS:
        yield Hit(place, f"the certificate in {secret.owner} ends in {left} days")


def _is_clear(port: Node) -> bool:
    protocol = (text(port, "appProtocol") or "").lower()
    name = (text(port, "name") or "").lower()
    secured = protocol in {"https", "tls", "kubernetes.io/wss"} or name.startswith(("https", "tls", "grpcs"))
    return not secured and text(port, "port") not in {"443", "8443"}


def _hours(written: str) -> int | None:
    number = written.partition("h")[0]
    return int(number) if "h" in written and number.isdigit() and len(number) < 9 else None
