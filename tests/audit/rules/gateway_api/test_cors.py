from tests.audit.normal.shown import TO, policy, route
from tests.audit.rules.said import is_silent, said

ANY = "allowOrigins: ['*'], allowCredentials: true"


def test_every_place_where_any_origin_may_be_allowed() -> None:
    places = [
        policy("SecurityPolicy", "gateway.envoyproxy.io", "{cors: {CORS}}"),
        policy("TrafficPolicy", "gateway.kgateway.dev", "{cors: {CORS}}"),
        policy("HTTPProxy", "projectcontour.io", "{virtualhost: {corsPolicy: {CORS}}}", version="v1"),
        policy("VirtualService", "networking.istio.io", "{http: [{corsPolicy: {CORS}}]}", version="v1"),
        route(f"{{filters: [{{type: CORS, cors: {{CORS}}}}], {TO}}}"),
    ]
    for one in places:
        assert len(said("GWA-009", one.replace("CORS}", f"{ANY}}}"))) == 1, one
        assert is_silent("GWA-009", one.replace("CORS}", "allowOrigins: ['*'], allowCredentials: false}")), (
            one
        )
        assert is_silent("GWA-009", one.replace("CORS}", f"{ANY}}}".replace("*", "https://a.b"))), one


def test_how_any_origin_may_be_written() -> None:
    for origin in ("'*'", "'https://*'", "{exact: '*'}", "{regex: '.*'}", "{prefix: 'https://'}"):
        given = f"{{cors: {{allowOrigins: [{origin}], allowCredentials: true}}}}"
        assert len(said("GWA-009", policy("SecurityPolicy", "gateway.envoyproxy.io", given))) == 1, origin
