"""`gateway keys init | rotate | revoke`: what changes the store, and what backends will see of it."""

from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import Any, assert_never

from gateway.app.keys_store import blaming, rotation_of, store_of
from gateway.app.parts import CLOCK
from gateway.cli.output import EX_OK, complain, print_json
from gateway.config.compile import load_world
from gateway.config.world import World
from gateway.keys import orders
from gateway.keys.directory import DirectoryStore
from gateway.keys.failure import KeyStoreError
from gateway.keys.manifest import render_time
from gateway.keys.memory import MemoryStore
from gateway.keys.orders import Keys
from gateway.keys.rotation import Rotation, began
from gateway.keys.schedule import JWKS_MAX_AGE_S, PENDING_S, RETIRING_S, SEEN_WITHIN_S
from gateway.keys.shared import SharedStore
from gateway.keys.signing_key import SigningKey
from gateway.keys.store import keyring_of
from gateway.keys.stored_key import StoredKey


def init(arguments: Namespace) -> int:
    """Make the directory and its first key, as the first start would; say so where there is one already."""
    world = load_world(arguments.config)
    opened = _opened(world)
    if isinstance(opened, str):
        return complain(opened)
    store, rotation = opened
    made = not store.exists()
    with blaming():
        keys = store.load(algorithm=rotation.algorithm, clock=CLOCK)
        keyring_of(store, keys, algorithm=rotation.algorithm)
    kid = _active(keys, rotation).key.kid
    text = f"{kid} is made, and signs" if made else f"there is a key already: {kid} signs"
    return _say(arguments, {"kid": kid, "made": made}, text)


def rotate(arguments: Namespace) -> int:
    """Publish a successor now; it signs when every backend that keeps the keys has it.

    With --now it signs at once, and backends that keep the keys may refuse its tokens for a while.
    """
    opened = _opened(load_world(arguments.config))
    if isinstance(opened, str):
        return complain(opened)
    store, rotation = opened
    now = int(CLOCK())
    if arguments.now:
        before, after = _change(store, rotation, partial(orders.rotate_now, now=now))
        old = _active(before, rotation).key.kid
        until = render_time(now + RETIRING_S)
        members, text = _who_signs(before, _active(after, rotation), now)
        text += f"\n{old} signs no more, and is published until {until}: what it signed stays good"
        return _say(arguments, {"retired": old} | members, text)
    before, after = _change(store, rotation, partial(orders.rotate, now=now))
    successor = rotation.pending(after)
    assert successor is not None  # noqa: S101 - what `orders.rotate` promises
    published, signs_from = successor not in before, render_time(began(successor) + PENDING_S)
    kid = successor.key.kid
    text = f"{kid} {'is published' if published else 'was published before'}; it signs from {signs_from}"
    return _say(arguments, {"kid": kid, "published": published, "signs_from": signs_from}, text)


def revoke(arguments: Namespace) -> int:
    """Take a key that has leaked out of the JWK Set at once; where it is the active one, another signs.

    Backends that keep the keys believe it until they fetch them again: the command says until when.
    """
    opened = _opened(load_world(arguments.config))
    if isinstance(opened, str):
        return complain(opened)
    store, rotation = opened
    now = int(CLOCK())
    try:
        before, after = _change(store, rotation, partial(orders.revoke, kid=arguments.kid, now=now))
    except KeyError:
        return complain("the store has no key of that kid; `gateway keys list` shows those it has")
    until = render_time(now + SEEN_WITHIN_S + JWKS_MAX_AGE_S)
    text = (
        f"{arguments.kid} is revoked\n"
        f"until {until} backends that keep the keys for {JWKS_MAX_AGE_S}s, as they are told, may believe it; "
        "restart those that keep them longer"
    )
    members: dict[str, Any] = {"revoked": arguments.kid, "believed_until": until}
    if _active(before, rotation).key.kid == arguments.kid:
        more, who = _who_signs(before, _active(after, rotation), now)
        members, text = members | more, f"{text}\n{who}"
    return _say(arguments, members, text)


# --- private ---

Order = Callable[..., Keys]


def _opened(world: World) -> tuple[DirectoryStore, Rotation] | str:
    """What can be acted on, or why there is nothing."""
    store, rotation = store_of(world), rotation_of(world)
    match store:
        case MemoryStore():
            return "nothing to act on: this store is in the memory of `gateway serve`; start that anew"
        case SharedStore():
            return "a shared store is only read: whoever writes the directory rotates"
        case DirectoryStore():
            assert rotation is not None  # noqa: S101 - only a shared store has none
            return store, rotation
        case _:
            assert_never(store)


def _change(store: DirectoryStore, rotation: Rotation, order: Order) -> tuple[Keys, Keys]:
    """Give the keys before and after. Raises: ConfigError; KeyError where the order does."""
    found: list[Keys] = []

    def revise(keys: Keys) -> Keys:
        keyring_of(store, keys, algorithm=rotation.algorithm)  # what cannot sign is not made worse
        found.append(keys)
        return order(keys, rotation=rotation, make=SigningKey.generate)

    with blaming():
        if not store.exists():
            raise KeyStoreError(path=store.path, what="has no keys yet", fix="gateway keys init")
        after = store.change(revise)
    return found[0], after


def _active(keys: Keys, rotation: Rotation) -> StoredKey:
    active = rotation.active(keys)
    assert active is not None  # noqa: S101 - what `keyring_of` has checked
    return active


def _who_signs(before: Keys, active: StoredKey, now: int) -> tuple[dict[str, Any], str]:
    """Say which key signs now, and how long backends may lack it: from when it was published."""
    known = {one.key.kid: began(one) for one in before}
    lacked_until = known.get(active.key.kid, now) + SEEN_WITHIN_S + JWKS_MAX_AGE_S
    text = f"{active.key.kid} signs as soon as each gateway looks, within seconds"
    if lacked_until <= now:
        return {"signs": active.key.kid, "may_be_refused_until": None}, text
    until = render_time(lacked_until)
    text += (
        f"\nuntil {until} a backend that keeps the keys may refuse its tokens, "
        "unless it fetches them again for a kid that it lacks"
    )
    return {"signs": active.key.kid, "may_be_refused_until": until}, text


def _say(arguments: Namespace, members: dict[str, Any], text: str) -> int:
    if arguments.json:
        print_json(members)
    else:
        print(text)
    return EX_OK
