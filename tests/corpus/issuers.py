"""Group e: which hostile or broken behaviour of issuers is tried, and where? (F)"""

from collections.abc import Mapping
from typing import Final

from tests.corpus.row import INTROSPECTION, Row

_JWKS: Final = "tests/sources/test_jwks.py::"
_CLIENT: Final = "tests/net/test_client.py::"
_ANSWER: Final = "tests/net/test_answer.py::"
_ADDRESS: Final = "tests/net/test_address_policy.py::"
_CLAIMS: Final = "tests/core/test_claims.py::"
_FLOODS: Final = "tests/hostile/test_floods.py::"
_WIRE: Final = "tests/wire/test_issuer_faults.py::"
_BROKEN: Final = _JWKS + "test_whatever_breaks_the_known_keys_stay_until_they_are_too_old"

ISSUERS: Final[Mapping[str, Row]] = {
    "F01": Row(
        "keys come late, byte by byte, or never",
        (
            _CLIENT + "test_the_deadline_holds_for_the_whole_fetch",
            _CLIENT + "test_a_handshake_that_never_ends_is_a_timeout",
            _JWKS + "test_known_keys_are_not_slowed_by_an_issuer_that_hangs",
            _FLOODS + "test_f14_f26_a_flood_of_unknown_kids_while_the_issuer_hangs",
        ),
    ),
    "F02": Row(
        "an endless, huge or compressed document",
        (
            _ANSWER + "test_an_endless_body_is_cut",
            _ANSWER + "test_a_declared_size_is_enough_to_refuse",
            _ANSWER + "test_a_compressed_answer_is_refused",
            _ANSWER + "test_a_compressed_transfer_is_refused",
        ),
    ),
    "F04": Row(
        "a name that resolves to a private address, or to another one the second time",
        (
            _CLIENT + "test_a_name_that_rebinds_is_judged_by_the_address_dialed",
            _CLIENT + "test_a_name_that_rebinds_after_a_good_fetch",
            _CLIENT + "test_metadata_services_are_never_dialed",
            _ADDRESS + "test_a_wrapped_ipv4_address_reaches_as_far_as_itself",
            _ADDRESS + "test_forbidden_is_never_dialed",
        ),
    ),
    "F05": Row("200 with something that is no key set", (_BROKEN,)),
    "F06": Row(
        "members twice, 100,000 keys, nesting without end, NaN",
        (
            _BROKEN,
            "tests/core/test_jwk.py::test_sixty_four_keys_and_no_more",
            "tests/core/test_strict_json.py::test_brackets_are_counted_before_they_are_walked_through",
        ),
    ),
    "F08": Row(
        "429 with a Retry-After of any kind",
        (
            _JWKS + "test_retry_after_is_honored_within_bounds",
            _JWKS + "test_a_retry_after_without_sense_is_ignored",
        ),
    ),
    "F09": Row(
        "500, reset, TLS errors, a certificate that expired or is another's",
        (
            _BROKEN,
            _CLIENT + "test_a_bad_certificate_is_refused",
            _CLIENT + "test_what_is_not_http_or_cut_short",
            _WIRE + "test_known_keys_go_on_working_while_the_issuer_is_broken",
        ),
    ),
    "F10": Row(
        "an empty key set all of a sudden; a key that is removed",
        (_BROKEN, _JWKS + "test_a_key_that_the_issuer_removes_stops_at_the_next_refresh"),
    ),
    "F12": Row(
        "a new kid in a thousand requests at once",
        (
            _JWKS + "test_a_thousand_who_wait_share_one_fetch",
            _FLOODS + "test_v22_f12_a_herd_at_a_cold_start_is_one_fetch",
        ),
    ),
    "F13": Row(
        "a rotation within the cool-down",
        (
            _JWKS + "test_an_unknown_kid_asks_once_in_a_cooldown",
            _JWKS + "test_who_misses_a_kid_during_a_fetch_is_not_answered_by_it",
        ),
    ),
    "F14": Row(
        "unknown kids by the thousand, also while fetches fail",
        (
            _JWKS + "test_a_flood_of_unknown_kids_costs_no_more_than_the_budget",
            _FLOODS + "test_v12_v13_f14_good_traffic_goes_on_and_nothing_grows",
            _WIRE + "test_a_flood_of_unknown_keys_costs_the_issuer_a_handful_of_requests",
        ),
    ),
    "F16": Row(
        "the same kid with other key material",
        (_JWKS + "test_the_same_kid_with_new_material_is_the_new_material",),
    ),
    "F17": Row(
        "max-age of a year, or of nothing",
        (
            _JWKS + "test_refreshed_at_four_fifths_of_what_the_issuer_asks_within_bounds",
            "tests/sources/test_timing.py::test_the_ttl_is_clamped",
        ),
    ),
    "F18": Row("a fetch that blocks the loop", (_CLIENT + "test_the_loop_is_free_while_a_server_hangs",)),
    "F20": Row("introspection says inactive", not_yet=INTROSPECTION),
    "F21": Row('`active` is "true", 1, null, missing, twice', not_yet=INTROSPECTION),
    "F22": Row("active without exp, or with one that is past", not_yet=INTROSPECTION),
    "F24": Row("introspection as a JWT of the wrong kind", not_yet=INTROSPECTION),
    "F25": Row("introspection refuses us, fails, answers HTML", not_yet=INTROSPECTION),
    "F26": Row(
        "a slow issuer and hundreds who wait: everybody else is served",
        (_FLOODS + "test_f14_f26_a_flood_of_unknown_kids_while_the_issuer_hangs",),
    ),
    "F28": Row(
        "one flight shared by two who asked for different things",
        ("tests/sources/test_keysets.py::test_two_issuers_live_side_by_side",),
    ),
    "F29": Row("who began the fetch leaves", (_JWKS + "test_a_cancelled_leader_takes_nobody_along",)),
    "F30": Row(
        "who began the fetch fails",
        (
            _JWKS + "test_everybody_who_waits_for_a_failure_is_told_so",
            _JWKS + "test_after_a_failure_an_unknown_kid_is_not_called_unknown",
        ),
    ),
    "F32": Row(
        "a token that expires soon, and one without iat",
        (
            _CLAIMS + "test_rfc7519_4_1_4_a_token_is_refused_on_and_after_exp_plus_leeway",
            _CLAIMS + "test_without_iat_the_lifetime_is_counted_from_now",
            "tests/server/test_engine.py::test_a_token_that_expires_while_keys_are_fetched_is_refused",
        ),
    ),
    "F33": Row(
        "a refusal is remembered and the token becomes good",
        ("tests/server/test_engine.py::test_refusals_are_decided_each_time",),
    ),
    "F34": Row(
        "a flood of garbage to fill a cache of refusals",
        (_FLOODS + "test_v12_v13_f14_good_traffic_goes_on_and_nothing_grows",),
    ),
    "F36": Row("an opaque token cut, prolonged, in another case", not_yet=INTROSPECTION),
    "F37": Row(
        "an opaque string where a JWT is expected",
        (
            "tests/core/test_jws.py::test_rfc7515_7_1_only_three_canonical_segments_are_a_token",
            _FLOODS + "test_v12_v13_f14_good_traffic_goes_on_and_nothing_grows",
        ),
    ),
    "F38": Row(
        "a JWT of an unknown issuer: nobody is asked about it",
        ("tests/core/test_verify.py::test_j104_an_unknown_issuer_never_costs_a_look_up",),
    ),
    "F40": Row(
        "tokens for ten years",
        (
            _CLAIMS + "test_the_lifetime_is_counted_from_iat_to_exp",
            _CLAIMS + "test_a_lifetime_beyond_a_double_is_too_long_and_no_defect",
        ),
    ),
    "F41": Row(
        "our own keys: two replicas, other states, nothing private published",
        (
            "tests/keys/test_store.py::test_replicas_with_a_shared_directory_publish_the_same_bytes",
            "tests/keys/test_keyring.py::test_every_key_is_published_whatever_its_state_and_algorithm",
            "tests/keys/test_keyring.py::test_nothing_private_is_ever_published",
        ),
    ),
    "F42": Row(
        "a flood at our keys",
        (_FLOODS + "test_f42_the_keys_listener_answers_a_flood_with_its_bytes",),
    ),
}
