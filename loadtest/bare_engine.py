"""`python -m loadtest.bare_engine`: what does it cost to look for all beginnings on stdin, and do no more?

RE2 alone, over all patterns of `gateway leaks` at once. It does not measure, name or replace what it finds.
"""

import os
import sys

from gateway.leaks.unpack import CHUNK_BYTES
from gateway.redact.beginnings import beginnings
from gateway.redact.matching import compiled, re2_module


def main() -> int:
    """Read to the end; say how many there were."""
    re2 = re2_module()
    if re2 is None:
        raise SystemExit("google-re2 is not installed: pip install 'token-gateway[leaks]'")
    expression = compiled(re2, "|".join(one.pattern for one in beginnings()))
    count = 0
    while chunk := os.read(0, CHUNK_BYTES):
        count += sum(1 for _ in expression.finditer(chunk))
    print(count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
