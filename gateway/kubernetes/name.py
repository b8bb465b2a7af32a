"""Is this the name of a Secret?"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretName:
    """One Secret of one namespace. Both are fit to be part of a URL's path."""

    namespace: str
    name: str

    def __post_init__(self) -> None:
        """Raises: ValueError."""
        if len(self.namespace) > _LONGEST_LABEL or _LABEL.fullmatch(self.namespace) is None:
            raise ValueError("not the name of a namespace")
        if len(self.name) > _LONGEST_NAME or _SUBDOMAIN.fullmatch(self.name) is None:
            raise ValueError("not the name of a Secret")

    def __str__(self) -> str:
        """As `kubectl get` takes it, with the namespace between."""
        return f"secret/{self.namespace}/{self.name}"


# --- private ---

# kubernetes.io, "Object Names and IDs": an RFC 1123 label for a namespace, a subdomain for a Secret.
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_SUBDOMAIN: Final = re.compile(rf"{_LABEL.pattern}(\.{_LABEL.pattern})*")
_LONGEST_LABEL: Final = 63
_LONGEST_NAME: Final = 253
