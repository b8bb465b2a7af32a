from tests.audit.normal.shown import TO, gateway, policy, route
from tests.audit.rules.said import is_silent, said

EG = "gateway.envoyproxy.io"
MANAGER = '"@type": type.googleapis.com/x.v3.HttpConnectionManager'


def test_what_is_in_the_access_log() -> None:
    def logged(text: str) -> list[str]:
        log = f"{{telemetry: {{accessLog: {{settings: [{{format: {{text: '{text}'}}}}]}}}}}}"
        return said("ENV-007", gateway("eg"), route(f"{{{TO}}}"), policy("EnvoyProxy", EG, log))

    assert logged("%REQ(:METHOD)% %PATH(NQ)% %REQ(USER-AGENT)%") == []
    assert logged("%REQ(AUTHORIZATION)%") == ["high: the access log has the header authorization"]
    assert logged("%REQ(:PATH)%") == [
        "medium: the access log has the query, in which tokens and codes may be"
    ]
    assert len(logged("%REQ(COOKIE)% %REQ(REFERER)%")) == 2


def test_nobody_says_whose_certificate_he_has() -> None:
    def client(mode: str) -> list[str]:
        return said(
            "ENV-008",
            policy("ClientTrafficPolicy", EG, f"{{headers: {{xForwardedClientCert: {{mode: {mode}}}}}}}"),
        )

    def file(mode: str) -> list[str]:
        chain = f"{{filters: [{{typed_config: {{{MANAGER}, forward_client_cert_details: {mode}}}}}]}}"
        return said("ENV-008", f"static_resources: {{listeners: [{{filter_chains: [{chain}]}}]}}")

    assert client("Sanitize") == client("SanitizeSet") == file("SANITIZE_SET") == []
    assert client("AlwaysForwardOnly")[0].startswith("critical")
    assert client("ForwardOnly")[0].startswith("high")
    assert file("ALWAYS_FORWARD_ONLY")[0].startswith("critical")
    assert file("APPEND_FORWARD")[0].startswith("high")
    topology = (
        "{meshConfig: {defaultConfig: {gatewayTopology: {forwardClientCertDetails: ALWAYS_FORWARD_ONLY}}}}"
    )
    assert len(said("ENV-008", policy("IstioOperator", "install.istio.io", topology))) == 1


def test_protected_hosts_are_not_served_in_the_clear() -> None:
    def proxy(spec: str) -> str:
        return policy("HTTPProxy", "projectcontour.io", spec, version="v1")

    asked = "{globalExtAuth: {extensionRef: {name: gw}}}"
    everywhere = policy("ContourConfiguration", "projectcontour.io", asked)
    clear = proxy("{virtualhost: {fqdn: a.b}, routes: [{services: [{name: b}]}]}")
    assert said("ENV-010", everywhere, clear) == ["high: a.b is served without TLS"]
    assert is_silent("ENV-010", clear)
    assert is_silent("ENV-010", everywhere, clear.replace("a.b}", "a.b, tls: {secretName: s}}"))


def test_a_server_of_istio_has_a_mode() -> None:
    servers = "{servers: [{port: {protocol: HTTPS}, hosts: [a.b], tls: {credentialName: c}}]}"
    given = policy("Gateway", "networking.istio.io", servers, version="v1")
    assert len(said("ENV-010", given)) == 1
    assert is_silent("ENV-010", given.replace("tls: {", "tls: {mode: SIMPLE, "))


def test_the_admin_listener_is_on_loopback() -> None:
    admin = "admin: {address: {socket_address: {address: HOST}}}\nstatic_resources: {}\n"
    for host in ("127.0.0.1", "'::1'", "localhost"):
        assert is_silent("ENV-013", admin.replace("HOST", host)), host
    assert len(said("ENV-013", admin.replace("HOST", "0.0.0.0"))) == 1
    assert is_silent("ENV-013", "admin: {address: {pipe: {path: /run/a}}}\nstatic_resources: {}\n")


def test_look_alikes_of_headers_are_kept_out() -> None:
    given = policy("ClientTrafficPolicy", EG, "{headers: {withUnderscoresAction: Allow}}")
    assert said("ENV-019", given) == ["medium: header names with underscores reach the backend"]
    assert is_silent("ENV-019", given.replace("Allow", "DropHeader"))


def test_patches_are_told_of() -> None:
    for kind, group in (
        ("EnvoyFilter", "networking.istio.io"),
        ("EnvoyPatchPolicy", EG),
        ("CiliumEnvoyConfig", "cilium.io"),
    ):
        assert said("ENV-014", policy(kind, group, "{}"))[0].startswith("info"), kind
