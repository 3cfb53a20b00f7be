"""How a scan was prepared before it was measured: what two values must share to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from equipoise.core.nouns import Measurement

__all__ = ["is_scanned", "joined", "preparation"]

_NAMES: Final = {"cleaning": "cleaning", "space": "space", "freesurfer": "FreeSurfer"}
_MISSING: Final = ("", "n/a", "None")
_SCANNED: Final = "mri."


def is_scanned(measure: str) -> bool:
    """Return whether a measure comes from a scanner, on which its value depends."""
    return measure.startswith(_SCANNED)


def preparation(measurement: Measurement) -> str:
    """Return the cleaning and space, or the major version of FreeSurfer, of a measurement.

    Parameters
    ----------
    measurement : Measurement
        With parameters ``cleaning``, ``space`` or ``freesurfer`` in its provenance.

    Returns
    -------
    str
        Such as ``cleaning 36P, space MNI152NLin6Asym``; empty where nothing is recorded.
    """
    return joined(dict(measurement.provenance.parameters))


def joined(parameters: Mapping[str, str]) -> str:
    """Return the preparation that parameters name, in one order; empty without any."""
    known = [(title, parameters.get(name, "")) for name, title in _NAMES.items()]
    return ", ".join(f"{title} {value}" for title, value in known if value not in _MISSING)
