"""Which checks are removed, one at a time? Each has a test that turns red, or `make mutants` does."""

from typing import Final

from tests.mutants.answer_checks import ANSWER_CHECKS
from tests.mutants.draft_checks import DRAFT_CHECKS
from tests.mutants.edge_checks import EDGE_CHECKS
from tests.mutants.edge_core_checks import EDGE_CORE_CHECKS
from tests.mutants.key_checks import KEY_CHECKS
from tests.mutants.mutant import Group
from tests.mutants.request_checks import REQUEST_CHECKS
from tests.mutants.token_checks import TOKEN_CHECKS

GROUPS: Final[tuple[Group, ...]] = (
    *TOKEN_CHECKS,
    *REQUEST_CHECKS,
    *ANSWER_CHECKS,
    *EDGE_CHECKS,
    *EDGE_CORE_CHECKS,
    *KEY_CHECKS,
    *DRAFT_CHECKS,
)
