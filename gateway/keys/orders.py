"""What becomes of our keys when a person asks for it?

Pure, as `gateway.keys.rotation`. Whatever is asked, one key signs afterwards where one did before.
"""

from gateway.keys.rotation import MakeKey, Rotation, promote, publish
from gateway.keys.stored_key import StoredKey

Keys = tuple[StoredKey, ...]


def advance(keys: Keys, rotation: Rotation, *, now: int, make: MakeKey) -> Keys:
    """Take the steps that are due, where nobody else takes them."""
    return rotation.advance(keys, now=now, make=make)


def rotate(keys: Keys, rotation: Rotation, *, now: int, make: MakeKey) -> Keys:
    """Publish a successor now, where none is; it signs by the rotation's own rules."""
    if rotation.pending(keys) is not None:
        return keys
    return publish(keys, make(rotation.algorithm), now=now)


def rotate_now(keys: Keys, rotation: Rotation, *, now: int, make: MakeKey) -> Keys:
    """Let the successor sign now, also where nobody has it yet: backends that keep the keys may lack it."""
    pending = rotation.pending(keys)
    if pending is not None:
        return promote(keys, pending.key.kid, now=now)
    key = make(rotation.algorithm)
    return promote(publish(keys, key, now=now), key.kid, now=now)


def revoke(keys: Keys, kid: str, rotation: Rotation, *, now: int, make: MakeKey) -> Keys:
    """Take a key away now; where it was the active one, a successor signs now.

    Raises: KeyError where there is no such key. Never leaves without an active key what had one.
    """
    if kid not in {one.key.kid for one in keys}:
        raise KeyError(kid)
    left = tuple(one for one in keys if one.key.kid != kid)
    active = rotation.active(keys)
    if active is not None and active.key.kid == kid:
        return rotate_now(left, rotation, now=now, make=make)
    return left
