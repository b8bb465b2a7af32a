"""How many connections does the operating system let this process hold?

Every connection is a file descriptor. The soft limit of a process is often 1024, whatever the machine could
do; the hard limit is what the operator has set. Where descriptors run out nothing can be accepted any more:
the kubelet finds us dead, and no issuer can be asked. So the decision listener gets what is left when all
others have theirs.
"""

import resource
from typing import Final

from gateway.server.http1.limits import PAGES

RESERVED: Final = 2 * PAGES.max_connections + 128
"""For the keys and the admin listener, issuers, files, the log, and connections that are being aborted."""
LEAST: Final = 64


def raise_limit(wanted: int) -> int:
    """Raise the soft limit as far as `wanted` and the hard one allow. Gives how many files may be open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return max(wanted, soft)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (ValueError, OSError):  # some systems have a lower bound than the one they tell (macOS)
        return soft
    return most


def connections_within(files: int, wanted: int) -> int:
    """How many of the wanted connections fit into so many files, beside what is reserved. Never none."""
    return max(LEAST, min(wanted, files - RESERVED))
