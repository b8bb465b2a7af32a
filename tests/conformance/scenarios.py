"""What does the gateway decide? The specification, one case at a time.

Each scenario is a request of a client, a world, and the verdict. `test_dialects.py` puts every one through
every dialect, bytes in, bytes out.
"""

from collections.abc import Mapping
from typing import Final

from gateway.core.reason import Reason
from tests.conformance.allowed import ALLOWED
from tests.conformance.refused_requests import EXTRACT, MATCH, READ
from tests.conformance.refused_tokens import AUTHORIZE, MINT, VERIFY

SCENARIOS: Final = (*ALLOWED, *READ, *MATCH, *EXTRACT, *VERIFY, *AUTHORIZE, *MINT)

TESTED_ELSEWHERE: Final[Mapping[Reason, str]] = {
    Reason.POLICY_UNKNOWN: "tests/server/test_engine.py: the engine finds the policy before a dialect reads",
    Reason.LOOKUPS_EXHAUSTED: "tests/server/test_engine.py: the engine counts the rounds",
    Reason.INTERNAL_ERROR: "tests/core/test_answer.py: a world that the configuration cannot say",
}
"""Reasons that no request alone can bring about. May only shrink."""
