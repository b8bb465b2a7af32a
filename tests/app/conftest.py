"""What do tests of the whole gateway in this process put back?"""

import logging
import sys
import threading
from collections.abc import Iterator

import pytest


@pytest.fixture
def process_hooks() -> Iterator[None]:
    """`start` takes over what belongs to a process; this process is pytest's."""
    root = logging.getLogger()
    before = threading.excepthook, sys.unraisablehook, root.handlers[:], root.level
    yield
    threading.excepthook, sys.unraisablehook, root.handlers[:], level = before
    root.setLevel(level)
