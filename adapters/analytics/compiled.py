"""What is compiled: one place that says how, and that the types of a loop stay those of its source."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The function in machine code, made at its first call and kept beside the source for the next process."""
    made: F = numba.njit(cache=True)(function)
    return made


def in_parallel(function: F) -> F:
    """The same with `numba.prange` on all cores: what is written by one turn is read by no other."""
    made: F = numba.njit(cache=True, parallel=True)(function)
    return made
