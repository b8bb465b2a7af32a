"""Is a Secret replaced only where nobody has written since it was read, and is nothing of it ever shown?"""

import ssl
import threading
import traceback
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from gateway.kubernetes import secrets as module
from gateway.kubernetes.failure import ApiFailed
from gateway.kubernetes.name import SecretName
from gateway.kubernetes.place import ApiServer
from gateway.kubernetes.secrets import Secrets
from gateway.net.client import Deadlines, OutboundClient
from gateway.net.failure import FailureKind, FetchFailed
from gateway.net.outbound import Outbound
from tests.kubernetes.stand_in import SOON, StandIn
from tests.net.certificates import Authority
from tests.sources.fake_time import until

NAME = SecretName(namespace="shop", name="keys")
MANY = "/api/v1/namespaces/shop/secrets"
PATH = f"{MANY}/keys"
CANARY = b"a private key"
IN_BASE64 = b64encode(CANARY).decode()


async def failure_of(api: StandIn) -> ApiFailed:
    with pytest.raises(ApiFailed) as caught:
        await api.client.get(NAME)
    shown = "".join(traceback.format_exception(caught.value, chain=True))
    assert "canary" not in shown
    assert CANARY.decode() not in shown
    return caught.value


async def test_there_is_none(api: StandIn) -> None:
    assert await api.client.get(NAME) is None
    assert api.calls == [f"GET {PATH}"]


async def test_it_is_read_and_never_shown(api: StandIn) -> None:
    api.put(PATH, {"a.pem": IN_BASE64})
    secret = await api.client.get(NAME)
    assert secret is not None
    assert secret.contents == {"a.pem": CANARY}
    assert CANARY.decode() not in repr(secret)
    assert IN_BASE64 not in repr(secret)


@pytest.mark.parametrize("data", [None, {}])
async def test_an_empty_one(api: StandIn, data: dict[str, str] | None) -> None:
    api.put(PATH, data)
    secret = await api.client.get(NAME)
    assert secret is not None
    assert secret.contents == {}


async def test_it_is_replaced_and_what_is_not_ours_stays(api: StandIn) -> None:
    api.put(PATH, None, type="Opaque")
    api.secrets[PATH]["metadata"]["labels"] = {"app": "x"}
    secret = await api.client.get(NAME)
    assert secret is not None
    assert await api.client.replace(NAME, secret, {"a": CANARY})
    (given,) = api.given
    assert given["metadata"]["labels"] == {"app": "x"}
    assert given["type"] == "Opaque"
    assert api.secrets[PATH]["data"] == {"a": IN_BASE64}


async def test_of_two_writers_one_is_refused(api: StandIn) -> None:
    api.put(PATH, {})
    secret = await api.client.get(NAME)
    assert secret is not None
    assert await api.client.replace(NAME, secret, {"first": b"1"})
    assert not await api.client.replace(NAME, secret, {"second": b"2"})
    assert api.secrets[PATH]["data"] == {"first": "MQ=="}


async def test_one_that_was_removed_meanwhile_is_not_replaced(api: StandIn) -> None:
    api.put(PATH, {})
    secret = await api.client.get(NAME)
    assert secret is not None
    del api.secrets[PATH]
    assert not await api.client.replace(NAME, secret, {})


async def test_it_is_made_once(api: StandIn) -> None:
    assert await api.client.create(NAME, {"a": CANARY})
    assert not await api.client.create(NAME, {"a": b"another"})
    assert api.secrets[PATH]["data"] == {"a": IN_BASE64}
    assert api.calls == [f"POST {MANY}"] * 2


async def test_what_is_too_large_is_not_sent(api: StandIn) -> None:
    with pytest.raises(ApiFailed, match="512 KiB"):
        await api.client.create(NAME, {"a": bytes(module.MAX_BYTES + 1)})
    assert api.calls == []
    assert await api.client.create(NAME, {"a": bytes(module.MAX_BYTES)})
    assert await api.client.get(NAME) is not None


async def test_what_is_immutable_is_not_sent(api: StandIn) -> None:
    api.put(PATH, {}, immutable=True)
    secret = await api.client.get(NAME)
    assert secret is not None
    with pytest.raises(ApiFailed, match="is immutable"):
        await api.client.replace(NAME, secret, {})
    assert api.calls == [f"GET {PATH}"]


