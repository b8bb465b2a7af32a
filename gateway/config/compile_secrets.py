"""Is the secret there that the file refers to?"""

from pathlib import Path

from gateway.config.secret import ReadSecret, SecretUnavailable, SecretVariable, parse_reference
from gateway.config.spot import Spot


def secret_at(text: str, directory: Path, spot: Spot, read: ReadSecret) -> bytes | None:
    """Read the secret of a reference; where it cannot be had, note why. Files are relative to `directory`."""
    reference = parse_reference(text, directory)
    try:
        return read(reference)
    except SecretUnavailable as error:
        what = "variable" if isinstance(reference, SecretVariable) else "file"
        spot.refuse(str(error), f"set that {what}, or refer to another secret")
        return None
