"""What the import hook of `conftest.py` checks as tests run: arrays whose axes are named, and nothing else.

What a person gives with a wrong type is told so by messages of our own, and those have tests of their own.
"""

from collections.abc import Callable
from typing import TypeVar, get_args

from beartype import BeartypeConf, beartype
from jaxtyping import AbstractArray

Checked = TypeVar("Checked", bound=Callable[..., object])

INT_IS_FLOAT = BeartypeConf(is_pep484_tower=True)  # as it is to mypy


def checked(function: Checked) -> Checked:
    """The function with its arrays checked against their annotations: kind of number, axes, their lengths."""
    hints = function.__annotations__
    function.__annotations__ = {name: hint for name, hint in hints.items() if names_axes(hint)}
    return beartype(conf=INT_IS_FLOAT)(function) if function.__annotations__ else function


def names_axes(hint: object) -> bool:
    """Whether an annotation is, or holds, an array's with named axes."""
    if isinstance(hint, type) and issubclass(hint, AbstractArray):
        return True
    return any(names_axes(part) for part in get_args(hint))
