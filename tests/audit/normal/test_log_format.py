"""What a log format writes down."""

from gateway.audit.estate.place import Place
from gateway.audit.normal.log_format import COMBINED, logged, variables

HERE = Place("f", 1, 1, "")


def names(text: str, meanings: dict[str, str] | None = None) -> list[str]:
    return [one.name for one in logged(text, HERE, meanings)]


def test_each_part_of_a_request_has_a_name() -> None:
    cases = {
        "$remote_addr [$time_iso8601] $request_method $uri $status": [],
        "$request": ["query"],
        "$request_uri $args $query_string $arg_token": ["query"],
        "${request}": ["query"],
        "$http_authorization $http_Cookie": ["authorization", "cookie"],
        "$cookie_session": ["cookie"],
        "$upstream_http_authorization": ["authorization"],
        "$sent_http_set_cookie": ["set-cookie"],
        "$http_x_api_key": ["x-api-key"],
        "request authorization": [],
        COMBINED: ["query", "referer", "user-agent"],
    }
    for text, expected in cases.items():
        assert names(text) == expected, text


def test_a_name_of_the_operators_own_is_what_it_is_made_of() -> None:
    assert names("$token $status", {"token": "upstream_http_authorization"}) == ["authorization"]


def test_variables() -> None:
    assert variables("$a-${B}c $$d $") == ["a", "b", "d"]
