"""Run a gateway that looks at its keys many times a second, so that a test need not wait for it.

usage: looking_often.py PYTHON -m gateway ARGUMENTS... (what `GatewayProcess` would run)
"""

import sys

from gateway.app import gateway
from gateway.cli import main

LOOKS_EVERY_S = 0.05

if __name__ == "__main__":
    vars(gateway)["LOOK_EVERY_S"] = LOOKS_EVERY_S
    sys.exit(main(sys.argv[4:]))
