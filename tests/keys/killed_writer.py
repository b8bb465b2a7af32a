"""Kills a writer of a key directory at every file operation, and looks at what it has left.

Run as `killed_writer.py FOLDER first|publish|promote|remove|revoke`. Prints a line for each step: the
operation before which the writer was killed, and whether the change was done by then.
"""

import itertools
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from gateway.keys import orders
from gateway.keys.directory import DirectoryStore
from gateway.keys.rotation import Rotation, promote, publish
from gateway.keys.stored_key import KeyState, StoredKey
from tests.keys.layouts import NOW, lay_out, some_key

Keys = tuple[StoredKey, ...]
FIRST, SECOND = some_key(), some_key()
ROTATION = Rotation(algorithm="ES256", every_s=86400)


def revise(change: str) -> Callable[[Keys], Keys]:
    match change:
        case "publish":
            return lambda keys: publish(keys, SECOND, now=NOW)
        case "promote":
            return lambda keys: promote(keys, SECOND.kid, now=NOW + 1)
        case "revoke":
            return partial(orders.revoke, kid=FIRST.kid, rotation=ROTATION, now=NOW, make=lambda _: SECOND)
        case _:
            return lambda keys: tuple(one for one in keys if one.key != FIRST)


def prepare(path: Path, change: str) -> DirectoryStore:
    states = {
        "publish": [(FIRST, KeyState.ACTIVE)],
        "promote": [(FIRST, KeyState.ACTIVE), (SECOND, KeyState.PENDING)],
        "revoke": [(FIRST, KeyState.ACTIVE)],
        "remove": [(FIRST, KeyState.RETIRING), (SECOND, KeyState.ACTIVE)],
    }
    if change != "first":
        lay_out(path, *states[change])
    return DirectoryStore(path=path)


def write(store: DirectoryStore, change: str) -> None:
    if change == "first":
        store.load(algorithm="ES256", clock=lambda: NOW)
    else:
        store.change(revise(change))


def killed_at(step: int, store: DirectoryStore, change: str) -> str | None:
    """Fork a writer that dies before its file operation `step`; name that, None where it got to its end."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        numbers = itertools.count()

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if event.startswith(("open", "os.", "fcntl.", "tempfile.")) and next(numbers) == step:
                os.write(writing, event.encode())
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        write(store, change)
        os.kill(os.getpid(), signal.SIGKILL)  # no clean-up on the way out either
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode() or None


def main() -> None:
    folder, change = Path(sys.argv[1]), sys.argv[2]
    for step in itertools.count():
        store = prepare(folder / str(step), change)
        before = store.read() if change != "first" else ()
        operation = killed_at(step, store, change)
        if change == "first":
            found: Keys = store.read() if store.exists() else ()
        else:
            found = store.read()  # it opens
            assert found in (before, revise(change)(before)), "half a change"
        write_again(store, change, found, before)
        print(operation or "end", "before" if found == before else "after")
        if operation is None:
            return


def write_again(store: DirectoryStore, change: str, found: Keys, before: Keys) -> None:
    """What the next writer does completes the change, and nothing is left over."""
    if change == "first":
        after = store.load(algorithm="ES256", clock=lambda: NOW)
        assert found in ((), after), "a key that was there has been replaced"
        store.change(lambda keys: keys)
    else:
        after = store.change(lambda keys: revise(change)(keys) if keys == before else keys)
        assert after == revise(change)(before) == store.read()
    names = {path.name for path in store.path.iterdir()}
    assert names == {"keys.json", "keys.lock", *(f"{one.key.kid}.pem" for one in after)}, names


if __name__ == "__main__":
    main()
