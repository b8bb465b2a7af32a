"""What need the collector of cycles not look at again?

Modules, classes and the configuration stay as long as the process. Looked at again and again, while permits
come and go, they are a twentieth of a new token's cost, and most of the longest pauses.
"""

import gc


def settle() -> None:
    """Leave out from now on whatever is there. To be called once, before the first request.

    What is left out is still freed when nobody refers to it; only a cycle of it would stay.
    """
    gc.collect()
    gc.freeze()
