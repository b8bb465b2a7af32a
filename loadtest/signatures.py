"""What does a bare signature cost here? Whoever verifies or mints cannot be cheaper than that."""

import os
import time
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from loadtest import machine
from loadtest.issuer import Issuer
from loadtest.samples import Samples

TIMES = 300
_SIGNED = b"x" * 650
"""As long as the signed part of the tokens that are sent."""


def signatures(issuer: Issuer, rounds: int) -> Samples:
    """Processor time of one verification, and of one signature, on the server's processor."""
    work = _work(issuer)
    samples: Samples = {f"signatures.{name}": {"cpu_us": []} for name in work}
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {machine.SERVER_CORE})
    try:
        for _ in range(rounds):
            for name, once in work.items():
                samples[f"signatures.{name}"]["cpu_us"].append(_cpu_us(once))
    finally:
        os.sched_setaffinity(0, before)
    return samples


# --- private ---


def _work(issuer: Issuer) -> dict[str, Callable[[], object]]:
    rsa_key, ec_key = issuer.rsa_key.public_key(), issuer.ec_key.public_key()
    sha, scheme, ecdsa = hashes.SHA256(), padding.PKCS1v15(), ec.ECDSA(hashes.SHA256())
    rsa_signature = issuer.rsa_key.sign(_SIGNED, scheme, sha)
    ec_signature = issuer.ec_key.sign(_SIGNED, ecdsa)
    return {
        "rs256-verify": lambda: rsa_key.verify(rsa_signature, _SIGNED, scheme, sha),
        "es256-verify": lambda: ec_key.verify(ec_signature, _SIGNED, ecdsa),
        "es256-sign": lambda: issuer.ec_key.sign(_SIGNED, ecdsa),
    }


def _cpu_us(once: Callable[[], object]) -> float:
    for _ in range(TIMES // 10):
        once()
    before = time.process_time()
    for _ in range(TIMES):
        once()
    return (time.process_time() - before) / TIMES * 1e6
