"""Which rows of groups a to c are no single request, and where is each tried? (J, P, H)"""

from collections.abc import Mapping
from typing import Final

from tests.corpus.row import LOGIN, Row

_ROUTE: Final = "tests/core/test_route.py::"
_IDENTITY: Final = "tests/properties/test_identity_headers.py::"
_EXCHANGE: Final = "tests/server/edge/test_exchange.py::"
_EDGE: Final = "tests/properties/test_edge_is_auth_only.py::"
_ONE_PATH: Final = "tests/properties/test_one_path.py::"

BESIDE: Final[Mapping[str, Row]] = {
    "J33": Row(
        "a key URL in a token: nobody connects to it",
        ("tests/corpus/test_listener.py::test_each_case_at_the_listeners",),
    ),
    "J104": Row(
        "a million unknown issuers: no look-up, and no series",
        (
            "tests/core/test_verify.py::test_j104_an_unknown_issuer_never_costs_a_look_up",
            "tests/hostile/test_floods.py::test_v14_no_client_makes_a_series",
        ),
    ),
    "J114": Row(
        "a client's own token whose sub is a person's",
        not_yet="no route is for people alone: the backend gets sub and client_id, and decides",
    ),
    "J142": Row(
        "a flood of distinct garbage",
        ("tests/hostile/test_floods.py::test_v12_v13_f14_good_traffic_goes_on_and_nothing_grows",),
    ),
    "P88": Row(
        "rules in another order",
        (
            _ROUTE + "test_the_most_specific_path_wins_in_any_order",
            "tests/properties/test_default_deny.py::test_the_order_of_the_rules_means_nothing",
        ),
    ),
    "P92": Row(
        "a carrier of nginx that holds something else than a URL",
        ("tests/dialects/test_nginx.py::test_an_original_url_that_nginx_does_not_send",),
    ),
    "P100": Row(
        "whatever a reader makes of a target falls under the same rule",
        (
            _ONE_PATH + "test_every_reader_finds_the_route_that_was_permitted",
            _ONE_PATH + "test_every_reader_agrees_about_the_corpus",
            _EDGE + "test_what_was_judged_is_forwarded_byte_for_byte",
        ),
    ),
    "H17": Row(
        "a permit without one of our headers",
        (
            _IDENTITY + "test_a_permit_carries_every_identity_header_once_in_printable_ascii",
            "tests/core/test_mint.py::test_nobody_is_named_by_empty_headers_and_not_by_absent_ones",
        ),
    ),
    "H22": Row(
        "a trust set that is empty, or the world",
        (
            "tests/config/test_compile_policies.py::test_anyone_must_be_asked_for_by_name_and_is_said_again",
            "tests/config/test_compile_edge.py::test_everybody_may_be_trusted_and_it_is_said_again",
            "tests/dialects/test_edge.py::test_nobody_is_trusted_unless_listed",
        ),
    ),
    "H37": Row(
        "a WebSocket that outlives its token",
        (
            "tests/edge/test_websocket.py::test_it_is_closed_when_the_token_ends",
            "tests/server/edge/test_tunnel.py::test_it_ends_when_the_permission_does",
        ),
    ),
    "H45": Row("session cookies cut, prolonged, of another key", not_yet=LOGIN),
    "H49": Row(
        "what reaches the backend beside our token",
        (
            "tests/wire/test_allowed.py::test_other_cookies_and_headers_of_the_client_arrive_untouched",
            "tests/wire/test_spoofing.py::test_a_carrier_of_the_clients_changes_nothing_that_the_backend_sees",
            "tests/wire/test_spoofing.py::test_connection_cannot_have_our_headers_taken_away",
            _EDGE + "test_a_backend_never_gets_a_credential_an_identity_or_what_connection_names",
            _EDGE + "test_connection_takes_nothing_of_ours_away",
        ),
    ),
    "H50": Row(
        "a backend that sets our cookie",
        (
            "tests/server/edge/test_relayed_head.py::test_a_cookie_that_is_ours_is_set_by_no_backend",
            "tests/edge/test_to_client.py::test_no_server_sets_the_cookie_that_is_a_credential",
        ),
    ),
    "H52": Row(
        "a backend that redirects to an inner address",
        ("tests/dialects/test_edge_headers.py::test_what_does_not",),
    ),
    "H53": Row(
        "a backend whose framing is in doubt",
        (
            _EXCHANGE + "test_a_bad_answer_is_502_and_the_end_of_its_connection",
            _EXCHANGE + "test_a_connection_in_doubt_carries_no_second_request",
            "tests/server/edge/test_poisoning.py::test_the_next_request_gets_its_own_answer",
        ),
    ),
    "H54": Row(
        "a client that leaves while the backend works",
        (
            _EXCHANGE + "test_a_client_that_leaves_ends_its_request",
            "tests/server/edge/test_leaks.py::test_whoever_leaves_whenever_nothing_is_left",
        ),
    ),
    "H56": Row(
        "50 requests in one segment",
        (
            "tests/server/http1/test_protocol.py::test_more_pipelined_requests_than_allowed_are_refused",
            "tests/wire/test_targets.py::test_pipelined_requests_are_decided_one_by_one",
        ),
    ),
}
