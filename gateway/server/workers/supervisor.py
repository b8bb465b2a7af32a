"""How are worker processes started, started again, and ended?

A worker is a new program, never a fork: what a fork of a process with a running loop and threads does, nobody
knows. It has one end of a socket pair; when the other end is gone, because we are, it drains and ends.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from gateway.server.workers.channel import Channel, open_channel
from gateway.server.workers.messages import Drain, Listening, Message
from gateway.server.workers.restarts import Restarts

EXIT_S: Final = 3.0
"""From the end of its channel to the end of the process."""
LAST_WORDS_S: Final = 2.0
"""Of the time for a drain, what is left for the last log lines and counts."""


class Worker:
    """One worker process, from its start to its end."""

    def __init__(self, process: asyncio.subprocess.Process, channel: Channel) -> None:
        self._process = process
        self.channel = channel
        self.listening = False

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def kill(self) -> None:
        """End it without asking."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def ended(self) -> int:
        """Wait for its end, and give its exit code: a negative signal number where it was killed."""
        return await self._process.wait()


class Boss(Protocol):
    """Who has work for the workers. Called on the loop; must not raise or wait."""

    def started(self, worker: Worker) -> None:
        """Tell it what it needs: it knows nothing yet."""

    def heard(self, worker: Worker, message: Message) -> None:
        """It has told us something."""

    def ended(self, worker: Worker, exit_code: int, *, expected: bool) -> None:
        """It is gone. What it has told last was heard before."""

    def gave_up(self) -> None:
        """A worker dies whenever it is started."""


class Supervisor:
    """Keeps so many workers running."""

    def __init__(
        self,
        count: int,
        *,
        command: Callable[[int], Sequence[str]],
        boss: Boss,
        clock: Callable[[], float],
    ) -> None:
        """`command` is what to run, given the number of the inherited socket. `clock` is monotonic."""
        self._command = command
        self._boss = boss
        self._clock = clock
        self._workers: set[Worker] = set()
        self._stopping = asyncio.Event()
        self._keeping = [asyncio.create_task(self._keep()) for _ in range(count)]
        for task in self._keeping:
            task.add_done_callback(self._kept)

    def __iter__(self) -> Iterator[Worker]:
        """Every worker that runs."""
        return iter(tuple(self._workers))

    @property
    def listening(self) -> int:
        """How many workers decide."""
        return sum(worker.listening for worker in self._workers)

    def send(self, message: Message) -> None:
        """Tell all of them."""
        for worker in self._workers:
            worker.channel.send(message)

    async def drain(self, timeout_s: float) -> None:
        """Let all finish what was asked and end; kill what is left after `timeout_s`."""
        self._stopping.set()
        self.send(Drain(within_s=max(0.0, timeout_s - LAST_WORDS_S)))
        await asyncio.wait(self._keeping, timeout=timeout_s)
        for worker in self:
            worker.kill()
        await asyncio.gather(*self._keeping, return_exceptions=True)

    # --- private ---

    async def _keep(self) -> None:
        restarts = Restarts()
        while not self._stopping.is_set():
            began = self._clock()
            with contextlib.suppress(OSError):  # no process, no memory, no descriptor: like a quick death
                await self._live()
            wait_s = restarts.died_after(self._clock() - began)
            if wait_s is None and not self._stopping.is_set():
                self._boss.gave_up()
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait_s)

    def _kept(self, task: asyncio.Task[None]) -> None:
        """Where keeping a worker ended by a defect, the gateway must not go on with one less in silence."""
        error = None if task.cancelled() else task.exception()
        if error is not None:
            context = {"message": "keeping a worker", "exception": error}
            task.get_loop().call_exception_handler(context)
            self._boss.gave_up()

    async def _live(self) -> None:
        """One worker's whole life."""
        worker = await self._start()
        self._workers.add(worker)
        exit_code = -signal.SIGKILL
        try:
            self._boss.started(worker)
            if self._stopping.is_set():  # while it was started
                worker.kill()
            await self._hear(worker)
            exit_code = await self._end(worker)
        finally:
            worker.kill()
            self._workers.discard(worker)
            self._boss.ended(worker, exit_code, expected=self._stopping.is_set())

    async def _start(self) -> Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *self._command(theirs.fileno()),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
            )
        return Worker(process, await open_channel(ours))

    async def _hear(self, worker: Worker) -> None:
        while (message := await worker.channel.receive()) is not None:
            if isinstance(message, Listening):
                worker.listening = True
            self._boss.heard(worker, message)

    async def _end(self, worker: Worker) -> int:
        """It says nothing more: it ends, or is made to."""
        worker.listening = False
        await worker.channel.close(0)
        try:
            async with asyncio.timeout(EXIT_S):
                return await worker.ended()
        except TimeoutError:
            worker.kill()
            return await worker.ended()
