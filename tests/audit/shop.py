"""Objects of a small shop, in YAML of one line each: what stands behind its door."""


def service(spec: str = "selector: {app: orders}", name: str = "orders", namespace: str = "shop") -> str:
    ports = "ports: [{name: http, port: 8080}, {name: metrics, port: 9090}]"
    return _object("v1", "Service", name, namespace, f"spec: {{{spec}, {ports}}}")


def deployment(
    pod: str = "",
    name: str = "orders",
    namespace: str = "shop",
    labels: str = "app: orders",
    container: str = "",
) -> str:
    ports = "ports: [{name: web, containerPort: 8080}]"
    containers = f"containers: [{{name: it, image: 'shop/it:1', {ports}, {container}}}]"
    template = (
        f"template: {{metadata: {{labels: {{{labels}}}}}, spec: {{{pod or 'volumes: []'}, {containers}}}}}"
    )
    return _object("apps/v1", "Deployment", name, namespace, f"spec: {{{template}}}")


def network_policy(
    spec: str, name: str = "orders", namespace: str = "shop", api: str = "networking.k8s.io/v1"
) -> str:
    return _object(api, "NetworkPolicy", name, namespace, f"spec: {{{spec}}}")


def account(name: str = "orders", namespace: str = "shop", more: str = "") -> str:
    return _object("v1", "ServiceAccount", name, namespace, more)


def role(rules: str, name: str = "reader", namespace: str = "shop") -> str:
    kind = "Role" if namespace else "ClusterRole"
    return _object(RBAC, kind, name, namespace, f"rules: [{rules}]")


def binding(
    to: str = "Role/reader",
    subject: str = "kind: ServiceAccount, name: orders, namespace: shop",
    namespace: str = "shop",
    name: str = "bound",
) -> str:
    kind, _, role_name = to.partition("/")
    reference = f"roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {kind}, name: {role_name}}}"
    subjects = f"subjects: [{{{subject}}}]"
    own = "RoleBinding" if namespace else "ClusterRoleBinding"
    return _object(RBAC, own, name, namespace, f"{reference}\n{subjects}")


def rule(resources: str, verbs: str, group: str = '""', names: str = "") -> str:
    named = f", resourceNames: [{names}]" if names else ""
    return f"{{apiGroups: [{group}], resources: [{resources}], verbs: [{verbs}]{named}}}"


def secret(name: str, namespace: str = "shop", more: str = "", labels: str = "") -> str:
    return _object("v1", "Secret", name, namespace, more, labels)


OURS = "app.kubernetes.io/name: token-gateway"


def our_service(spec: str = "type: ClusterIP", labels: str = OURS) -> str:
    ports = "ports: [{name: decision, port: 4180, targetPort: decision}]"
    body = f"spec: {{{spec}, selector: {{{OURS}}}, {ports}}}"
    return _object("v1", "Service", "token-gateway", "token-gateway", body, labels)


def our_deployment(container: str = "") -> str:
    ports = "ports: [{name: decision, containerPort: 4180}, {name: admin, containerPort: 9090}]"
    pod = f"automountServiceAccountToken: false, containers: [{{name: gateway, {ports}, {container}}}]"
    template = f"template: {{metadata: {{labels: {{{OURS}}}}}, spec: {{{pod}}}}}"
    return _object("apps/v1", "Deployment", "token-gateway", "token-gateway", f"spec: {{{template}}}", OURS)


# --- private ---

RBAC = "rbac.authorization.k8s.io/v1"


def _object(api: str, kind: str, name: str, namespace: str, body: str, labels: str = "") -> str:
    where = f", namespace: {namespace}" if namespace else ""
    metadata = f"metadata: {{name: {name}{where}, labels: {{{labels}}}}}"
    return f"apiVersion: {api}\nkind: {kind}\n{metadata}\n{body}\n"
