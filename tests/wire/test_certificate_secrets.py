"""`gateway certificates --secret` at a real API server: is the documented rule enough, and no more?"""

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
import yaml

from gateway.app.parts import CLOCK
from gateway.certificates.in_secrets import InSecrets
from gateway.certificates.renewal import AUTHORITY_LIFE_S, DAY_S, SUCCESSOR_BEFORE_S, Renewal
from gateway.cli import certificates, certificates_change
from gateway.kubernetes.name import SecretName
from gateway.kubernetes.place import ApiServer as Place
from gateway.kubernetes.secrets import Secrets
from tests.cli.configuration import Ran, Run, runner
from tests.docs.pages import ROOT, blocks_of
from tests.wire.api_server import ApiServer, Rule

pytestmark = pytest.mark.wire

NAMESPACES = (f"certificates-{number}" for number in count())
BOTH = ("own", "own-ca")
MAY: Rule = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "update"], "resourceNames": BOTH}
"""What docs/certificates.md gives; `test_the_documented_rule` holds them equal."""
NAME = ("--name", "gate.security.svc")


@pytest.fixture
def namespace(api: ApiServer) -> str:
    name = next(NAMESPACES)
    api.make("/api/v1/namespaces", {"metadata": {"name": name}})
    for one in BOTH:
        api.make(f"/api/v1/namespaces/{name}/secrets", {"metadata": {"name": one}, "type": "Opaque"})
    return name


