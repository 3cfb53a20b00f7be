"""What `equipoise target` prints and writes: methods side by side, verdict, places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from equipoise import __version__
from equipoise.apps.imaging.navigators.marker import STAMP
from equipoise.apps.report.wording import say
from equipoise.assays.mri.options import METHODS
from equipoise.assays.mri.target.f3 import FallBack, fall_back
from equipoise.core.documents import SCHEMA_VERSION, to_plain
from equipoise.core.nouns import NotMeasured, Quantity, Result, Target
from equipoise.core.nouns.target import TargetEstimate

__all__ = ["FALL_BACK", "MEASURE", "Asked", "Outcome", "target_document"]

MEASURE: Final = "mri.tms_target"
FALL_BACK: Final = "fall_back"
POSITIVE: Final = (
    "the point is where the correlation with the seed is most POSITIVE (--sign positive): the "
    "published targets are the most negative ones"
)
_MM: Final = 1
_R: Final = 3
_BENEFIT: Final = ("target_outcome", "target_distance", "target_limit")

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run was told: label and day, seed, space, methods, what the data say of themselves."""

    label: str | None
    date: str
    seed: int
    space: str
    methods: tuple[str, ...] = METHODS
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Parameters
    ----------
    target : Target or None
        The first target; None where there is none.
    reasons : tuple of str
        Why the verdict is what it is, what speaks against the point first.
    verdict : {"use", "use_with_caution", "fall_back"}
        ``fall_back`` where there is no target.
    """

    target: Target | None
    verdict: str
    reasons: tuple[str, ...]

    @staticmethod
    def of(results: tuple[Result, ...]) -> Outcome:
        """Return the outcome of what the assays measured."""
        target = next((one for one in results if isinstance(one, Target)), None)
        if target is not None:
            return Outcome(target, target.verdict, target.reasons)
        missing = (one for one in results if isinstance(one, NotMeasured) and one.id == MEASURE)
        reasons = tuple(dict.fromkeys(one.reason for one in missing))
        return Outcome(None, FALL_BACK, reasons or (say("target_none"),))


def target_document(results: tuple[Result, ...], asked: Asked) -> dict[str, Any]:
    """Return the answer as plain values.

    Parameters
    ----------
    results : tuple of Result
        What the assays measured.
    asked : Asked
        What the run was told.

    Returns
    -------
    dict
        ``methods``, ``verdict``, ``reason`` and what they rest on; lengths in mm to one decimal.
    """
    outcome = Outcome.of(results)
    target = outcome.target
    standard = fall_back() if target is None else fall_back(target.fall_back)
    known = {} if target is None else {one.method: one for one in target.estimates}
    places = () if target is None else target.places
    return {
        "schema_version": SCHEMA_VERSION,
        "label": asked.label,
        "date": asked.date,
        "seed": asked.seed,
        "version": __version__,
        "clinically_reviewed": False,
        "stamp": STAMP,
        "notices": list(asked.notices),
        "space": asked.space if target is None else target.space,
        "methods": {
            method: _method(known.get(method), outcome.reasons) for method in asked.methods
        },
        "chosen": None if target is None else target.chosen,
        "agreement_mm": None if target is None else _mm(target.agreement),
        "verdict": outcome.verdict,
        "reason": "; ".join(outcome.reasons),
        "reasons": list(outcome.reasons),
        "against": 0 if target is None else target.against,
        "places": [_place(one.space, one.point, one.how) for one in places],
        "benefit": [say(name) for name in _BENEFIT],
        "fall_back": _standard(standard),
        "flags": [] if target is None else _flags(target),
        "coverage": None if target is None else round(target.coverage, _R),
        "provenance": None if target is None else to_plain(target.provenance),
    }


def _flags(target: Target) -> list[str]:
    """Return the flags, before them the sign that was asked for where it is not the usual one."""
    signs = {one.sign for one in target.estimates}
    return [*((POSITIVE,) if "positive" in signs else ()), *target.flags]


def _method(estimate: TargetEstimate | None, reasons: tuple[str, ...]) -> dict[str, Any]:
    """Return one method; without a point its place is null and a reason is given."""
    if estimate is None:
        return {"xyz_mm": None, "reason": "; ".join(reasons)}
    return {
        "xyz_mm": _point(estimate.point),
        "reason": estimate.reason,
        "sign": estimate.sign,
        "r": _value(estimate.connectivity, _R),
        "r_standard_error": _error(estimate.connectivity, _R),
        "split_half_mm": _mm(estimate.split_half),
        "session_distance_mm": _mm(estimate.session_distance),
        "region50_mm": _point(estimate.axes50),
        "region95_mm": _point(estimate.axes95),
        "region_directions": [[round(n, _R) + 0.0 for n in axis] for axis in estimate.directions],
        "cluster_mm3": _mm(estimate.cluster_volume),
        "depth_mm": _value(estimate.depth, _MM),
        "depth_standard_error_mm": _error(estimate.depth, _MM),
        "group_distance_mm": _mm(estimate.group_distance),
        "f3_distance_mm": _mm(estimate.f3_distance),
    }


def _place(space: str, point: Point | None, how: str) -> dict[str, Any]:
    return {"space": space, "xyz_mm": _point(point), "how": how}


def _standard(standard: FallBack) -> dict[str, Any]:
    return {
        "id": standard.id,
        "title": standard.title,
        "measures": list(standard.measures),
        "steps": list(standard.steps),
        "tool": standard.tool,
        "note": standard.note,
        "reference": standard.reference,
    }


def _point(point: Point | None) -> list[float] | None:
    return None if point is None else [round(n, _MM) + 0.0 for n in point]


def _mm(value: float | None) -> float | None:
    return None if value is None else round(value, _MM)


def _value(quantity: Quantity | None, digits: int) -> float | None:
    return None if quantity is None else round(quantity.value, digits)


def _error(quantity: Quantity | None, digits: int) -> float | None:
    if quantity is None or quantity.standard_error is None:
        return None
    return round(quantity.standard_error, digits)
