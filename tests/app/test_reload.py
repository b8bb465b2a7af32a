"""A reload of a running `gateway serve`: by signal and by content, under load, good and bad."""

import re
import signal
from pathlib import Path

import pytest

from tests.app.load import Load, issuer
from tests.app.process import (
    ask,
    generation,
    good_token,
    judged,
    reload,
    running,
    said,
    served,
    with_policy,
)
from tests.wire.raw_client import bearer

pytestmark = pytest.mark.wire


def test_a_signal_brings_the_new_file_in(tmp_path: Path) -> None:
    with running(tmp_path) as gateway:
        before = generation(gateway)
        reload(gateway, with_policy("renamed"))
        assert ask(gateway, bearer(good_token()), policy="renamed").status == 200
        assert ask(gateway, bearer(good_token())).status == 403
        (line,) = said(gateway, "config_reloaded")
        assert line["token_gateway.generation"] == generation(gateway) != before
        assert 'minted_total{policy="renamed",route="orders-read"} 1' in gateway.metrics()


def test_new_content_comes_in_without_a_signal(tmp_path: Path) -> None:
    with running(tmp_path) as gateway:
        gateway.write(with_policy("renamed"))
        gateway.program.wait_for(lambda: said(gateway, "config_reloaded") != [], "a reload")
        assert ask(gateway, bearer(good_token()), policy="renamed").status == 200


def test_a_bad_file_changes_nothing_and_is_seen(tmp_path: Path) -> None:
    with running(tmp_path) as gateway:
        before = generation(gateway)
        bad = served()
        bad["policies"]["orders"]["hosts"] = []
        bad["policies"]["orders"]["routes"][0]["paths"] = ["no-slash"]
        reload(gateway, bad)
        assert gateway.is_ready()
        assert ask(gateway, bearer(good_token())).status == 200
        assert generation(gateway) == before
        assert "\ntoken_gateway_config_refused 1" in gateway.metrics()
        assert 'config_reloads_total{outcome="refused"} 1.0' in gateway.metrics()
        problems = [line["token_gateway.problem"] for line in said(gateway, "config_problem")]
        assert len(problems) == 2
        assert all(re.search(r"gateway\.yaml:\d+:\d+ policies\.orders.*Fix: ", each) for each in problems)
        reload(gateway, with_policy("renamed"))
        assert ask(gateway, bearer(good_token()), policy="renamed").status == 200
        assert "\ntoken_gateway_config_refused 0" in gateway.metrics()


def test_what_needs_a_restart_is_said_and_nothing_is_half_done(tmp_path: Path) -> None:
    with running(tmp_path) as gateway:
        changed = with_policy("renamed")
        changed["downstream"]["keys"] = {"store": "directory", "path": "keys"}
        reload(gateway, changed)
        (problem,) = said(gateway, "config_problem")
        assert "downstream.keys: cannot change while the gateway runs" in problem["token_gateway.problem"]
        assert "restart it" in problem["token_gateway.problem"]
        assert ask(gateway, bearer(good_token())).status == 200
        assert not (tmp_path / "keys").exists()


def test_an_issuer_that_did_not_change_is_not_asked_again(tmp_path: Path) -> None:
    with issuer() as one, running(tmp_path, one.of(served())) as gateway:
        gateway.program.wait_for(lambda: one.asked == 1, "the first fetch")
        reload(gateway, one.of(with_policy("renamed")))
        assert ask(gateway, bearer(good_token()), policy="renamed").status == 200
        assert one.asked == 1
        reload(gateway, one.of(with_policy("renamed"), path="/moved"))
        gateway.program.wait_for(lambda: one.asked == 2, "a fetch from where it is now")
        assert ask(gateway, bearer(good_token()), policy="renamed").status == 200
        assert 'token_gateway_issuer_ready{issuer="corp"} 1.0' in gateway.metrics()
        reload(gateway, one.of(one.of(with_policy("renamed"), path="/moved"), "more"))
        gateway.program.wait_for(lambda: one.asked == 3, "a fetch for the new issuer")
        reload(gateway, one.of(with_policy("renamed"), path="/moved"))
        assert 'issuer="more"' not in re.sub(".*keys_fetches.*\n", "", gateway.metrics())
        assert one.asked == 3


def test_a_configmap_swap_comes_in(tmp_path: Path) -> None:
    with running(tmp_path) as gateway:
        # As the kubelet does it: a new folder, and one rename of a link.
        content = gateway.file.read_text()
        (tmp_path / "..1").mkdir()
        (tmp_path / "..1" / "gateway.yaml").write_text(content)
        (tmp_path / "..data").symlink_to("..1")
        (tmp_path / "link").symlink_to("..data/gateway.yaml")
        (tmp_path / "link").rename(gateway.file)
        gateway.program.send(signal.SIGHUP)
        gateway.program.wait_for(lambda: len(judged(gateway)) == 1, "the same, by a link")
        (tmp_path / "..2").mkdir()
        (tmp_path / "..2" / "gateway.yaml").write_text(content.replace('"orders": {', '"renamed": {', 1))
        (tmp_path / "link").symlink_to("..2")
        (tmp_path / "link").rename(tmp_path / "..data")
        gateway.program.wait_for(lambda: len(judged(gateway)) == 2, "the swap")
        assert ask(gateway, bearer(good_token()), policy="renamed").status == 200


def test_reloads_under_load_fail_no_request(tmp_path: Path) -> None:
    with running(tmp_path) as gateway, Load(gateway.decision_port, good_token()) as load:
        for number in range(8):
            before = load.answered
            reload(gateway, served(audit={"reveal": ["path"] if number % 2 else ["subject"]}))
            gateway.program.wait_for(
                lambda before=before: load.answered > before or load.failures != [],  # type: ignore[misc]
                "an answer since",
            )
        assert len({line["token_gateway.generation"] for line in said(gateway, "config_reloaded")}) == 2
    assert load.failures == []
