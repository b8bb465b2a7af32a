from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.core.reason import Reason
from gateway.core.verdict import Context, Deny, Indeterminate, Permit, Preflight, Verdict
from gateway.dialects import DIALECTS as SPOKEN
from gateway.server.http1.fault import Fault
from gateway.sources.outcome import OUTCOMES
from gateway.telemetry import metrics as module
from gateway.telemetry.exposition import exposition
from gateway.telemetry.families import SECONDS
from gateway.telemetry.metrics import DIALECTS, MAX_WORDS, Metrics
from tests import builders as b
from tests.walk import decide

ROUTES = {b.POLICY: ("orders-read", "admin", "public")}


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(ROUTES, version="1.2.3")


def series(metrics: Metrics) -> dict[str, float]:
    return dict(_series(exposition(metrics.series).decode()))


def _series(text: str) -> Iterator[tuple[str, float]]:
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(one.labels.items()))
            yield f"{one.name.removeprefix('token_gateway_')}{{{labels}}}", one.value


def deny(reason: Reason, policy: str = b.POLICY) -> Deny:
    return Deny(reason=reason, context=Context(policy=b.policy(id=policy)))


PERMIT = decide(b.facts(b"/v1/orders", b.bearer()))
PUBLIC = decide(b.facts(b"/public/a"))


@pytest.mark.parametrize(
    ("verdict", "labels"),
    [
        (PERMIT, "policy=orders,reason=,verdict=permit"),
        (PUBLIC, "policy=orders,reason=,verdict=permit"),
        (deny(Reason.TOKEN_EXPIRED), "policy=orders,reason=token_expired,verdict=deny"),
        (Deny(reason=Reason.POLICY_UNKNOWN), "policy=unknown,reason=policy_unknown,verdict=deny"),
        (
            Indeterminate(reason=Reason.KEYS_UNAVAILABLE, retry_after_s=1),
            "policy=unknown,reason=keys_unavailable,verdict=indeterminate",
        ),
        (
            Preflight(context=Context(policy=b.policy()), headers=()),
            "policy=orders,reason=,verdict=preflight",
        ),
    ],
)
def test_a_decision_is_counted_under_its_labels(metrics: Metrics, verdict: Verdict, labels: str) -> None:
    for _ in range(2):
        metrics.decided(verdict, dialect="nginx", seconds=0.002)
    found = series(metrics)
    assert found[f"decisions_total{{dialect=nginx,{labels}}}"] == 2
    assert found["decision_seconds_count{dialect=nginx}"] == 2
    assert found["decision_seconds_sum{dialect=nginx}"] == pytest.approx(0.004)


def test_a_minted_token_is_counted_and_a_public_permit_mints_none(metrics: Metrics) -> None:
    assert isinstance(PERMIT, Permit)
    metrics.decided(PERMIT, dialect="traefik", seconds=0)
    metrics.decided(PUBLIC, dialect="traefik", seconds=0)
    minted = {name: value for name, value in series(metrics).items() if name.startswith("minted_total")}
    assert minted == {"minted_total{policy=orders,route=orders-read}": 1}


@pytest.mark.long
def test_no_request_makes_a_series() -> None:
    metrics = Metrics(ROUTES, version="1")
    reasons = list(Reason)
    permits = [b.snapshot(b.policy(b.route(f"r{number}"))) for number in range(50)]

    def storm(start: int) -> int:
        for number in range(start, start + 1000):
            name = f"x{number}"
            verdict = Deny(
                reason=reasons[number % len(reasons)],
                context=Context(
                    policy=b.policy(PLAIN, id=name), facts=b.facts(f"/{name}".encode(), policy=name)
                ),
            )
            metrics.decided(verdict, dialect=name, seconds=number)
            metrics.malformed(name)
            metrics.keys_fetched(name, name)
            metrics.keys_dropped(name, number)
            metrics.keys_age(name, number)
        for world in permits:
            metrics.decided(decide(b.facts(b"/v1/orders", b.bearer()), world), dialect="nginx", seconds=0)
        return len(series(metrics))

    assert storm(0) == storm(1000)
    assert len(metrics._decisions) <= len(reasons) + 1


PLAIN = b.route()


def test_an_unknown_route_counts_as_unknown(metrics: Metrics) -> None:
    world = b.snapshot(b.policy(b.route("other")))
    metrics.decided(decide(b.facts(b"/v1/orders", b.bearer()), world), dialect="nginx", seconds=0)
    assert series(metrics)["minted_total{policy=unknown,route=unknown}"] == 1


