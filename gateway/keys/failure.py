"""Why are there no keys, and what would put it right?"""

from pathlib import Path


class KeyStoreError(Exception):
    """The operator's keys cannot be used. Never holds anything that was read from a key file."""

    def __init__(self, *, path: Path, what: str, fix: str, passes: bool = False) -> None:
        super().__init__(f"{path}: {what}. Fix: {fix}.")
        self.path = path
        self.what = what
        self.fix = fix
        self.passes = passes
        """The same may go well a minute later, with nothing changed by anybody."""
