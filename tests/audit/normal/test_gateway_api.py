from tests.audit.normal.shown import TO, gateway, lines, policy, route
from tests.audit.showing import exposures

ASK = """{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: gw},
  http: {path: /auth/envoy/o, allowedResponseHeaders: [Authorization]}}}"""


def test_every_match_of_every_rule_is_a_route() -> None:
    rules = (
        f"{{matches: [{{path: {{value: /a}}}}, {{path: {{value: /b}}}}], filters: [{ASK}], {TO}}}, {{{TO}}}"
    )
    assert lines(gateway("cilium"), route(rules)) == [
        "api.example.com/a/** only external -> b: no",
        "api.example.com/b/** only external -> b: no",
        "api.example.com/** only open -> b: yes",
    ]


def test_a_redirect_takes_no_token_anywhere() -> None:
    (one,) = lines(gateway("cilium"), route("{filters: [{type: RequestRedirect}]}", section="http"))
    assert one == "api.example.com/** none open -> nowhere: no"


def test_a_filter_that_removes_the_header_decides() -> None:
    removing = "{type: RequestHeaderModifier, requestHeaderModifier: {remove: [Authorization]}}"
    (one,) = lines(gateway("cilium"), route(f"{{filters: [{removing}], {TO}}}"))
    assert one == "api.example.com/** only open -> b: no"


def test_both_listeners_make_one_route_that_is_served_in_the_clear_as_well() -> None:
    both = route(f"{{filters: [{ASK}], {TO}}}").replace(", sectionName: https", "")
    assert lines(gateway("cilium"), both) == ["api.example.com/** optional external -> b: no"]


def test_listeners_that_ask_differently_make_two() -> None:
    both = route(f"{{{TO}}}").replace(", sectionName: https", "")
    target = "{targetRefs: [{kind: Gateway, name: public, sectionName: https}], jwt: {}}"
    asked = policy("SecurityPolicy", "gateway.envoyproxy.io", target)
    assert lines(gateway("eg"), both, asked) == [
        "api.example.com/** none open -> b: yes",
        "api.example.com/** only jwt -> b: yes",
    ]


def test_streams_are_open() -> None:
    stream = f"""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: public, namespace: shop}}
spec:
  gatewayClassName: cilium
  listeners:
    - {{name: s, protocol: TLS, hostname: a.b, tls: {{mode: Passthrough}}}}
    - {{name: t, protocol: TCP}}
---
{route(f"{{{TO}}}", kind="TLSRoute", section="s")}
---
{route(f"{{{TO}}}", kind="TCPRoute", section="t")}
"""
    assert lines(stream) == ["a.b?  passed-through open -> b: yes", "?  none open -> b: yes"]


def test_istio_asks_about_requests_and_not_about_streams() -> None:
    asked = policy(
        "AuthorizationPolicy", "security.istio.io", "{action: CUSTOM, provider: {name: gw}, rules: [{}]}"
    )
    assert lines(gateway("istio"), route(f"{{{TO}}}"), asked) == [
        "api.example.com/** only external -> b: cannot tell"
    ]
    streams = gateway("istio").replace("protocol: HTTPS", "protocol: TCP")
    assert lines(streams, route(f"{{{TO}}}", kind="TCPRoute"), asked) == [
        "api.example.com?  none open -> b: yes"
    ]


def test_traefik_asks_by_the_middlewares_that_a_rule_names() -> None:
    named = "{type: ExtensionRef, extensionRef: {group: traefik.io, kind: Middleware, name: m}}"
    rule = route(f"{{filters: [{named}], {TO}}}")
    asking = "{forwardAuth: {address: 'http://gw/auth/traefik/o', authResponseHeaders: [Authorization]}}"
    given = policy("Middleware", "traefik.io", asking, name="m")
    assert lines(gateway("traefik"), rule, given) == ["api.example.com/** only external -> b: no"]
    other = policy("Middleware", "traefik.io", "{headers: {}}", name="m")
    assert lines(gateway("traefik"), rule, other) == ["api.example.com/** only open -> b: yes"]
    assert lines(gateway("traefik"), rule) == ["api.example.com/** only unknown -> b: cannot tell"]


def test_what_is_told_of_a_route() -> None:
    mirror = "{type: RequestMirror, requestMirror: {backendRef: {name: copy}}}"
    rewrite = "{type: URLRewrite, urlRewrite: {path: {}}}"
    public = route(f"{{filters: [{mirror}, {rewrite}], {TO}}}").replace(
        "namespace: shop}", 'namespace: shop, annotations: {token-gateway.dev/public: "pictures"}}', 1
    )
    (one,) = exposures(gateway("cilium"), public)
    assert ([each.to for each in one.mirrors], one.rewrites, one.public) == (["copy"], True, "pictures")
    assert (one.class_name, one.source.pointer) == ("cilium", "spec.rules[0]")
