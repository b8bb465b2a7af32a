"""How is one question put to every proxy, and each proxy named behind which the answer is wrong?"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Self

import pytest

from tests.wire.components import version
from tests.wire.fronts import Front
from tests.wire.raw_client import Response
from tests.wire.what_ran import record


def record_fronts(node: pytest.Item, fronts: Iterable[Front] = Front) -> None:
    """Remember that this test runs all of these proxies."""
    for front in fronts:
        record(node, front.value, version(front.component))


class EveryFront:
    """A test that has failed behind one proxy goes on behind the next. A context manager: its end fails."""

    def __init__(self) -> None:
        self._failures: list[Exception] = []
        self._fronts: dict[Front, None] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._failures and kind is None:
            raise ExceptionGroup(f"behind {', '.join(self._fronts)}", self._failures)

    @contextmanager
    def behind(self, front: Front, what: str = "") -> Iterator[None]:
        """What fails in here has failed behind this proxy; `what` was asked."""
        try:
            yield
        except Exception as failure:  # noqa: BLE001 - whatever it is, it is raised with the others
            failure.add_note(f"behind {front} {what}".rstrip())
            self._failures.append(failure)
            self._fronts[front] = None


@contextmanager
def side_by_side(asks: Mapping[Front, Callable[[], Response]]) -> Iterator[dict[Front, Future[Response]]]:
    """Ask behind all of these proxies at once; they wait together for what is slow."""
    with ThreadPoolExecutor(len(asks)) as threads:
        yield {front: threads.submit(ask) for front, ask in asks.items()}
