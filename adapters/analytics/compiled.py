"""What is compiled: one place that says how, and that the types of a loop stay those of its source."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba
from numba.core import cgutils, types
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """The function in machine code, made at its first call and kept beside the source for the next process."""
    made: F = numba.njit(cache=True)(function)
    return made


def in_parallel(function: F) -> F:
    """The same with `numba.prange` on all cores: what is written by one turn is read by no other."""
    made: F = numba.njit(cache=True, parallel=True)(function)
    return made


@intrinsic  # type: ignore[untyped-decorator]  # numba tells no types
def prefetch(_: Any, array: Any, at: Any) -> Any:
    """The cache line with that element of the array, counted from its first byte on, is on its way: a loop that knows
    where it will write does not wait for memory there."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        place = builder.bitcast(builder.gep(data, [given[1]]), cgutils.voidptr_t)
        kind = cgutils.ir.FunctionType(cgutils.ir.VoidType(), [place.type, *3 * [cgutils.int32_t]])
        asked = builder.module.declare_intrinsic("llvm.prefetch", [place.type], kind)
        builder.call(asked, [place, *(cgutils.int32_t(one) for one in (1, 3, 1))])  # to write, to keep, of data
        return context.get_dummy_value()

    return types.void(array, types.intp), code


@intrinsic  # type: ignore[untyped-decorator]  # numba tells no types
def eight(_: Any, array: Any, at: Any) -> Any:
    """Eight bytes of the array from there on as one number: a loop over them would take eight steps."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        place = builder.bitcast(builder.gep(data, [given[1]]), cgutils.ir.IntType(64).as_pointer())
        return builder.load(place, align=1)

    return types.uint64(array, types.intp), code
