"""Which checks are removed, one at a time? Each has a test that turns red, or `make mutants` does."""

from typing import Final

from tests.mutants.answer_checks import ANSWER_CHECKS
from tests.mutants.audit_checks import AUDIT_CHECKS
from tests.mutants.certificate_checks import CERTIFICATE_CHECKS
from tests.mutants.draft_checks import DRAFT_CHECKS
from tests.mutants.edge_checks import EDGE_CHECKS
from tests.mutants.edge_core_checks import EDGE_CORE_CHECKS
from tests.mutants.key_checks import KEY_CHECKS
from tests.mutants.leak_checks import LEAK_CHECKS
from tests.mutants.mutant import Group
from tests.mutants.net_checks import NET_CHECKS
from tests.mutants.redact_checks import REDACT_CHECKS
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
    *REDACT_CHECKS,
    *LEAK_CHECKS,
    *CERTIFICATE_CHECKS,
    *NET_CHECKS,
    *AUDIT_CHECKS,
)
