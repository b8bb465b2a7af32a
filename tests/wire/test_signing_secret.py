"""`gateway keys --secret` at a real API server: are the documented rules enough, and is none to spare?

Also: does what stands in for it elsewhere (`tests.kubernetes.stand_in`) answer as it does?
"""

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.app import keys_secret
from gateway.app.parts import CLOCK
from gateway.cli import keys, keys_change
from gateway.keys.rotation import publish
from gateway.keys.schedule import MOUNTED_WITHIN_S, PENDING_S, RETIRING_S
from gateway.keys.secret import SecretStore
from gateway.keys.signing_key import SigningKey
from gateway.kubernetes.name import SecretName
from gateway.kubernetes.place import ApiServer as Place
from gateway.kubernetes.secrets import Secrets
from tests.cli.configuration import Ran, Run, runner
from tests.docs.pages import ROOT, blocks_of
from tests.keys.layouts import some_key
from tests.kubernetes.stand_in import StandIn
from tests.wire.api_server import ApiServer, Rule

pytestmark = pytest.mark.wire

NAMESPACES = (f"team-{number}" for number in count())
READ: Rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"], "resourceNames": ["keys"]}
WRITE: Rule = {**READ, "verbs": ["update"]}
BOTH: Rule = {**READ, "verbs": ["get", "update"]}
"""What the chart and docs/keys.md give; `test_the_documented_rule` holds them equal."""
MAKE: Rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]}


@pytest.fixture
def namespace(api: ApiServer) -> str:
    name = next(NAMESPACES)
    api.make("/api/v1/namespaces", {"metadata": {"name": name}})
    return name


