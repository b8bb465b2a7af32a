"""Group f: what do clients do to keep the gateway from serving others, and where is it tried? (V)"""

from collections.abc import Mapping
from typing import Final

from tests.corpus.row import Row

_JWKS: Final = "tests/sources/test_jwks.py::"
_CLIENT: Final = "tests/net/test_client.py::"
_CONNECTIONS: Final = "tests/hostile/test_many_connections.py::"
_FLOODS: Final = "tests/hostile/test_floods.py::"
_FAULTS: Final = "tests/hostile/test_verifier_faults.py::"
_INJECTION: Final = "tests/hostile/test_injection.py::"
_EXPENSIVE: Final = "tests/hostile/test_expensive.py::"
_REFUSALS: Final = "tests/server/http1/test_protocol_refusals.py::"
_DEADLINES: Final = "tests/server/http1/test_protocol_deadlines.py::"
_DRAIN: Final = "tests/server/http1/test_connections.py::"

CLIENTS: Final[Mapping[str, Row]] = {
    "V01": Row(
        "heads that come slowly or never end",
        (
            _FAULTS + "test_v01_five_hundred_slow_heads_end_at_the_deadline",
            _CONNECTIONS + "test_v01_heads_that_never_end_hold_a_bounded_memory",
            _DEADLINES + "test_a_slow_head_is_408_however_alive_it_looks",
            "tests/server/http1/test_protocol_crowds.py::test_heads_that_never_end_make_room_for_the_next",
        ),
    ),
    "V02": Row("a slow body", (_REFUSALS + "test_a_body_is_400_and_the_end",)),
    "V04": Row(
        "10,000 idle connections; few files",
        (
            _CONNECTIONS + "test_v04_ten_thousand_idle_connections_leave_room_for_the_next",
            _CONNECTIONS + "test_v04_where_files_are_few_the_other_listeners_keep_theirs",
            _CONNECTIONS + "test_v04_a_low_soft_limit_is_raised",
            _CONNECTIONS + "test_peers_that_nobody_lists_do_not_take_the_proxies_places",
            _FLOODS + "test_v04_idle_connections_do_not_keep_the_kubelet_out",
        ),
    ),
    "V05": Row(
        "headers by the thousand, long lines, segments of one byte",
        (
            _CONNECTIONS + "test_v05_v06_v08_floods_of_headers_and_bodies",
            _CONNECTIONS + "test_v05_a_head_of_one_byte_segments_is_a_head",
            "tests/server/http1/test_head.py::test_holds_each_limit_to_the_byte",
        ),
    ),
    "V06": Row(
        "chunks, extensions and trailers without end",
        (
            _CONNECTIONS + "test_v05_v06_v08_floods_of_headers_and_bodies",
            _REFUSALS + "test_a_refused_peer_that_goes_on_sending_still_gets_its_answer",
        ),
    ),
    "V08": Row("a compressed body", (_CONNECTIONS + "test_v05_v06_v08_floods_of_headers_and_bodies",)),
    "V09": Row(
        "2 GB through the edge",
        (
            "tests/edge/test_streaming.py::test_a_gibibyte_is_uploaded_in_no_memory",
            "tests/edge/test_streaming.py::test_a_long_download_takes_no_memory",
        ),
    ),
    "V10": Row(
        "a backend that sends a gzip bomb",
        ("tests/edge/test_real_answers.py::test_what_is_shortened_stays_so",),
    ),
    "V12": Row(
        "distinct garbage tokens with a known kid",
        (
            _FLOODS + "test_v12_v13_f14_good_traffic_goes_on_and_nothing_grows",
            _EXPENSIVE + "test_none_takes_more_than_so_many_steps",
        ),
    ),
    "V13": Row(
        "distinct opaque garbage", (_FLOODS + "test_v12_v13_f14_good_traffic_goes_on_and_nothing_grows",)
    ),
    "V14": Row(
        "distinct iss, kid, aud, paths, hosts, methods, agents: no new series",
        (_FLOODS + "test_v14_no_client_makes_a_series",),
    ),
    "V16": Row(
        "a cookie in hundreds of pieces",
        ("tests/core/test_credential.py::test_more_cookies_than_a_browser_keeps_are_refused_unread",),
    ),
    "V17": Row(
        "keys that collide, objects of 100,000 members",
        (
            _FLOODS + "test_v17_v32_huge_and_deep_tokens_are_401",
            "tests/core/test_strict_json.py::test_a_string_without_end_costs_no_more_than_its_length",
        ),
    ),
    "V18": Row(
        "patterns that explode: a policy has none, and its blanks are linear",
        ("tests/core/test_authorize.py::test_a_pattern_reads_the_text_once_however_many_blanks_it_has",),
    ),
    "V20": Row(
        "TLS handshakes that never end",
        ("tests/server/test_listener.py::test_a_silent_tls_client_is_closed",),
    ),
    "V21": Row(
        "10,000 clients behind one address",
        not_yet="there is no rate limit to get wrong; docs/threat-model.md says so",
    ),
    "V22": Row("a herd at a cold start", (_FLOODS + "test_v22_f12_a_herd_at_a_cold_start_is_one_fetch",)),
    "V24": Row(
        "a log that nobody reads, a disk that is full, a document that is large",
        (
            "tests/telemetry/test_lines.py::test_a_pipe_that_nobody_reads_costs_new_lines_and_never_waits",
            "tests/telemetry/test_lines.py::test_a_broken_pipe_is_counted_and_raises_nothing",
            _CLIENT + "test_the_loop_is_free_while_a_server_hangs",
        ),
    ),
    "V25": Row(
        "line breaks, escapes and a megabyte in every place that reaches the log",
        (
            _INJECTION + "test_v25_every_line_is_one_object_of_ours",
            _INJECTION + "test_v25_a_line_of_a_megabyte_is_none_in_the_log",
            _INJECTION + "test_v25_an_issuers_error_is_not_repeated",
            _INJECTION + "test_no_place_of_a_request_is_written_down",
        ),
    ),
    "V26": Row(
        "SIGTERM under load",
        (
            "tests/wire/test_gateway_faults.py::test_a_request_in_flight_is_answered_before_it_ends",
            _DRAIN + "test_drain_lets_an_answer_under_way_finish_and_says_close",
        ),
    ),
    "V28": Row("a day of mixed traffic", not_yet="a soak takes minutes: `make soak`, not a test"),
    "V29": Row(
        "clients that leave at each stage: files",
        (_CONNECTIONS + "test_v29_clients_that_leave_at_each_stage_leave_nothing",),
    ),
    "V30": Row(
        "clients that leave while a look-up is under way: tasks",
        (
            _FAULTS + "test_v30_tasks_of_those_who_left_are_gone",
            _DEADLINES + "test_a_closed_connection_leaves_nothing_behind_not_even_a_timer",
        ),
    ),
    "V32": Row(
        "whatever Python raises within the verifier",
        (
            _FAULTS + "test_v32_whatever_is_raised_is_a_500_and_the_next_is_permitted",
            _FLOODS + "test_v17_v32_huge_and_deep_tokens_are_401",
        ),
    ),
    "V33": Row("user agents of probes", (_CONNECTIONS + "test_v33_no_user_agent_is_special",)),
    "V34": Row(
        "pages of one listener asked for at another",
        ("tests/app/test_serve.py::test_each_listener_serves_its_own_pages_only",),
    ),
    "V36": Row(
        "a thousand requests in one segment",
        (
            _CONNECTIONS + "test_v36_a_thousand_requests_in_one_segment_are_sixteen_answers_and_the_end",
            "tests/server/http1/test_protocol.py::test_more_pipelined_requests_than_allowed_are_refused",
        ),
    ),
}
