"""How a value was come by: what two values must share to be compared.

A scan is cleaned and brought into a space; a blood sample is measured by an assay, perhaps after a
fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from equipoise.core.nouns import Measurement

__all__ = ["is_sampled", "is_scanned", "joined", "preparation"]

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
_SAMPLED: Final = ("blood.", "stool.", "saliva.")


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
        marker that depends on them has its assay and whether the person had fasted.

    Returns
    -------
    str
        Such as ``cleaning 36P, space MNI152NLin6Asym``; empty where nothing is recorded.
    """
    sample = {"assay": measurement.assay or "", "fasting": _ANSWERS[measurement.fasting]}
    return joined({**dict(measurement.provenance.parameters), **sample})


def joined(parameters: Mapping[str, str]) -> str:
    """Return the preparation that parameters name, in one order; empty without any."""
    known = [(title, parameters.get(name, "")) for name, title in _NAMES.items()]
    return ", ".join(f"{title} {value}" for title, value in known if value not in _MISSING)
