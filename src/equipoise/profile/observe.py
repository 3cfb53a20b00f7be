"""Which measurements count, and what each says on the scale of depressed patients."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import NormedMeasurement, NormUsed
from equipoise.core.preparation import is_sampled
from equipoise.core.tables import Row, load_table, setting
from equipoise.core.units import convert

__all__ = ["Observation", "observe", "select"]


@dataclass(frozen=True, slots=True)
class Observation:
    """One measurement as the model takes it.

    Parameters
    ----------
    measure : str
        Measure id.
    y : float
        Standardised among depressed patients, clipped.
    measurement_error, norm_error : float
        On the same scale.
    reliability : float
        Retest reliability.
    present : float
        Correlation with the present state, from the age of the value.
    coverage : float
        Above 0, at most 1.
    group : str or None
        Measurements of one group share an error.
    sample : str or None
        Blood values of one sample share what made its day unlike others.
    """

    measure: str
    y: float
    measurement_error: float
    norm_error: float
    reliability: float
    present: float
    coverage: float
    group: str | None
    sample: str | None = None


def select(
    measurements: tuple[NormedMeasurement, ...],
) -> tuple[tuple[NormedMeasurement, ...], tuple[tuple[str, str], ...]]:
    """Return the measurements that count, sorted by measure, and why the others do not.

    Parameters
    ----------
    measurements : tuple of NormedMeasurement
        In any order.

    Returns
    -------
    used : tuple of NormedMeasurement
        The latest usable one of each measure; a date without a day counts as its first day.
    aside : tuple of (measure, reason)
        One entry for each measure and reason.
    """
    known = {
        row.text("id"): row
        for row in load_table("measures/measures")
        if row.text("kind") != "target"
    }
    acute = _acute_samples(measurements, known)
    used: dict[str, NormedMeasurement] = {}
    aside: list[tuple[str, str]] = []
    older: Counter[str] = Counter()
    for item in sorted(measurements, key=_when):
        measure = item.measurement.id
        reason = _unusable(item, known.get(measure)) or acute.get(_of_sample(item, measure))
        if reason is not None:
            aside.append((measure, reason))
            continue
        older[measure] += measure in used
        used[measure] = item
    aside += [
        (measure, f"{count} older value{'s' if count > 1 else ''}: the latest one counts")
        for measure, count in older.items()
        if count
    ]
    return tuple(used[measure] for measure in sorted(used)), tuple(sorted(set(aside)))


def _when(item: NormedMeasurement) -> tuple[str, str, str, float]:
    date = item.measurement.date
    # By the first day that a vague date allows, as its age is counted from there.
    days = ("", "") if date is None else (str(earliest(date)), str(latest(date)))
    return (*days, item.measurement.id, item.measurement.quantity.value)


def _unusable(item: NormedMeasurement, measure: Row | None) -> str | None:
    if item.z is None:
        return item.reason or "it has no place on a norm"
    if measure is None:
        return "the table of measures knows no such measurement"
    if measure.text("kind") == "shown":
        return "no mechanism rests on it: it is shown and moves nothing"
    if item.measurement.date is None:
        return "it has no date, so how far it holds for the present cannot be told"
    if item.measurement.coverage <= 0:
        return "nothing of what it needs was covered"
    return _passing(item, measure)


_Sample = tuple[str | None, str | None]


def _mechanism(measure: str) -> str | None:
    row = load_table("mechanisms/loadings").find(measure=measure)
    return None if row is None else row.text("mechanism")


def _of_sample(item: NormedMeasurement, measure: str) -> _Sample:
    """Return the day and the mechanism of a value of a sample."""
    return (item.measurement.date, _mechanism(measure)) if is_sampled(measure) else (None, None)


def _acute_samples(
    measurements: tuple[NormedMeasurement, ...], known: dict[str, Row]
) -> dict[_Sample, str]:
    """Return why the other markers of a mechanism say nothing on a day of acute illness."""
    found: dict[_Sample, str] = {}
    for item in sorted(measurements, key=_when):
        name = item.measurement.id
        sample = _of_sample(item, name)
        if None in sample or name not in known or _passing(item, known[name]) is None:
            continue
        found[sample] = (
            f"taken on the day of {known[name].text('title')} as in an acute illness"
            f" ({item.measurement.date}), so it does not speak of the lasting state"
        )
    return found


def _passing(item: NormedMeasurement, measure: Row) -> str | None:
    """Return why a value says nothing of the lasting state, or None."""
    limit = measure.optional_number("lasting_maximum")
    if limit is None:
        return None
    one, unit = item.measurement, measure.text("unit")
    value = convert(one.quantity.value, one.quantity.unit, unit, quantity=one.id, where=one.id)
    if value <= limit:
        return None
    return (
        f"{value:g} {unit} ({one.date}) lies above {limit:g} {unit},"
        " so it does not speak of the lasting state"
    )


def observe(item: NormedMeasurement, today: IsoDate) -> Observation:
    """Return what a selected measurement says, standardised among depressed patients.

    Parameters
    ----------
    item : NormedMeasurement
        With z, date and coverage, as :func:`select` returns it.
    today : str
        The day of the run.

    Returns
    -------
    Observation
        ``y = (z - d) / v``, clipped. Where patients were never placed on the norm, d = 0, v = 1
        and an error is added.
    """
    one = item.measurement
    row = load_table("measures/measures").row(id=one.id)
    z = item.z or 0.0
    shift, scale, uncentred = _centring(item)
    norm = setting("norms_error")
    norm *= setting("norms_extrapolated_factor") if item.extrapolated else 1.0
    own = math.sqrt(max((item.z_standard_error or 0.0) ** 2 - norm**2, 0.0))
    clip = setting("profile_clip")
    group = row.optional_text("error_group")
    days = max((latest(today) - earliest(one.date or today)).days, 0)
    return Observation(
        measure=one.id,
        y=max(-clip, min(clip, (z - shift) * scale)),
        measurement_error=own * scale,
        norm_error=math.hypot(norm * scale, uncentred),
        reliability=row.number("reliability"),
        present=math.exp(-days / row.number("decay")),
        coverage=min(one.coverage, 1.0),
        group=None if is_sampled(one.id) else group,
        sample=f"{group} {one.date}" if is_sampled(one.id) and group else None,
    )


def _centring(item: NormedMeasurement) -> tuple[float, float, float]:
    """Return shift and scale of ``y = (z - shift) * scale``, and the error of not knowing them."""
    patients = load_table("norms/patients").find(measure=item.measurement.id)
    if patients is None or item.norm is None:
        return 0.0, 1.0, setting("profile_no_centre_error")
    shift, spread = patients.number("shift"), patients.number("spread")
    anchor = patients.optional_text("norm")
    if anchor is None:
        return shift, 1.0 / spread, (patients.optional_number("shift_error") or 0.0) / spread
    if load_table("norms/norms").find(id=item.norm.id) is None:
        # The site's own norm: no study places patients on it, and the published place holds
        # for the published norm alone.
        return 0.0, 1.0, setting("profile_no_centre_error")
    return (*_across(_norm(anchor), item.norm, shift, spread), 0.0)


def _across(anchor: Row, used: NormUsed, shift: float, spread: float) -> tuple[float, float]:
    """Carry a centre that was published on one norm over to the norm that was used."""
    row = _norm(used.id)
    centre = anchor.number("mean") + shift * anchor.number("sd")
    in_used = (centre - row.number("mean")) / row.number("sd")
    return in_used, row.number("sd") / (spread * anchor.number("sd"))


def _norm(name: str) -> Row:
    return load_table("norms/norms").row(id=name)
