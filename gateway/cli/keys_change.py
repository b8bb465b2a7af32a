"""`gateway keys init | rotate | revoke`: what changes the store, and what backends will see of it."""

from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, assert_never

from gateway.app.parts import CLOCK
from gateway.cli import keys_place
from gateway.cli.keys_place import Place
from gateway.cli.output import EX_OK, complain, print_json
from gateway.keys import orders
from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.manifest import render_time
from gateway.keys.memory import MemoryStore
from gateway.keys.orders import Keys
from gateway.keys.rotation import Rotation, began
from gateway.keys.schedule import JWKS_MAX_AGE_S, SEEN_WITHIN_S
from gateway.keys.secret import SecretStore
from gateway.keys.shared import SharedStore
from gateway.keys.signing_key import SigningKey
from gateway.keys.stored_key import KeyState, StoredKey


def init(arguments: Namespace) -> int:
    """Make the first key, as the first start would in a directory; say so where there is one already.

    A Secret is made where it is missing, filled where it is empty, and left alone otherwise.
    """
    opened = _opened(arguments)
    if isinstance(opened, str):
        return complain(opened)
    with opened.place.blaming():
        made = not opened.store.exists()
        keys = opened.store.load(algorithm=opened.rotation.algorithm, clock=CLOCK)
        opened.place.keyring(keys)
    kid = _active(keys, opened.rotation).key.kid
    text = f"{kid} is made, and signs" if made else f"there is a key already: {kid} signs"
    return _say(arguments, {"kid": kid, "made": made}, text)


def rotate(arguments: Namespace) -> int:
    """Publish a successor now; it signs when every backend that keeps the keys has it.

    Of a Secret it takes the step that is due, whichever that is, and has to be run again and again: with
    --every 7d each key signs for 7 days, without it the next step is due as soon as it is safe. With --now a
    successor signs at once, and backends that keep the keys may refuse its tokens for a while.
    """
    opened = _opened(arguments)
    if isinstance(opened, str):
        return complain(opened)
    rotation, now = opened.rotation, int(CLOCK())
    if arguments.now:
        before, after = _change(opened, partial(orders.rotate_now, now=now))
        old = _active(before, rotation).key.kid
        until = render_time(now + rotation.retiring_s)
        members, text = _who_signs(before, _active(after, rotation), now, rotation)
        text += f"\n{old} signs no more, and is published until {until}: what it signed stays good"
        return _say(arguments, {"retired": old} | members, text)
    if isinstance(opened.store, SecretStore):
        before, after = _change(opened, partial(orders.advance, now=now))
        return _say(arguments, *_step(before, after, opened.place))
    before, after = _change(opened, partial(orders.rotate, now=now))
    successor = rotation.pending(after)
    assert successor is not None  # noqa: S101 - what `orders.rotate` promises
    published, signs_from = successor not in before, render_time(began(successor) + rotation.pending_s)
    kid = successor.key.kid
    text = f"{kid} {'is published' if published else 'was published before'}; it signs from {signs_from}"
    return _say(arguments, {"kid": kid, "published": published, "signs_from": signs_from}, text)


def revoke(arguments: Namespace) -> int:
    """Take a key that has leaked out of the JWK Set at once; where it is the active one, another signs.

    Backends that keep the keys believe it until they fetch them again: the command says until when.
    """
    opened = _opened(arguments)
    if isinstance(opened, str):
        return complain(opened)
    rotation, now = opened.rotation, int(CLOCK())
    try:
        before, after = _change(opened, partial(orders.revoke, kid=arguments.kid, now=now))
    except KeyError:
        return complain("the store has no key of that kid; `gateway keys list` shows those it has")
    until = render_time(now + _known_within_s(rotation))
    text = (
        f"{arguments.kid} is revoked\n"
        f"until {until} backends that keep the keys for {JWKS_MAX_AGE_S}s, as they are told, may believe it; "
        "restart those that keep them longer"
    )
    members: dict[str, Any] = {"revoked": arguments.kid, "believed_until": until}
    if _active(before, rotation).key.kid == arguments.kid:
        more, who = _who_signs(before, _active(after, rotation), now, rotation)
        members, text = members | more, f"{text}\n{who}"
    return _say(arguments, members, text)