def test_the_closed_lists_of_other_rooms_fit() -> None:
    assert set(SPOKEN) <= set(DIALECTS)
    assert len(OUTCOMES) < MAX_WORDS
    assert len(Fault) < MAX_WORDS


def test_keys_are_stale_while_the_issuer_is_down(metrics: Metrics) -> None:
    stale = "keys_stale{issuer=corp}"
    metrics.keys_fetched("corp", "connect")
    assert stale not in series(metrics)
    metrics.keys_fetched("corp", "refreshed")
    assert series(metrics)[stale] == 0
    metrics.keys_fetched("corp", "budget_spent")
    assert series(metrics)[stale] == 0
    metrics.keys_fetched("corp", "timeout")
    assert series(metrics)[stale] == 1
    metrics.keys_fetched("corp", "unchanged")
    found = series(metrics)
    assert found[stale] == 0
    assert found["keys_fetches_total{issuer=corp,outcome=timeout}"] == 1


def test_keys_that_were_never_read_have_no_age(metrics: Metrics) -> None:
    metrics.keys_age("corp", None)
    assert "keys_age_seconds{issuer=corp}" not in series(metrics)
    metrics.keys_age("corp", 12.5)
    metrics.keys_dropped("corp", 2)
    found = series(metrics)
    assert found["keys_age_seconds{issuer=corp}"] == 12.5
    assert found["keys_dropped{issuer=corp}"] == 2


def test_the_process(metrics: Metrics) -> None:
    metrics.configured(generation="one", insecure_choices=3)
    metrics.configured(generation="two", insecure_choices=1)
    metrics.connections({"decision": 7, "grpc": 2})
    metrics.bug()
    metrics.malformed("body")
    metrics.lines_dropped(5)
    metrics.lines_dropped(5)
    metrics.lines_dropped(6)
    found = series(metrics)
    expected = {
        "build_info{version=1.2.3}": 1,
        "config_info{generation=two}": 1,
        "insecure_choices{}": 1,
        "connections{listener=decision}": 7,
        "bugs_total{}": 1,
        "requests_malformed_total{why=body}": 1,
        "log_lines_dropped_total{}": 6,
    }
    assert {name: found.get(name) for name in expected} == expected
    assert "config_info{generation=one}" not in found


def test_two_registries_do_not_meet() -> None:
    one, other = Metrics({}, version="1"), Metrics({}, version="1")
    one.bug()
    assert series(other)["bugs_total{}"] == 0


def test_what_is_remembered_is_counted_as_what_was_decided(metrics: Metrics) -> None:
    assert isinstance(PERMIT, Permit)
    tally = metrics.tally(PERMIT, "nginx")
    before = series(metrics)
    metrics.decided(PERMIT, dialect="nginx", seconds=0.002)
    tally.count(seconds=0.002, minted=True)
    tally.count(seconds=0.5, minted=False)
    found = series(metrics)
    assert {name: found[name] - before.get(name, 0) for name in found if found[name] != before.get(name)} == {
        "decisions_total{dialect=nginx,policy=orders,reason=,verdict=permit}": 3,
        "minted_total{policy=orders,route=orders-read}": 2,
        "decision_seconds_count{dialect=nginx}": 3,
        "decision_seconds_sum{dialect=nginx}": pytest.approx(0.504),
        **{f"decision_seconds_bucket{{dialect=nginx,le={le}}}": 2 for le in LE[LE.index("0.0025") : -5]},
        **{f"decision_seconds_bucket{{dialect=nginx,le={le}}}": 3 for le in LE[-5:]},
    }


LE = [*map(str, SECONDS), "+Inf"]


def test_a_bound_belongs_to_its_bucket(metrics: Metrics) -> None:
    metrics.decided(PERMIT, dialect="nginx", seconds=0.001)
    assert series(metrics)["decision_seconds_bucket{dialect=nginx,le=0.001}"] == 1
    assert series(metrics)["decision_seconds_bucket{dialect=nginx,le=0.0005}"] == 0


def test_a_reload_keeps_what_was_counted_and_takes_on_the_new_routes(metrics: Metrics) -> None:
    assert isinstance(PERMIT, Permit)
    kept = metrics.tally(PERMIT, "nginx")
    kept.count(seconds=0, minted=True)
    metrics.routes_changed({"other": ("a",)})
    kept.count(seconds=0, minted=True)  # a request that began before
    metrics.decided(PERMIT, dialect="nginx", seconds=0)
    metrics.routes_changed(ROUTES)
    metrics.decided(PERMIT, dialect="nginx", seconds=0)
    found = series(metrics)
    assert found["minted_total{policy=orders,route=orders-read}"] == 3
    assert found["minted_total{policy=unknown,route=unknown}"] == 1


