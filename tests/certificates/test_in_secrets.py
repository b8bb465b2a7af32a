"""Are two Secrets changed so that neither ever says what the other does not know?"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.certificates.in_secrets import InSecrets
from gateway.certificates.renewal import AUTHORITY_LIFE_S, SUCCESSOR_BEFORE_S, Kept
from gateway.keys.failure import KeyStoreError
from gateway.kubernetes.name import SecretName
from tests.certificates.kept import NOTHING, NOW, RENEWAL
from tests.kubernetes.stand_in import StandIn

PATH = "/api/v1/namespaces/shop/secrets/gate-tls"
AUTHORITY = f"{PATH}-ca"
DUE = NOW + AUTHORITY_LIFE_S - SUCCESSOR_BEFORE_S


@pytest.fixture
def api(tmp_path: Path) -> Iterator[StandIn]:
    with StandIn(tmp_path).running() as running:
        yield running


@pytest.fixture
def place(api: StandIn) -> InSecrets:
    return InSecrets(name=SecretName(namespace="shop", name="gate-tls"), secrets=api.client)


def make(kept: Kept) -> Kept:
    return RENEWAL.begin(kept, now=NOW)


def advance(kept: Kept) -> Kept:
    return RENEWAL.advance(kept, now=DUE)


def data(api: StandIn, path: str) -> dict[str, bytes]:
    return {name: b64decode(text) for name, text in api.secrets[path]["data"].items()}


@pytest.mark.parametrize("there", [False, True])
def test_secrets_are_made_or_empty_ones_are_filled(api: StandIn, place: InSecrets, *, there: bool) -> None:
    if there:
        api.put(PATH, None)
        api.put(AUTHORITY, None)
    assert place.read() == NOTHING
    made = place.change(make)
    assert place.read() == made
    assert set(data(api, PATH)) == {"tls.crt", "tls.key", "ca.crt"}
    assert set(data(api, AUTHORITY)) == {"authorities.json", f"{made.authorities[0].id}.pem"}
    assert ("POST" in "".join(api.calls)) is not there
    api.calls.clear()
    assert place.change(make) == made
    assert api.calls == [f"GET {PATH}", f"GET {AUTHORITY}"], "who runs often writes nothing"


def test_whoever_ended_between_the_two_is_gone_on_from(api: StandIn, place: InSecrets) -> None:
    api.put(PATH, None)
    api.put(AUTHORITY, None)

    def cut() -> None:
        """This write is the last that succeeds."""
        api.statuses["PUT"] = 503

    api.before_write = cut
    with pytest.raises(KeyStoreError):
        place.change(make)
    half = place.read()
    assert (len(half.authorities), half.served) == (1, None)
    api.before_write, api.statuses = (lambda: None), {}
    whole = place.change(make)
    assert [one.id for one in whole.authorities] == [half.authorities[0].id]
    assert whole.served is not None


def test_of_two_at_once_one_begins_anew(api: StandIn, place: InSecrets) -> None:
    place.change(make)
    others: list[Kept] = []

    def other() -> None:
        api.before_write = lambda: None
        others.append(place.change(advance))

    api.before_write = other
    after = place.change(advance)
    assert after == others[0] == place.read()
    assert len(after.authorities) == 2, "not three"


def test_whoever_read_before_another_wrote_cannot_write_the_old_ca(api: StandIn, place: InSecrets) -> None:
    """The certificate is due for A. Between its reading and its writing B publishes a successor."""
    kept = place.change(make)
    assert kept.served is not None
    others: list[Kept] = []

    def other() -> None:
        api.before_write = lambda: None
        others.append(place.change(advance))

    api.before_write = other
    after = place.change(lambda kept: RENEWAL.advance(kept, now=NOW + 61 * 86_400))
    assert after.served is not None
    assert set(after.served.believed) >= {one.certificate for one in others[0].authorities}


def test_what_is_not_ours_stays(api: StandIn, place: InSecrets) -> None:
    place.change(make)
    for path in (PATH, AUTHORITY):
        api.secrets[path]["data"]["note"] = b64encode(b"by hand").decode()
    place.change(advance)
    assert [data(api, path)["note"] for path in (PATH, AUTHORITY)] == [b"by hand"] * 2


def test_a_certificate_that_somebody_else_has_put_there_is_left_alone(api: StandIn, place: InSecrets) -> None:
    api.put(PATH, {"tls.crt": "eA==", "tls.key": "eA=="})
    with pytest.raises(KeyStoreError, match="no authority of ours beside it"):
        place.change(make)
    assert {call.split()[0] for call in api.calls} == {"GET"}


def test_who_is_outrun_again_and_again_gives_up(api: StandIn, place: InSecrets) -> None:
    place.change(make)
    shown = data(api, PATH)

    def again() -> None:
        api.secrets[AUTHORITY]["metadata"]["resourceVersion"] += "0"

    api.before_write = again
    with pytest.raises(KeyStoreError, match="was changed by others 8 times") as failed:
        place.change(advance)
    assert failed.value.passes
    assert data(api, PATH) == shown, "nothing is shown of an authority that could not be kept"


def test_what_the_api_server_refuses_names_the_secret(api: StandIn, place: InSecrets) -> None:
    api.statuses["GET"] = 403
    with pytest.raises(KeyStoreError, match=r"^secret/shop/gate-tls: may not be read.*\[gate-tls\]"):
        place.read()
