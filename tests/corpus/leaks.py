"""Group g: where could a credential come out, and which test looks there? (K)

Beside these, tests/corpus/test_listener.py looks into the record and the refusal of each case of the others.
"""

from collections.abc import Mapping
from typing import Final

from tests.corpus.row import INTROSPECTION, LOGIN, Row

_CANARY: Final = "tests/telemetry/test_canary.py::"
_LOG: Final = "tests/telemetry/test_log.py::"
_RECORD: Final = "tests/telemetry/test_record.py::"
_HEADS: Final = "tests/corpus/test_heads.py::"
_SCENARIOS: Final = "tests/conformance/test_dialects.py::"
_MINTED: Final = "tests/properties/test_minted_token.py::"
_SECRECY: Final = "tests/properties/test_secrecy.py::"
_WIRE: Final = "tests/wire/test_canaries.py::test_no_secret_comes_out"

LEAKS: Final[Mapping[str, Row]] = {
    "K01": Row("a malformed credential", (_HEADS + "test_what_is_no_request_is_refused_unread", _WIRE)),
    "K02": Row(
        "a token in a malformed target",
        (
            _HEADS + "test_what_is_no_request_is_refused_unread",
            _HEADS + "test_what_is_a_request_is_decided",
        ),
    ),
    "K04": Row("a host that no reader understands", (_HEADS + "test_what_is_no_request_is_refused_unread",)),
    "K05": Row(
        "query, Referer and User-Agent in the log",
        (
            _CANARY + "test_no_secret_comes_out_of_any_one_place",
            "tests/hostile/test_injection.py::test_no_place_of_a_request_is_written_down",
            _WIRE,
        ),
    ),
    "K06": Row(
        "which of the checks it was",
        (
            "tests/corpus/test_dialects.py::test_a_client_cannot_tell_one_bad_token_from_another",
            _RECORD + "test_a_denial_names_its_reason_and_its_detail",
            _RECORD + "test_an_unverified_token_names_no_issuer_and_no_user",
        ),
    ),
    "K08": Row(
        "a traceback, and the local variables of its frames",
        (
            _LOG + "test_a_bug_is_a_class_and_places",
            _SECRECY + "test_no_value_on_the_way_to_a_permit_tells",
            _SECRECY + "test_nor_does_the_exception_that_it_was_nor_its_traceback",
            "tests/hostile/test_verifier_faults.py::test_v32_whatever_is_raised_is_a_500_and_the_next_is_permitted",
        ),
    ),
    "K09": Row(
        "what the event loop says of a task",
        (
            _LOG + "test_what_a_callback_raises_is_a_bug_without_its_arguments",
            _LOG + "test_what_the_loop_reports_without_exception_names_the_loop",
        ),
    ),
    "K10": Row(
        "libraries that log, at any level",
        (
            _LOG + "test_what_a_library_says_is_written_without_what_it_says_it_about",
            _LOG + "test_a_text_that_was_put_together_beforehand_is_left_out",
            _LOG + "test_below_warning_nothing_is_written",
            _CANARY + "test_stdlib_logging_comes_out_redacted_only",
        ),
    ),
    "K12": Row("attributes of traces", not_yet="there are no traces"),
    "K13": Row(
        "the backend",
        (
            "tests/wire/test_allowed.py::test_the_backend_gets_our_token_and_nothing_of_the_clients",
            "tests/wire/test_credentials.py::test_a_token_in_a_cookie_is_taken_away_and_the_other_cookies_stay",
            "tests/wire/test_query_credential.py::test_the_token_is_taken_out_and_the_rest_stays",
            "tests/properties/test_identity_headers.py::test_no_part_of_the_clients_credential_is_given_on",
        ),
    ),
    "K14": Row(
        "the minted token",
        (
            _MINTED + "test_it_is_for_one_audience_with_the_routes_scopes_and_nothing_that_is_not_listed",
            _MINTED + "test_it_lives_for_seconds_and_never_outlives_its_source",
            _MINTED + "test_nothing_of_the_clients_token_is_in_ours",
        ),
    ),
    "K16": Row("the redirect to the identity provider", not_yet=LOGIN),
    "K17": Row("the redirect after sign-in", not_yet=LOGIN),
    "K18": Row(
        "caches, of any answer",
        (
            _SCENARIOS + "test_scenario",
            "tests/dialects/test_answers.py::test_a_refusal_is_not_stored_and_tells_its_class_alone",
        ),
    ),
    "K20": Row(
        "a proxy's cache of the sub-request",
        ("tests/dialects/snippets/test_nginx.py::test_no_answer_is_kept", _SCENARIOS + "test_scenario"),
    ),
    "K21": Row("Age and ETag on an answer", (_SCENARIOS + "test_scenario",)),
    "K22": Row(
        "the difference between two refusals of a token",
        ("tests/corpus/test_dialects.py::test_a_client_cannot_tell_one_bad_token_from_another",),
    ),
    "K24": Row("keys of the session store", not_yet=LOGIN),
    "K25": Row(
        "what is printed of the configuration, and of keys",
        (
            "tests/config/test_every_problem_at_once.py::test_no_value_that_may_be_a_secret_is_said",
            "tests/keys/test_signing_key.py::test_it_never_shows_its_private_half",
            "tests/core/test_jwk.py::test_nothing_of_a_key_is_printed",
        ),
    ),
    "K26": Row(
        "a secret where a file is named, and in a command's arguments",
        (
            "tests/config/test_problem.py::test_what_may_be_a_secret_is_not_shown",
            "tests/cli/test_explain.py::test_a_token_in_place_of_its_file_is_not_repeated",
            "tests/config/test_compile_tls.py::test_what_cannot_be_used_is_a_mistake",
        ),
    ),
    "K28": Row("the introspection request", not_yet=INTROSPECTION),
    "K29": Row("user information in the URL of an issuer", ("tests/net/test_url.py::test_refused",)),
    "K30": Row(
        "what a refusal carries",
        (
            _SCENARIOS + "test_nothing_that_a_client_sent_comes_back_in_a_refusal",
            "tests/wire/test_refused.py::test_a_refusal_is_not_to_be_kept_and_echoes_nothing",
        ),
    ),
    "K32": Row(
        "headers that a browser's scripts can read",
        (
            _SCENARIOS + "test_scenario",
            "tests/core/test_cors.py::test_nothing_that_a_client_sent_is_written_back",
        ),
    ),
    "K33": Row(
        "the identity of a permit, in the client's answer",
        ("tests/wire/test_allowed.py::test_the_client_is_told_nothing_of_what_the_backend_is_told",),
    ),
    "K34": Row(
        "the record of a permit",
        (
            "tests/wire/test_allowed.py::test_the_record_of_a_permit_names_the_route_and_hashes_the_rest",
            _RECORD + "test_a_permit",
            _CANARY + "test_what_is_revealed_comes_out_and_nothing_else",
        ),
    ),
}
