"""JSON of the nouns: the same bytes for the same values, a schema, and reading back.

Every document holds ``schema_version`` (MAJOR.MINOR) and ``kind`` (the noun). Keys are sorted,
chances and utilities have 4 decimals, other numbers 6 significant digits, and a number that is
not finite is refused: a result that cannot be told is a reason in words, never NaN.
"""

from __future__ import annotations

import dataclasses
import json
import math
import typing
from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar

from equipoise.core import nouns
from equipoise.core.errors import EquipoiseError, InputError

__all__ = [
    "DECIMALS",
    "SCHEMA_VERSION",
    "from_json",
    "json_schema",
    "noun_types",
    "to_json",
    "to_plain",
]

SCHEMA_VERSION = "1.0"
DECIMALS = 4
"""Of chances and of points of utility."""
SIGNIFICANT = 6

N = TypeVar("N")


def to_plain(value: object) -> Any:
    """Return `value` as dictionaries, lists, text and rounded numbers.

    Parameters
    ----------
    value : object
        A noun, or any nesting of tuples, numbers and text.

    Returns
    -------
    object
        What :func:`json.dumps` accepts.

    Raises
    ------
    EquipoiseError
        If a number is NaN or infinite.
    """
    return _plain(value, ())


def _plain(value: object, marks: tuple[object, ...]) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        hints = _marks(type(value))
        return {
            f.name: _plain(getattr(value, f.name), hints[f.name]) for f in dataclasses.fields(value)
        }
    if isinstance(value, tuple | list):
        return [_plain(item, marks) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item, marks) for key, item in sorted(value.items())}
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    return _rounded(float(typing.cast("float", value)), marks)


def _rounded(number: float, marks: tuple[object, ...]) -> float:
    if not math.isfinite(number):
        raise EquipoiseError("a result is not a finite number", got=str(number))
    if "chance" in marks or "points" in marks:
        return round(number, DECIMALS) + 0.0
    return float(f"{number:.{SIGNIFICANT}g}") + 0.0


@cache
def _marks(noun: type) -> dict[str, tuple[object, ...]]:
    """Collect the rounding marks (``Annotated`` metadata) of every field, at any depth."""
    hints = typing.get_type_hints(noun, include_extras=True)
    return {name: tuple(_annotations(hint)) for name, hint in hints.items()}


def _annotations(hint: object) -> list[object]:
    found = list(getattr(hint, "__metadata__", ()))
    for inner in typing.get_args(hint):
        found += _annotations(inner)
    return found


def to_json(value: object) -> str:
    """Return the document of a noun as JSON text, ending in a newline.

    Parameters
    ----------
    value : object
        A noun (its class name becomes ``kind``) or a plain dictionary.

    Returns
    -------
    str
        UTF-8 text with sorted keys.
    """
    plain = to_plain(value)
    if dataclasses.is_dataclass(value):
        plain = {"kind": type(value).__name__, **plain}
    document = {"schema_version": SCHEMA_VERSION, **plain}
    return json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def from_json(noun: type[N], text: str | bytes, *, where: str = "") -> N:
    """Read a noun back from its JSON document.

    Parameters
    ----------
    noun : type
        The class expected.
    text : str or bytes
        The document.
    where : str, optional
        File name for the message.

    Returns
    -------
    object
        An instance of `noun`.

    Raises
    ------
    InputError
        If the text is no document of this noun, or of a newer major version.
    """
    from pydantic import ValidationError

    try:
        document = json.loads(text)
        version = str(document.pop("schema_version"))
        major = int(version.split(".", maxsplit=1)[0])
        kind = document.pop("kind")
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise InputError("this is not an Equipoise document", where=where) from error
    if major > int(SCHEMA_VERSION.split(".", maxsplit=1)[0]):
        raise InputError(
            "this document is of a newer major version",
            where=where,
            got=version,
            allowed=f"up to {SCHEMA_VERSION}",
            todo="update Equipoise",
        )
    if kind != noun.__name__:
        raise InputError("another kind of document", where=where, got=kind, allowed=noun.__name__)
    try:
        return typing.cast("N", _adapter(typing.cast("Hashable", noun)).validate_python(document))
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InputError(first["msg"], where=f"{where} field {field}".strip()) from error


@cache
def _adapter(noun: Hashable) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(typing.cast("type", noun))


def noun_types() -> tuple[type, ...]:
    """Return every noun that has a document of its own, sorted by name."""
    found = [getattr(nouns, name) for name in nouns.__all__]
    return tuple(n for n in found if isinstance(n, type) and dataclasses.is_dataclass(n))


def json_schema(noun: type) -> dict[str, Any]:
    """Return the JSON Schema of a noun's document.

    Parameters
    ----------
    noun : type
        One of :func:`noun_types`.

    Returns
    -------
    dict
        JSON Schema, draft 2020-12, without ``schema_version`` and ``kind``.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "x-schema-version": SCHEMA_VERSION,
        **_adapter(noun).json_schema(),
    }
