"""`gateway leaks fingerprint` and `leaks revoke`: from a token that leaked to its use, and to its end."""

from gateway.cli import leaks_fingerprint, leaks_revoke
from gateway.cli.output import Commands


def add(actions: Commands) -> None:
    """Declare both actions."""
    leaks_fingerprint.add(actions)
    leaks_revoke.add(actions)
