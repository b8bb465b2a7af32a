"""What do attackers send, in the groups of the research, and what must come of each? Start reading here.

Each group begins with its positive control: a gateway that refuses everything must not be green. A case is a
scenario of tests/conformance/scenario.py, named by its row. They run

* on the step that must refuse them: tests/core, which reads the same tables;
* through each dialect, bytes in and bytes out: tests/corpus/test_dialects.py;
* over real sockets, cold and warm: tests/corpus/test_listener.py;
* behind real proxies, where the proxy has a part in it: tests/wire.

What is no request at all is in `heads.py`; what is no single one in `beside.py` and, for groups e to g, in
`issuers.py`, `clients.py` and `leaks.py`. `test_complete.py` holds that no row is forgotten.
"""

from dataclasses import dataclass
from typing import Final

from tests.conformance.scenario import Scenario
from tests.corpus import paths, requests, tokens


@dataclass(frozen=True, slots=True)
class Group:
    """One letter of the corpus."""

    letter: str
    control: Scenario
    """What must be allowed."""
    cases: tuple[Scenario, ...]


GROUPS: Final = (
    Group("J", tokens.CONTROL, tokens.CASES),
    Group("P", paths.CONTROL, paths.CASES),
    Group("H", requests.CONTROL, requests.CASES),
)
