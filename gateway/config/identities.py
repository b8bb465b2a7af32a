"""Which name of a certificate does this text mean?"""

import re
from typing import Final

from gateway.config.problem import Unfit


def parse_identity(text: str) -> str:
    """Read a URI or a DNS name, exactly as `gateway.tls.identity` gives it.

    Raises: Unfit, for a wildcard too: a name stands for one; and for an address, which nobody compares.
    """
    if _URI.fullmatch(text) is None and (_DNS_NAME.fullmatch(text) is None or _ADDRESS.fullmatch(text)):
        raise Unfit(
            "is neither a URI nor a DNS name in lower case",
            "write it as the certificate's subject alternative name has it, such as spiffe://trust.domain/path",
        )
    return text


# --- private ---

_URI: Final = re.compile(r"[a-z][a-z0-9+.-]*://[!-~]+")
_DNS_NAME: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_ADDRESS: Final = re.compile(r"[0-9.]+")
