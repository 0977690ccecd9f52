"""Eight numbers as one: a vector register as a Numba type. [kernel]

Code written with lanes reads like scalar code and works on eight parameter sets at once. The exact
filter of an ARMA process is bound by the latency of a division per step; eight filters side by side cost
hardly more than one, which is what makes a forward-difference Jacobian of the exact likelihood cheap.

    x = load(array, row)     eight neighbours of a C-ordered [rows, 8] array
    store(array, row, x)
    + − × ÷ between lanes, and with a float on either side

LLVM splits the register where the machine's own is narrower, so the numbers do not depend on the machine
beyond the rounding of fused multiplication.
"""
# mypy: disable-error-code="no-untyped-call, untyped-decorator, import-untyped"
# (Numba's extension interface and llvmlite carry no types)

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable

LANES = 8
_intrinsic: Any = intrinsic
_VECTOR = ir.VectorType(ir.DoubleType(), LANES)


class LanesType(types.Type):
    """Eight float64."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes{LANES}")


lanes_type = LanesType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: LanesType) -> None:
        super().__init__(manager, kind, _VECTOR)


def _pointer(context: Any, builder: Any, kind: Any, array: Any, row: Any) -> Any:
    data = context.make_array(kind)(context, builder, array).data
    start = builder.mul(row, ir.Constant(row.type, LANES))
    return builder.bitcast(builder.gep(data, [start]), _VECTOR.as_pointer())


def _splat(builder: Any, value: Any) -> Any:
    zero = ir.Constant(ir.IntType(32), 0)
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, zero)
    mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, one, mask)


@_intrinsic
def load(typing: Any, array: Any, row: Any) -> Any:  # noqa: ARG001 (Numba reads the names)
    """Row `row` of a C-ordered float64 array whose last axis is eight long; leading axes count as rows."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _pointer(context, builder, signature.args[0], arguments[0], arguments[1])
        return builder.load(address, align=8)

    return lanes_type(array, types.intp), generate


@_intrinsic
def store(typing: Any, array: Any, row: Any, value: Any) -> Any:  # noqa: ARG001
    """Write lanes into row `row` of a C-ordered float64 array whose last axis is eight long."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = _pointer(context, builder, signature.args[0], arguments[0], arguments[1])
        builder.store(arguments[2], address, align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes_type), generate


@_intrinsic
def splat(typing: Any, value: Any) -> Any:  # noqa: ARG001
    """The same number in every lane."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return _splat(builder, arguments[0])

    return lanes_type(types.float64), generate


@_intrinsic
def root(typing: Any, value: Any) -> Any:  # noqa: ARG001
    """Square root of every lane."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        kind = ir.FunctionType(_VECTOR, [_VECTOR])
        function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.sqrt.v{LANES}f64")
        return builder.call(function, arguments)

    return lanes_type(lanes_type), generate


@_intrinsic
def lane(typing: Any, value: Any, index: Any) -> Any:  # noqa: ARG001
    """The number in one lane."""
    del typing

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.extract_element(arguments[0], arguments[1])

    return types.float64(lanes_type, types.intp), generate


def _lower(operation: Callable[..., Any], instruction: str) -> None:
    def compute(builder: Any, left: Any, right: Any) -> Any:
        return getattr(builder, instruction)(left, right, flags=("contract",))

    @type_callable(operation)
    def _typed(context: Any) -> Any:
        del context

        def typer(left: Any, right: Any) -> Any:
            pair = (left, right)
            if lanes_type in pair and all(k == lanes_type or k == types.float64 for k in pair):
                return lanes_type
            return None

        return typer

    @lower_builtin(operation, LanesType, LanesType)
    def _both(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return compute(builder, *arguments)

    @lower_builtin(operation, LanesType, types.Float)
    def _left(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return compute(builder, arguments[0], _splat(builder, arguments[1]))

    @lower_builtin(operation, types.Float, LanesType)
    def _right(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return compute(builder, _splat(builder, arguments[0]), arguments[1])


_INSTRUCTIONS = (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
)
for _operation, _instruction in _INSTRUCTIONS:
    _lower(_operation, _instruction)
