"""From an annotation to the form its values take in a file."""

import types
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
import torch

from gatecast.artifact.forms import Arrays, Choice, Form, Maybe, Record, Scalar, Weights
from gatecast.artifact.odd import Id
from gatecast.artifact.several import Named, Row, Sequence
from gatecast.artifact.whitelist import KINDS, NAMES, fields_of

_DTYPES: dict[str, np.dtype[Any]] = {
    "Float": np.dtype(np.float64),
    "Float32": np.dtype(np.float32),
    "Int": np.dtype(np.int64),
    "Bool": np.dtype(np.bool_),
}


@cache
def form_of(hint: Any) -> Form:
    """The form of what is annotated so.

    Raises TypeError for an annotation that artifacts do not know: a defect of ours, found by the tests.
    """
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _either([one for one in inner if one is not type(None)], optional=type(None) in inner)
    if origin is Literal:
        return Choice(inner)
    if origin is np.ndarray:
        return Arrays(np.dtype(get_args(inner[1])[0]), None)
    if origin is tuple and inner[-1] is not Ellipsis:
        return Row(tuple(map(form_of, inner)))
    if origin in (tuple, list):
        return Sequence(origin, form_of(inner[0]))
    if origin is dict and inner[0] is str:
        return Named(form_of(inner[1]))
    return _single(hint)


def _single(hint: Any) -> Form:
    if hint in (bool, int, float, str):
        return Scalar(hint)
    if hint is object:
        return Id()
    if hint is torch.Tensor:
        return Weights()
    if hint in NAMES:
        return Record((hint,))
    if getattr(hint, "array_type", None) is np.ndarray:  # of jaxtyping, its axes named
        names = (getattr(axis, "name", None) for axis in hint.dims)
        return Arrays(_DTYPES[hint.__name__.partition("[")[0]], tuple(names))
    raise TypeError(f"artifacts do not know fields of {hint}")


def _either(kinds: list[Any], *, optional: bool) -> Form:
    forms = [form_of(kind) for kind in kinds]
    records = [form for form in forms if isinstance(form, Record)]
    if len(records) == len(forms):
        form: Form = Record(tuple(kind for one in records for kind in one.kinds))
    elif len(forms) == 1:
        form = forms[0]
    else:
        raise TypeError(f"artifacts do not know fields that are one of {kinds}")
    return Maybe(form) if optional else form


@cache
def forms_of(name: str) -> dict[str, Form]:
    """The forms of the fields of a whitelisted class, by their names, in order."""
    return {field: form_of(hint) for field, hint in fields_of(KINDS[name]).items()}
