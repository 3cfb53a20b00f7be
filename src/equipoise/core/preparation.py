"""How a value was come by: what two values must share to be compared.

A scan is cleaned and brought into a space; a blood sample is measured by an assay, perhaps after a
fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from equipoise.core.nouns import Measurement

__all__ = ["assay_matters", "is_sampled", "is_scanned", "joined", "meal_matters", "preparation"]

_NAMES: Final = {
    "cleaning": "cleaning",
    "space": "space",
    "freesurfer": "FreeSurfer",
    "assay": "assay",
    "fasting": "fasting",
}
_ANSWERS: Final = {True: "yes", False: "no", None: ""}
_MISSING: Final = ("", "n/a", "None")
_SCANNED: Final = "mri."
_SAMPLED: Final = ("blood.", "stool.", "genes.")


def is_scanned(measure: str) -> bool:
    """Return whether a measure comes from a scanner, on which its value depends."""
    return measure.startswith(_SCANNED)


def is_sampled(measure: str) -> bool:
    """Return whether a measure comes from a sample, whose value may depend on the assay."""
    return measure.startswith(_SAMPLED)


def preparation(measurement: Measurement) -> str:
    """Return the cleaning and space, the major version of FreeSurfer, or the assay of a value.

    Parameters
    ----------
    measurement : Measurement
        A scan has parameters ``cleaning``, ``space`` or ``freesurfer`` in its provenance; a blood
        marker has its assay and, where a meal changes it, whether the person had fasted.

    Returns
    -------
    str
        Such as ``cleaning 36P, space MNI152NLin6Asym``; empty where nothing is recorded.
    """
    fasting = _ANSWERS[measurement.fasting] if meal_matters(measurement.id) else ""
    sample = {"assay": measurement.assay or "", "fasting": fasting}
    return joined({**dict(measurement.provenance.parameters), **sample})


def meal_matters(measure: str) -> bool:
    """Return whether a value depends on the last meal."""
    row = _analyte(measure)
    return row is not None and row.optional_text("fasting") is not None


def assay_matters(measure: str) -> bool:
    """Return whether values of different assays cannot be compared."""
    row = _analyte(measure)
    return row is not None and row.flag("by_assay")


def _analyte(measure: str) -> Row | None:
    return load_table("labs/analytes").find(measure=measure) if is_sampled(measure) else None


def joined(parameters: Mapping[str, str]) -> str:
    """Return the preparation that parameters name, in one order; empty without any."""
    known = [(title, parameters.get(name, "")) for name, title in _NAMES.items()]
    return ", ".join(f"{title} {value}" for title, value in known if value not in _MISSING)
