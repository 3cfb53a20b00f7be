"""Components of nuisance signal: those of aCompCor by tissue, those that tedana rejected."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.assays.mri.cleaning.columns import matching, read_columns
from equipoise.core.errors import RecordingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["acompcor", "denoised_notes", "rejected"]

_NUMBERED: Final = r"_comp_cor_\d+"
_TISSUES: Final = ("WM", "CSF")
_MIXING: Final = "desc-ICA_mixing.tsv"
_METRICS: Final = "desc-tedana_metrics.tsv"
_DENOISED: Final = ("desc-denoised_", "desc-optcomDenoised_")


def acompcor(
    columns: tuple[str, ...], count: int, path: str | None = None
) -> tuple[list[str], str | None]:
    """Choose the components of white matter and cerebrospinal fluid.

    Parameters
    ----------
    columns : tuple of str
        Header of the confounds file.
    count : int
        Components of each tissue.
    path : str, optional
        The confounds file; a JSON file of the same name tells the tissue of each component.

    Returns
    -------
    names : list of str
        Empty where the file holds fewer than `count`.
    note : str or None
        A flag where the tissues could not be told apart.

    Notes
    -----
    fMRIPrep from version 21 on names the tissue in the column (``w_comp_cor_00``,
    ``c_comp_cor_00``), earlier versions in the JSON file (``Mask``). Where neither tells, the
    first components of the combined mask are taken, twice `count` at most.
    """
    named = [matching(columns, (f"{tissue}{_NUMBERED}",))[:count] for tissue in ("w", "c")]
    if all(named):
        return [*named[0], *named[1]], None
    masks = {} if path is None else _masks(Path(path).with_suffix(".json"))
    plain = sorted(matching(columns, (f"a{_NUMBERED}",)))
    told = [[c for c in plain if masks.get(c) == tissue][:count] for tissue in _TISSUES]
    if all(told):
        return [*told[0], *told[1]], None
    combined = [c for c in plain if masks.get(c, "combined") == "combined"][: 2 * count]
    if len(combined) < count:
        return [], None
    return combined, (
        f"the components of white matter and cerebrospinal fluid could not be told apart: the "
        f"first {len(combined)} of the combined mask were taken"
    )


def _masks(path: Path) -> dict[str, str]:
    """Return the tissue of each component; empty where there is no readable JSON file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    entries = found.items() if isinstance(found, dict) else ()
    return {name: str(entry.get("Mask")) for name, entry in entries if isinstance(entry, dict)}


def rejected(mixing: str, volumes: int) -> tuple[list[str], list[NDArray[np.float64]], str | None]:
    """Read the components that tedana rejected.

    Parameters
    ----------
    mixing : str
        The mixing matrix, ``desc-ICA_mixing.tsv``; the table of components lies beside it.
    volumes : int
        Volumes of the image.

    Returns
    -------
    names : list of str
        Columns of the mixing matrix.
    values : list of ndarray, shape (volumes,)
        Their series.
    note : str or None
        A flag where there is no table of components.

    Raises
    ------
    RecordingError
        If a file is damaged, or the matrix has another number of rows than the image has volumes.
    """
    path = Path(mixing)
    table = path.with_name(path.name.replace(_MIXING, _METRICS))
    if table == path or not table.is_file():
        return [], [], _overstated(f"the table of components ({_METRICS}) is missing")
    metrics = read_columns(str(table), table.name, "table of components")
    if not {"Component", "classification"} <= set(metrics.names):
        raise RecordingError(
            "the table of components lacks columns",
            where=table.name,
            allowed="Component and classification",
        )
    verdicts = zip(metrics.texts("Component"), metrics.texts("classification"), strict=True)
    names = [component for component, verdict in verdicts if verdict.lower() == "rejected"]
    matrix = read_columns(mixing, path.name, "mixing matrix")
    _check(matrix.names, names, path.name)
    if len(matrix.rows) != volumes:
        raise RecordingError(
            "mixing matrix and image have different lengths",
            where=path.name,
            got=f"{len(matrix.rows)} rows for {volumes} volumes",
            allowed="one row for each volume",
        )
    return names, [matrix.numbers(name) for name in names], None


def _check(there: tuple[str, ...], wanted: list[str], name: str) -> None:
    absent = [component for component in wanted if component not in there]
    if absent:
        raise RecordingError(
            "the mixing matrix lacks rejected components", where=name, got=", ".join(absent)
        )


def denoised_notes(image: str, mixing: str | None) -> tuple[str, ...]:
    """Return a flag where tedana denoised an image and its mixing matrix is not there.

    Parameters
    ----------
    image : str
        Name of the image.
    mixing : str or None
        The mixing matrix.

    Returns
    -------
    tuple of str
        At most one sentence.
    """
    if mixing is None and any(part in image for part in _DENOISED):
        return (_overstated("the mixing matrix of tedana is missing"),)
    return ()


def _overstated(why: str) -> str:
    return (
        f"{why}: components that were removed from the image are not counted, and the degrees of "
        "freedom are overstated"
    )
