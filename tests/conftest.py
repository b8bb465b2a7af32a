"""How hard do the property tests search? `HYPOTHESIS_PROFILE=ci` or `deep` searches further than `quick`."""

import os

from hypothesis import HealthCheck, settings

# Derandomized: a red test is red again when it is run again. No deadline: time is never asserted.
_COMMON = settings(
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=(HealthCheck.too_slow,),
)
settings.register_profile("quick", _COMMON, max_examples=60)
settings.register_profile("ci", _COMMON, max_examples=200)
settings.register_profile("deep", _COMMON, max_examples=1500, derandomize=False)  # by hand: new ground
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