@pytest.fixture
def gateway(capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(capfd)


def held(api: ApiServer, namespace: str, name: str) -> dict[str, str]:
    status, secret = api.ask("GET", f"/api/v1/namespaces/{namespace}/secrets/{name}")
    assert status == 200
    return dict(secret.get("data", {}))


class Account:
    """`gateway certificates` as a service account with these rules."""

    def __init__(self, gateway: Run, api: ApiServer, namespace: str, folder: Path, *rules: Rule) -> None:
        token = api.account(namespace, "keeper", folder, *rules)
        self._there = ("--server", api.url, "--token-file", str(token), "--ca-file", str(api.ca_file))
        self._gateway, self._namespace = gateway, namespace

    def __call__(self, action: str, *more: str) -> Ran:
        return self._gateway(
            "certificates", action, "--secret", f"{self._namespace}/own", *self._there, *more
        )


def test_the_documented_rule() -> None:
    page = blocks_of(ROOT / "docs" / "certificates.md")
    (role,) = (yaml.safe_load(block.text) for block in page if "kind: Role\n" in block.text)
    (rule,) = role["rules"]
    names = [f"token-gateway-certificate{one.removeprefix('own')}" for one in BOTH]
    assert rule == {**MAY, "resourceNames": names}


def test_it_is_enough_for_a_whole_life(
    gateway: Run, api: ApiServer, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account(gateway, api, namespace, tmp_path, MAY)
    first = json.loads(account("init", *NAME, "--json").out)["signs"]
    assert set(held(api, namespace, "own")) == {"tls.crt", "tls.key", "ca.crt"}
    assert set(held(api, namespace, "own-ca")) == {"authorities.json", f"{first}.pem"}
    begun = CLOCK()

    def later(wait_s: int) -> dict[str, object]:
        for module in (certificates, certificates_change):
            monkeypatch.setattr(module, "CLOCK", lambda: begun + wait_s)
        document: dict[str, object] = json.loads(account("renew", "--json").out)
        return document

    before = held(api, namespace, "own")
    assert not later(59 * DAY_S)["issued"]
    assert held(api, namespace, "own") == before
    assert later(61 * DAY_S)["issued"]
    after = held(api, namespace, "own")
    assert (after["ca.crt"], after["tls.key"] != before["tls.key"]) == (before["ca.crt"], True)
    assert later(AUTHORITY_LIFE_S - SUCCESSOR_BEFORE_S)["made"]
    assert later(AUTHORITY_LIFE_S - DAY_S)["signs"] != first
    assert later(AUTHORITY_LIFE_S)["removed"] == [first]
    assert f"{first}.pem" not in held(api, namespace, "own-ca")
    assert account("show").code == 0


@pytest.mark.parametrize(
    ("rules", "verb", "secret"),
    [
        ([{**MAY, "verbs": ["get"]}], "update", "own-ca"),
        ([{**MAY, "verbs": ["update"]}], "get", "own"),
        ([{**MAY, "resourceNames": ["own"]}], "get", "own-ca"),
        ([{**MAY, "resourceNames": ["own-ca"]}], "get", "own"),
        ([], "get", "own"),
    ],
)
def test_one_verb_or_name_less_is_refused_and_named(
    gateway: Run, api: ApiServer, namespace: str, tmp_path: Path, rules: list[Rule], verb: str, secret: str
) -> None:
    ran = Account(gateway, api, namespace, tmp_path, *rules)("init", *NAME)
    assert (ran.code, ran.out) == (78, "")
    assert f"verbs: [{verb}], apiGroups: [''], resources: [secrets], resourceNames: [{secret}]" in ran.err
    assert all(held(api, namespace, one) == {} for one in BOTH)


def test_who_may_not_write_the_second_leaves_what_the_next_run_goes_on_from(
    gateway: Run, api: ApiServer, namespace: str, tmp_path: Path
) -> None:
    less: tuple[Rule, ...] = (
        {**MAY, "verbs": ["get"]},
        {**MAY, "verbs": ["update"], "resourceNames": ["own-ca"]},
    )
    assert Account(gateway, api, namespace, tmp_path, *less)("init", *NAME).code == 78
    assert held(api, namespace, "own") == {}
    (own,) = (name for name in held(api, namespace, "own-ca") if name.endswith(".pem"))
    token = api.account(namespace, "whole", tmp_path, MAY)
    store = in_secrets(api, namespace, token)
    assert [f"{one.id}.pem" for one in store.read().authorities] == [own]
    renewal = Renewal(names=("gate.security.svc",), life_s=DAY_S)
    assert store.change(lambda kept: renewal.begin(kept, now=int(CLOCK()))).served is not None


def in_secrets(api: ApiServer, namespace: str, token: Path) -> InSecrets:
    place = Place(url=api.url, token_file=str(token), ca_file=str(api.ca_file))
    return InSecrets(name=SecretName(namespace=namespace, name="own"), secrets=Secrets(place))


def test_of_many_at_once_there_is_one_authority_and_its_certificate(
    api: ApiServer, namespace: str, tmp_path: Path
) -> None:
    store = in_secrets(api, namespace, api.account(namespace, "keeper", tmp_path, MAY))
    renewal = Renewal(names=("gate.security.svc",), life_s=DAY_S)
    now = int(CLOCK())
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda _: store.change(lambda kept: renewal.begin(kept, now=now)), range(3)))
    assert {tuple(one.id for one in kept.authorities) for kept in made} == {(made[0].authorities[0].id,)}
    last = store.read()
    assert last.served is not None
    assert last.authorities[0].has_signed(last.served.certificate)


@pytest.mark.parametrize(
    "media_type", ["application/apply-patch+yaml", "application/strategic-merge-patch+json"]
)
def test_an_upgrade_of_the_empty_secrets_leaves_what_is_in_them(
    gateway: Run, api: ApiServer, namespace: str, tmp_path: Path, media_type: str
) -> None:
    """As Helm 4 (server-side apply) and Helm 3 (what differs between two manifests) do it."""
    assert Account(gateway, api, namespace, tmp_path, MAY)("init", *NAME).code == 0
    for name in BOTH:
        before = held(api, namespace, name)
        metadata = {"name": name, "labels": {"app.kubernetes.io/version": "2"}}
        chart = {"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": metadata}
        path = f"/api/v1/namespaces/{namespace}/secrets/{name}"
        how = "?fieldManager=helm&force=true" if "apply" in media_type else ""
        assert api.ask("PATCH", path + how, chart, media_type=media_type)[0] == 200
        assert held(api, namespace, name) == before
