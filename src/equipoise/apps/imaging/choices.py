"""What a user chooses about cleaning, methods and regions, checked and made into options."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

from equipoise.assays.mri.options import METHODS, Options
from equipoise.core.errors import InputError
from equipoise.core.tables import load_table

__all__ = ["SIGNS", "choose"]

ALL: Final = "all"
SIGNS: Final = ("negative", "positive")


def choose(
    *,
    method: str = ALL,
    sign: str = SIGNS[0],
    cleaning: str | None = None,
    censor_above: str | None = None,
    reference_map: Path | None = None,
    region: tuple[str, ...] = (),
) -> Options:
    """Return the choices of a run.

    Parameters
    ----------
    method : str
        ``all`` or one of the methods of the target.
    sign : str
        ``negative`` or ``positive``.
    cleaning : str or None
        Row of `circuits/cleaning`, in any case.
    censor_above : str or None
        Framewise displacement in mm, or ``none``.
    reference_map : Path or None
        NIfTI file with the weights of the reference map.
    region : tuple of str
        ``ID=FILE`` or ``ID=FILE:LABEL``.

    Returns
    -------
    Options
        For the assays.

    Raises
    ------
    InputError
        If a choice is not among those allowed.
    """
    return Options(
        cleaning=_cleaning(cleaning),
        censor_above=_censor(censor_above),
        methods=METHODS if _one_of(method, "--method", (ALL, *METHODS)) == ALL else (method,),
        sign=_one_of(sign, "--sign", SIGNS),
        reference_map=_file(reference_map, "--reference-map"),
        regions=tuple(_region(text) for text in region),
    )


def _one_of(got: str, option: str, allowed: tuple[str, ...]) -> str:
    if got not in allowed:
        raise InputError("no such choice", where=option, got=got, allowed=", ".join(allowed))
    return got


def _cleaning(name: str | None) -> str | None:
    if name is None:
        return None
    known = {row.text("id").casefold(): row.text("id") for row in load_table("circuits/cleaning")}
    if name.casefold() not in known:
        raise InputError(
            "no such cleaning", where="--cleaning", got=name, allowed=", ".join(known.values())
        )
    return known[name.casefold()]


def _censor(text: str | None) -> float | None:
    if text is None:
        return None
    if text.casefold() == "none":
        return math.inf
    try:
        limit = float(text)
    except ValueError:
        limit = math.nan
    if not limit > 0:
        raise InputError(
            "this is no displacement",
            where="--censor-above",
            got=text,
            allowed="mm above 0, or none",
        )
    return limit


def _file(path: Path | None, option: str) -> str | None:
    if path is None:
        return None
    if not path.is_file():
        raise InputError("the file is missing", where=f"{option} {path.name}")
    return str(path)


def _region(text: str) -> tuple[str, str, int]:
    name, equals, rest = text.partition("=")
    file, colon, label = rest.rpartition(":")
    # A drive letter is no label: what follows the colon has to be a number.
    if not colon or not label.isdigit():
        file, label = rest, "0"
    if not equals or not name or not file:
        raise InputError(
            "this is no region", where="--region", got=text, allowed="ID=FILE or ID=FILE:LABEL"
        )
    if load_table("regions/regions").find(id=name) is None:
        raise InputError(
            "no such region",
            where="--region",
            got=name,
            allowed="ids of the table regions/regions",
        )
    if not Path(file).is_file():
        raise InputError("the file is missing", where=f"--region {name}={Path(file).name}")
    return name, file, int(label)