def test_many_reloads_do_not_make_series_without_end(
    metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_SERIES", 10)
    for number in range(100):
        policy = f"p{number}"
        metrics.routes_changed({policy: ("orders-read",)})
        world = b.snapshot(b.policy(id=policy))
        permit = decide(b.facts(b"/v1/orders", b.bearer(), policy=policy), world)
        metrics.decided(permit, dialect="nginx", seconds=0)
    found = series(metrics)
    for family in ("decisions_total{", "minted_total{"):
        counts = {name: value for name, value in found.items() if name.startswith(family)}
        assert (len(counts), sum(counts.values())) == (11, 100)


def test_the_memory_the_keys_the_deny_list_and_the_workers(metrics: Metrics) -> None:
    for total in (1, 7):
        metrics.remembered({"hit": total, "miss": 2}, entries=3, size_bytes=4000, evicted=1)
        metrics.issuers_ready({"corp": True, "partner": False})
        metrics.signing_keys({"active": 1, "retiring": total}, signs_since=total, store_failed=True)
        metrics.revocations(total, refused=False)
        metrics.workers(2, restarts=total)
        metrics.loop_lag(0.25)
        metrics.reloaded("refused", refused=True)
        metrics.records_left_out(sampled_out=total, suppressed=5)
    found = series(metrics)
    expected = {
        "memo_total{outcome=hit}": 7,
        "memo_total{outcome=miss}": 2,
        "memo_entries{}": 3,
        "memo_bytes{}": 4000,
        "memo_evictions_total{}": 1,
        "issuer_ready{issuer=corp}": 1,
        "issuer_ready{issuer=partner}": 0,
        "signing_keys{state=retiring}": 7,
        "signing_key_activated_timestamp_seconds{}": 7,
        "signing_key_store_failed{}": 1,
        "revocations{}": 7,
        "revocations_refused{}": 0,
        "workers{}": 2,
        "worker_restarts_total{}": 7,
        "loop_lag_seconds{}": 0.25,
        "config_reloads_total{outcome=refused}": 2,
        "config_refused{}": 1,
        "records_sampled_out_total{}": 8,
        "records_suppressed_total{}": 10,
    }
    assert {name: found.get(name) for name in expected} == expected
    metrics.issuers_ready({"partner": True})
    metrics.signing_keys({}, signs_since=None, store_failed=False)
    gone = {"issuer_ready{issuer=corp}", "signing_keys{state=active}"}
    gone |= {"signing_key_activated_timestamp_seconds{}"}
    assert not gone & series(metrics).keys()


def test_certificates_are_shown_to_clients_and_to_servers_and_no_longer_than_they_are(
    metrics: Metrics,
) -> None:
    def shown() -> dict[str, float]:
        return {name: value for name, value in series(metrics).items() if name.startswith("certificate_")}

    metrics.certificates({"grpc": (1, 9), "edge": (2, 8)}, {"grpc": (3, 7)})
    metrics.certificates({"grpc": (4, 1_800_000_123)}, {"grpc": (3, 7)})
    assert shown() == {
        "certificate_not_before_timestamp_seconds{listener=grpc,upstream=}": 4,
        "certificate_not_after_timestamp_seconds{listener=grpc,upstream=}": 1_800_000_123,
        "certificate_not_before_timestamp_seconds{listener=,upstream=grpc}": 3,
        "certificate_not_after_timestamp_seconds{listener=,upstream=grpc}": 7,
    }
    metrics.certificates({}, {})
    assert shown() == {}


def test_what_is_said_of_an_issuer_ends_with_it(metrics: Metrics) -> None:
    for issuer_id in ("corp", "partner"):
        metrics.keys_fetched(issuer_id, "refreshed")
        metrics.keys_age(issuer_id, 5)
        metrics.keys_dropped(issuer_id, 1)
    metrics.issuers_gone({"partner", "never"})
    left = {name for name in series(metrics) if "partner" in name}
    assert left == {"keys_fetches_total{issuer=partner,outcome=refreshed}"}
    assert series(metrics)["keys_age_seconds{issuer=corp}"] == 5
