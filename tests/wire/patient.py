"""Run a gateway that waits for an issuer for as long as a slow machine takes to do what it waits for.

usage: patient.py PYTHON -m gateway ARGUMENTS... (what `GatewayProcess` would run)
"""

import sys

from gateway.cli import main
from gateway.net import client

WAITS_S = 60.0

if __name__ == "__main__":
    defaults = client.Deadlines.__init__.__kwdefaults__
    assert defaults is not None
    defaults |= {"total_s": WAITS_S, "connect_s": WAITS_S}
    sys.exit(main(sys.argv[4:]))
