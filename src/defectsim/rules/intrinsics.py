"""Operations that Python has no words for, in compiled functions."""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_LINE = 64
"""Bytes that a processor fetches together."""


def _cast(source: Any, target: Any, kind: ir.Type) -> Any:
    """Return the function that takes the bits of a number for those of one of another type."""

    @intrinsic
    def cast(_: Any, __: Any) -> Any:
        def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], kind)

        return target(source), generate

    return cast


bits_of = _cast(types.float64, types.int64, ir.IntType(64))
number_of = _cast(types.int64, types.float64, ir.DoubleType())


@intrinsic
def prefetch(_: Any, array: Any, index: Any) -> Any:
    """Fetch an item of an array, which will be needed soon, while others are computed."""

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        data = context.make_array(array)(context, builder, arguments[0]).data
        item = builder.bitcast(builder.gep(data, [arguments[1]]), cgutils.voidptr_t)
        whole = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, whole, whole, whole])
        fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        size = context.get_abi_sizeof(context.get_data_type(array.dtype))
        for offset in range(0, size, _LINE):
            line = builder.gep(item, [ir.Constant(ir.IntType(64), offset)])
            builder.call(fetch, [line, whole(0), whole(3), whole(1)])
        return context.get_dummy_value()

    return types.void(array, index), generate