# --- what answers is not believed blindly -------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "ConfigMap"},
        {"metadata": {"name": "other", "namespace": "shop", "resourceVersion": "1"}},
        {"metadata": {"name": "keys", "namespace": "other", "resourceVersion": "1"}},
        {"metadata": {"name": "keys", "namespace": "shop"}},
        {"metadata": {"name": "keys", "namespace": "shop", "resourceVersion": ""}},
        {"metadata": None},
        {"data": {"a": "not base64: canary"}},
        {"data": {"a": 1}},
        {"data": ["canary"]},
    ],
    ids=lambda changed: str(changed)[:60],
)
async def test_what_is_no_secret_of_this_name(api: StandIn, changed: dict[str, Any]) -> None:
    api.put(PATH, {"a": IN_BASE64})
    api.secrets[PATH] |= changed
    assert "not a Kubernetes API server" in (await failure_of(api)).what


async def test_another_media_type(api: StandIn) -> None:
    api.put(PATH, {})
    api.media_type = "text/html"
    assert "not a Kubernetes API server" in (await failure_of(api)).what


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(api: StandIn, status: int) -> None:
    api.statuses["GET"] = status
    assert "not a Kubernetes API server" in (await failure_of(api)).what
    assert api.calls == [f"GET {PATH}"]


# --- how it is called ---------------------------------------------------------


async def test_the_token_is_read_anew_for_each_call(api: StandIn) -> None:
    await api.client.get(NAME)
    api.tokens = {"renewed"}
    assert "expired" in (await failure_of(api)).what
    (api.directory / "token").write_text("renewed\n")
    assert await api.client.get(NAME) is None


async def test_an_api_server_that_nobody_vouches_for(api: StandIn, tmp_path: Path) -> None:
    others = tmp_path / "others"
    others.mkdir()
    account = ApiServer(
        url=api.account.url, token_file=api.account.token_file, ca_file=str(Authority(others).file)
    )
    with pytest.raises(ApiFailed, match="certificate is not from its certificate authority"):
        await Secrets(account, deadlines=SOON).get(NAME)
    assert api.calls == []


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"ca_file": "/nowhere/ca.crt"}, "authorities cannot be read"),
        ({"token_file": "/nowhere/token"}, "token is missing"),
        ({"url": "http://127.0.0.1:1"}, "not an https URL"),
        ({"url": "https://169.254.169.254"}, "never call"),
        ({"url": "https://127.0.0.1:1"}, "cannot be reached"),
        ({"url": "https://[::1]:1"}, "cannot be reached"),
    ],
)
async def test_what_is_wrong_with_the_way_there(api: StandIn, changed: dict[str, str], what: str) -> None:
    told = {"url": api.account.url, "token_file": api.account.token_file, "ca_file": api.account.ca_file}
    with pytest.raises(ApiFailed, match=what):
        await Secrets(ApiServer(**(told | changed)), deadlines=SOON).get(NAME)  # type: ignore[arg-type]
    assert api.calls == []


@pytest.mark.parametrize("status", [401, 403, 422, 500, 503])
async def test_what_the_api_server_says_is_not_repeated(api: StandIn, status: int) -> None:
    api.statuses["GET"] = status
    assert str(status) in (await failure_of(api)).what or status in {401, 403}


@pytest.mark.long
async def test_an_api_server_that_does_not_answer_in_time_may_have_done_it(api: StandIn) -> None:
    api.put(PATH, {})
    hurried = Secrets(api.account, deadlines=Deadlines(total_s=2.0, connect_s=2.0))  # it has to get there
    secret = await api.client.get(NAME)
    assert secret is not None
    may_write = threading.Event()
    api.before_write = lambda: may_write.wait(20)
    with pytest.raises(ApiFailed, match="does not answer in time") as caught:
        await hurried.replace(NAME, secret, {"a": CANARY})
    assert caught.value.passes
    may_write.set()
    await until(lambda: api.ended == 2)


async def test_an_authority_from_before_key_identifiers_vouches_for_its_cluster(
    api: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As every certificate of these tests; a context as Python 3.13 makes it would refuse them."""
    usual = ssl.create_default_context

    def strict(*, cafile: str) -> ssl.SSLContext:
        context = usual(cafile=cafile)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr(ssl, "create_default_context", strict)
    assert await api.client.get(NAME) is None
    issuers = OutboundClient(Outbound(ca_file=api.account.ca_file, allow_private_network=True))
    with pytest.raises(FetchFailed) as caught:
        await issuers.get(api.account.url, accept=("application/json",))
    assert caught.value.kind is FailureKind.TLS