# --- private ---

Order = Callable[..., Keys]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A place whose keys can be changed."""

    place: Place
    store: DirectoryStore | SecretStore
    rotation: Rotation


def _opened(arguments: Namespace) -> _Opened | str:
    """What can be acted on, or why there is nothing."""
    try:
        place = keys_place.find(arguments)
    except ValueError as usage:
        return str(usage)
    store = place.store
    match store:
        case MemoryStore():
            return "nothing to act on: this store is in the memory of `gateway serve`; start that anew"
        case SharedStore():
            return "a shared store is only read: whoever writes the directory rotates"
        case DirectoryStore() | SecretStore():
            assert place.rotation is not None  # noqa: S101 - only a shared store has none
            return _Opened(place=place, store=store, rotation=place.rotation)
        case _:
            assert_never(store)


def _change(opened: _Opened, order: Order) -> tuple[Keys, Keys]:
    """Give the keys before and after. Raises: ConfigError; KeyError where the order does."""
    found: list[Keys] = []

    def revise(keys: Keys) -> Keys:
        opened.place.keyring(keys)  # what cannot sign is not made worse
        found.append(keys)
        return order(keys, rotation=opened.rotation, make=SigningKey.generate)

    store = opened.store
    with opened.place.blaming():
        if isinstance(store, DirectoryStore) and not store.exists():
            raise KeyStoreError(path=store.path, what="has no keys yet", fix="gateway keys init")
        after = store.change(revise)
    return found[-1], after


def _active(keys: Keys, rotation: Rotation) -> StoredKey:
    active = rotation.active(keys)
    assert active is not None  # noqa: S101 - what `keyring_of` has checked
    return active


def _step(before: Keys, after: Keys, place: Place) -> tuple[dict[str, Any], str]:
    """Say which steps were taken, and which come next."""
    known = {one.key.kid: one.state for one in before}
    left = {one.key.kid: one.state for one in after}
    published = sorted(left.keys() - known.keys())
    waited = {kid for kid, state in known.items() if state is KeyState.PENDING}
    promoted = sorted(kid for kid in waited if left.get(kid) is KeyState.ACTIVE)
    removed = sorted(known.keys() - left.keys())
    taken = [f"{kid} is published" for kid in published]
    taken += [f"{kid} signs as soon as each gateway has it mounted, within minutes" for kid in promoted]
    taken += [f"{kid} is gone" for kid in removed]
    coming = [(one.key.kid, step) for one in after if (step := place.next_step(one, after))]
    lines = [f"{kid} {step}, not before {render_time(at)}" for kid, (step, at) in coming]
    members = {"published": published, "promoted": promoted, "removed": removed}
    return members, "\n".join([*(taken or ["nothing is due"]), *lines])


def _who_signs(before: Keys, active: StoredKey, now: int, rotation: Rotation) -> tuple[dict[str, Any], str]:
    """Say which key signs now, and how long backends may lack it: from when it was published."""
    known = {one.key.kid: began(one) for one in before}
    lacked_until = known.get(active.key.kid, now) + _known_within_s(rotation)
    soon = "has it mounted, within minutes" if rotation.mounted_s else "looks, within seconds"
    text = f"{active.key.kid} signs as soon as each gateway {soon}"
    if lacked_until <= now:
        return {"signs": active.key.kid, "may_be_refused_until": None}, text
    until = render_time(lacked_until)
    text += (
        f"\nuntil {until} a backend that keeps the keys may refuse its tokens, "
        "unless it fetches them again for a kid that it lacks"
    )
    return {"signs": active.key.kid, "may_be_refused_until": until}, text


def _known_within_s(rotation: Rotation) -> int:
    """When every backend that keeps the keys as it is told has those that are in the store now."""
    return SEEN_WITHIN_S + rotation.mounted_s + JWKS_MAX_AGE_S


def _say(arguments: Namespace, members: dict[str, Any], text: str) -> int:
    if arguments.json:
        print_json(members)
    else:
        print(text)
    return EX_OK
