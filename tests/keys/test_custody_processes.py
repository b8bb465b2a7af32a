"""Do processes that share one directory agree, when each may be the one that takes a step, or dies in it?"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.keys.directory import DirectoryStore
from gateway.keys.schedule import MIN_ROTATE_EVERY_S
from tests.keys.layouts import NOW

pytestmark = pytest.mark.wire

PROGRAM = """
import asyncio, hashlib, json, sys
from pathlib import Path
from gateway.keys.custody import Custody
from gateway.keys.directory import DirectoryStore

now = float(sys.argv[2])
custody = Custody(
    DirectoryStore(path=Path(sys.argv[1])), algorithm="ES256", rotate_every_s=840, clock=lambda: now
)
custody.open()
for line in sys.stdin:
    now = float(line)
    asyncio.run(custody.look())
    jwks = hashlib.sha256(custody.keyring.jwks()).hexdigest()
    print(json.dumps({"signs": custody.signer().kid, "jwks": jwks}), flush=True)
"""


class Gateway:
    """A process with a custody, whose clock we set."""

    def __init__(self, path: Path, now: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(path), str(now)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def set_clock(self, now: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{now}\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def end(self) -> None:
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0


def all_look(gateways: list[Gateway], now: int) -> list[dict[str, Any]]:
    for gateway in gateways:  # at once
        gateway.set_clock(now)
    return [gateway.answer() for gateway in gateways]


def test_three_rotations_with_three_processes_one_of_which_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    gateways = [Gateway(path, NOW) for _ in range(3)]
    signed_by: list[str] = []
    for now in range(NOW, NOW + 3 * MIN_ROTATE_EVERY_S + 60, 30):
        all_look(gateways, now)
        answers = all_look(gateways, now)  # whoever was first, by now all have seen it
        assert all(answer == answers[0] for answer in answers)
        if signed_by[-1:] != [answers[0]["signs"]]:
            signed_by.append(answers[0]["signs"])
        if now - NOW in (390, 780):  # 60 s before a step
            gateways[0].set_clock(now + 60)  # its clock is ahead: it begins that step, and may get anywhere
            gateways[0].process.kill()
            gateways[0].process.communicate(timeout=30)
            gateways[0] = Gateway(path, now)
    for gateway in gateways:
        gateway.end()
    assert len(signed_by) == len(set(signed_by)) == 4
    stored = DirectoryStore(path=path).read()
    assert signed_by[-1] in {one.key.kid for one in stored}
    assert {file.stem for file in path.glob("*.pem")} == {one.key.kid for one in stored}
    assert not list(path.glob(".new-*"))
