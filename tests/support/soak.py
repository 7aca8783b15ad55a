"""How long the long tests run: some minutes in `make test`, as long as a release asks in `make soak`."""

import os
import random

SOAKING = bool(os.environ.get("KARTKA_SOAK"))
SEED = int(os.environ.get("KARTKA_SOAK_SEED") or (random.SystemRandom().randrange(2**32) if SOAKING else 0))
"""What chance begins with: the same in every `make test`, another in every soak; a failure names it."""


def rounds(usual: int, soaking: int) -> int:
    """The first number in `make test`, the second in `make soak`."""
    return soaking if SOAKING else usual


def patience(seconds: int) -> int:
    """The timeout of such a test; a soak has none."""
    return 0 if SOAKING else seconds
