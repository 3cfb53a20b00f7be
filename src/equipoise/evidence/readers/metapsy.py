"""The standard of the Metapsy databases of psychotherapy trials.

A Metapsy file is CSV with semicolons and decimal commas, often in latin-1. Two layouts are known,
and both are told by the names of their columns alone:

==================  ==========================================================  =================
layout              columns by which it is known                                what is taken
==================  ==========================================================  =================
effect sizes        study, condition_arm1, condition_arm2, .g, .g_se            Hedges' g, arm 1
                                                                                against arm 2
response rates      study, improved.ig, n.ig, improved.cg, n.cg, logrr,         log risk ratio of
                    se.logrr                                                    improvement
==================  ==========================================================  =================

An effect-size file holds a trial once for each outcome, instrument and time; where several rows
compare the same two conditions in one trial, one must be chosen, for example with
``--where primary_instrument=1``. The sign of ``.g`` is that of the file: below zero means a lower
score in arm 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from equipoise.evidence.readers.contrast_level import ContrastColumns, EstimateColumns
from equipoise.evidence.readers.sheet import Reading, open_sheet

__all__ = ["metapsy_contrast_columns", "metapsy_estimate_columns"]

EFFECT_SIZES: Final = ("study", "condition_arm1", "condition_arm2", ".g", ".g_se")
RESPONSE: Final = (
    *("study", "improved.ig", "n.ig", "improved.cg", "n.cg"),
    *("logrr", "se.logrr"),
)


def metapsy_contrast_columns(path: Path, reading: Reading) -> ContrastColumns | None:
    """Return the columns of the comparisons in a Metapsy file of effect sizes.

    Parameters
    ----------
    path : Path
        CSV file.
    reading : Reading
        What the user said about the file.

    Returns
    -------
    ContrastColumns or None
        None where the file is not of this layout.
    """
    if not _holds(path, reading, EFFECT_SIZES):
        return None
    study, one, two, te, se = EFFECT_SIZES
    return ContrastColumns(study, one, two, te, se)


def metapsy_estimate_columns(path: Path, reading: Reading) -> EstimateColumns | None:
    """Return the columns of the estimates in a Metapsy file of either layout.

    Parameters
    ----------
    path : Path
        CSV file.
    reading : Reading
        What the user said about the file.

    Returns
    -------
    EstimateColumns or None
        Hedges' g, or the log risk ratio of improvement; None where the file is of neither layout.
    """
    for names in (EFFECT_SIZES, RESPONSE):
        if _holds(path, reading, names):
            return EstimateColumns(yi=names[-2], sei=names[-1], study=names[0])
    return None


def _holds(path: Path, reading: Reading, names: tuple[str, ...]) -> bool:
    sheet = open_sheet(path, names, Reading(delimiter=reading.delimiter))
    return set(names) <= set(sheet.header)
