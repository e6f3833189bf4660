"""Operations that Python has no words for, in compiled functions."""

import struct
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from defectsim.core.functions import ROOT_HALF, ROUNDING

_LINE = 64
"""Bytes that a processor fetches together."""


_FLOAT, _WHOLE = ir.DoubleType(), ir.IntType(64)


def _minus_bits(subtracted: float, shift: int) -> Any:
    """Return the function that subtracts a number's bits from an argument's, and shifts them."""
    bits = struct.unpack("<q", struct.pack("<d", subtracted))[0]

    @intrinsic
    def minus_bits(_: Any, x: Any) -> Any:
        def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
            difference = builder.sub(builder.bitcast(arguments[0], _WHOLE), _WHOLE(bits))
            return builder.ashr(difference, _WHOLE(shift))

        return types.int64(types.float64), generate

    return minus_bits


whole_of = _minus_bits(ROUNDING, 0)
exponent_of = _minus_bits(ROOT_HALF, 52)


@intrinsic
def ldexp(_: Any, x: Any, power: Any) -> Any:
    """Multiply a number by 2**power, where neither is out of the range of normal numbers."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        added = builder.shl(arguments[1], _WHOLE(52))
        bits = builder.add(builder.bitcast(arguments[0], _WHOLE), added)
        return builder.bitcast(bits, _FLOAT)

    return types.float64(types.float64, types.int64), generate


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


@intrinsic
def store_apart(_: Any, array: Any, first: Any, apart: Any, values: Any) -> Any:
    """Store the items of a tuple, but the last, in an array: from an index on, `apart` places apart.

    A loop over a tuple is compiled to a jump for each item.
    """

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        data = context.make_array(array)(context, builder, arguments[0]).data
        index = arguments[1]
        for place in range(len(values) - 1):
            item = builder.gep(data, [index])
            builder.store(builder.extract_value(arguments[3], place), item)
            index = builder.add(index, arguments[2])
        return context.get_dummy_value()

    return types.void(array, types.int64, types.int64, values), generate