@pytest.fixture
def gateway(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


def empty(api: ApiServer, namespace: str, name: str = "keys") -> None:
    """What the chart makes, or `kubectl create secret generic`: no data at all."""
    api.make(f"/api/v1/namespaces/{namespace}/secrets", {"metadata": {"name": name}, "type": "Opaque"})


def held(api: ApiServer, namespace: str) -> dict[str, str]:
    status, secret = api.ask("GET", f"/api/v1/namespaces/{namespace}/secrets/keys")
    assert status == 200
    return dict(secret.get("data", {}))


def place(api: ApiServer, token: Path) -> Place:
    return Place(url=api.url, token_file=str(token), ca_file=str(api.ca_file))


class Account:
    """`gateway keys` as a service account with these rules."""

    def __init__(self, gateway: Run, api: ApiServer, namespace: str, folder: Path, *rules: Rule) -> None:
        self.token = api.account(namespace, "rotation", folder, *rules)
        self._gateway, self._api, self._namespace = gateway, api, namespace

    def __call__(self, action: str, *more: str, secret: str = "keys") -> Ran:
        there = (
            "--server",
            self._api.url,
            "--token-file",
            str(self.token),
            "--ca-file",
            str(self._api.ca_file),
        )
        return self._gateway("keys", action, "--secret", f"{self._namespace}/{secret}", *there, *more)


# --- the rules ----------------------------------------------------------------


def test_the_documented_rule() -> None:
    page = blocks_of(ROOT / "docs" / "keys.md")
    (role,) = (yaml.safe_load(block.text) for block in page if "kind: Role\n" in block.text)
    (rule,) = role["rules"]
    assert rule == {**BOTH, "resourceNames": ["token-gateway-keys"]}


def test_get_and_update_of_one_secret_are_enough(
    gateway: Run, api: ApiServer, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty(api, namespace)
    account = Account(gateway, api, namespace, tmp_path, BOTH)
    first = json.loads(account("init", "--json").out)["kid"]
    assert set(held(api, namespace)) == {"keys.json", f"{first}.pem"}
    assert account("init").out == f"there is a key already: {first} signs\n"
    now = CLOCK()
    for wait_s, step in ((RETIRING_S, "published"), (PENDING_S, "promoted"), (RETIRING_S, "removed")):
        now += wait_s + MOUNTED_WITHIN_S
        for module in (keys, keys_change):
            monkeypatch.setattr(module, "CLOCK", lambda now=now: now)
        assert json.loads(account("rotate", "--json").out)[step]
    assert f"{first}.pem" not in held(api, namespace)
    signs = json.loads(account("list", "--json").out)["keys"]
    (active,) = (row["kid"] for row in signs if row["signs"])
    assert account("revoke", active).code == 0
    assert f"{active}.pem" not in held(api, namespace)


@pytest.mark.parametrize(
    ("rules", "action", "verb"),
    [
        ([READ], "init", "update"),
        ([WRITE], "init", "get"),
        ([], "init", "get"),
        ([WRITE], "rotate", "get"),
        ([{**BOTH, "resourceNames": ["other"]}], "rotate", "get"),
        ([{**BOTH, "resources": ["configmaps"]}], "rotate", "get"),
        ([WRITE], "list", "get"),
    ],
)
def test_one_verb_less_is_refused_and_named(
    gateway: Run, api: ApiServer, namespace: str, tmp_path: Path, rules: list[Rule], action: str, verb: str
) -> None:
    empty(api, namespace)
    ran = Account(gateway, api, namespace, tmp_path, *rules)(action)
    assert (ran.code, ran.out) == (78, "")
    assert f"verbs: [{verb}], apiGroups: [''], resources: [secrets], resourceNames: [keys]" in ran.err
    assert held(api, namespace) == {}


def test_who_may_only_read_rotates_nothing(
    gateway: Run, api: ApiServer, namespace: str, tmp_path: Path
) -> None:
    store = SecretStore(
        name=SecretName(namespace=namespace, name="keys"),
        secrets=Secrets(place(api, api.account(namespace, "init", tmp_path, BOTH, MAKE))),
    )
    store.load(algorithm="ES256", clock=CLOCK)
    before = held(api, namespace)
    account = Account(gateway, api, namespace, tmp_path, READ)
    assert account("list").code == 0
    for change in (("rotate", "--now"), ("revoke", store.read()[0].key.kid)):
        ran = account(*change)
        assert (ran.code, ran.out) == (78, "")
        assert "verbs: [update]" in ran.err
    assert held(api, namespace) == before


def test_the_rule_is_for_one_secret(gateway: Run, api: ApiServer, namespace: str, tmp_path: Path) -> None:
    empty(api, namespace, "other")
    ran = Account(gateway, api, namespace, tmp_path, BOTH)("init", secret="other")
    assert ran.code == 78
    assert "may not be read by this account" in ran.err


def test_only_who_may_create_makes_the_secret(
    gateway: Run, api: ApiServer, namespace: str, tmp_path: Path
) -> None:
    ran = Account(gateway, api, namespace, tmp_path, BOTH)("init")
    assert ran.code == 78
    assert f"kubectl create secret generic keys -n {namespace}" in ran.err
    token = api.account(namespace, "init", tmp_path, READ, MAKE)
    store = SecretStore(name=SecretName(namespace=namespace, name="keys"), secrets=Secrets(place(api, token)))
    assert len(store.load(algorithm="ES256", clock=CLOCK)) == 1
    assert len(held(api, namespace)) == 2


# --- accounts and the way there -----------------------------------------------


def test_in_a_pod_everything_is_found(
    gateway: Run, api: ApiServer, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty(api, namespace)
    mounted = tmp_path / "serviceaccount"
    mounted.mkdir()
    (mounted / "token").write_text(api.account(namespace, "rotation", tmp_path, BOTH).read_text())
    (mounted / "ca.crt").write_bytes(api.ca_file.read_bytes())
    (mounted / "namespace").write_text(namespace)
    monkeypatch.setattr(keys_secret, "ACCOUNT", mounted)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", api.url.rpartition(":")[2])
    assert gateway("keys", "init", "--secret", "keys").code == 0
    assert len(held(api, namespace)) == 2


def test_an_account_that_is_gone(gateway: Run, api: ApiServer, namespace: str, tmp_path: Path) -> None:
    account = Account(gateway, api, namespace, tmp_path, BOTH)
    api.ask("DELETE", f"/api/v1/namespaces/{namespace}/serviceaccounts/rotation")
    deadline = time.monotonic() + 60  # the API server remembers whom it knew for 10 s
    while "does not know this account" not in (ran := account("rotate")).err:
        assert time.monotonic() < deadline, ran.err
        time.sleep(0.5)
    assert ran.code == 78
    assert account.token.read_text() not in ran.err


# --- several writers ----------------------------------------------------------


def test_writers_at_once_lose_no_key(api: ApiServer, namespace: str, tmp_path: Path) -> None:
    empty(api, namespace)
    secrets = Secrets(place(api, api.account(namespace, "rotation", tmp_path, BOTH)))
    store = SecretStore(name=SecretName(namespace=namespace, name="keys"), secrets=secrets)

    def init(_: int) -> tuple[str, ...]:
        return tuple(one.key.kid for one in store.load(algorithm="ES256", clock=CLOCK))

    def add(key: SigningKey) -> None:
        store.change(lambda keys: publish(keys, key, now=int(CLOCK())))

    made = [some_key() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        ((first,),) = set(pool.map(init, range(4)))
        list(pool.map(add, made))
    assert {one.key.kid for one in store.read()} == {first, *(key.kid for key in made)}


# --- what a chart does meanwhile ----------------------------------------------


@pytest.mark.parametrize(
    "media_type", ["application/apply-patch+yaml", "application/strategic-merge-patch+json"]
)
def test_an_upgrade_of_the_empty_secret_leaves_the_keys(
    gateway: Run, api: ApiServer, namespace: str, tmp_path: Path, media_type: str
) -> None:
    """As Helm 4 (server-side apply) and Helm 3 (what differs between two manifests) do it."""
    path = f"/api/v1/namespaces/{namespace}/secrets/keys"
    chart = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": {"name": "keys", "labels": {"app.kubernetes.io/managed-by": "Helm"}},
    }
    applied = f"{path}?fieldManager=helm&force=true"
    apply = "application/apply-patch+yaml"
    assert api.ask("PATCH", applied, chart, media_type=apply)[0] == 201
    assert Account(gateway, api, namespace, tmp_path, BOTH)("init").code == 0
    before = held(api, namespace)
    chart["metadata"] = {"name": "keys", "labels": {"app.kubernetes.io/version": "2"}}
    assert api.ask("PATCH", applied if media_type == apply else path, chart, media_type=media_type)[0] == 200
    assert held(api, namespace) == before


# --- what stands in for it ----------------------------------------------------


def test_the_stand_in_answers_as_it_does(api: ApiServer, namespace: str, tmp_path: Path) -> None:
    token = api.account(namespace, "rotation", tmp_path, BOTH, MAKE)
    name = SecretName(namespace=namespace, name="keys")
    with StandIn(tmp_path).running() as stand_in:
        theirs = asyncio.run(answers(Secrets(place(api, token)), name))
        assert asyncio.run(answers(stand_in.client, name)) == theirs


async def answers(secrets: Secrets, name: SecretName) -> list[Any]:
    missing = await secrets.get(name)
    made = await secrets.create(name, {})
    again = await secrets.create(name, {"a": b"1"})
    first = await secrets.get(name)
    assert first is not None
    replaced = await secrets.replace(name, first, {"b": b"2"})
    outdated = await secrets.replace(name, first, {"c": b"3"})
    last = await secrets.get(name)
    assert last is not None
    same = last.found["metadata"]["resourceVersion"] == first.found["metadata"]["resourceVersion"]
    return [missing, made, again, first.contents, replaced, outdated, last.contents, same]
