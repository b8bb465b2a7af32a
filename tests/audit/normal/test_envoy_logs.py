from gateway.audit.normal.envoy_logs import fields_of, logged
from tests.audit.showing import estate_of


def test_what_a_format_names_of_a_request() -> None:
    cases = {
        "%REQ(AUTHORIZATION)%": ["authorization"],
        "%REQ(authorization?cookie):10%": ["authorization", "cookie"],
        "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%": ["query", "query"],
        "%REQ(:AUTHORITY)% %REQ(:METHOD)%": [],
        "%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%": [],
        "%PATH(NQ)% %PATH(NQ:PATH)%": [],
        "%PATH(WQ)%": ["query"],
        "%PATH%": ["query"],
        "%QUERY_PARAMS(Replace)%": ["query"],
        "%QUERY_PARAM(access_token)%": ["query"],
        "%DYNAMIC_METADATA(envoy.filters.http.ext_authz:authorization)%": ["authorization"],
        "%RESPONSE_CODE% 100% %": [],
    }
    assert {one: list(fields_of(one)) for one in cases} == cases


def test_without_a_format_the_target_is_written_with_its_query() -> None:
    (one,) = estate_of(
        "apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: {log: {}, format: '%START_TIME%'}"
    ).objects
    log, format_node = one.node.descendant(("spec", "log")), one.node.descendant(("spec", "format"))
    assert {field.name for field in logged(one, None, log)} == {"query"}
    assert logged(one, format_node, log) == ()
    assert logged(one, None, None) == ()
