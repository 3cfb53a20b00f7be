"""PHQ-9: nine self-rated depressive symptoms of the last two weeks.

What it measures: the sum of nine answers, each 0 (not at all) to 3 (nearly every day): 0 to 27.

Why in depression: the scale most used for screening and for following treatment. It tracks change
and does not diagnose. Guidelines ask for care that is steered by such a measure.

Method: the sum of the answers. At most two missing answers are replaced by the mean of the others;
item 9 (thoughts of death or self-harm) never is. Standard error: sd * sqrt(1 - reliability), times
sqrt(n / answered) where answers were replaced, since the error variance of a sum of n parallel
items that is scaled up from fewer grows in that proportion.

Limits: answers to one form on one day. A low score does not exclude danger; item 9 at 1 or more
asks for a conversation, whatever the total. The standard error is that of one population.

References
----------
kroenke2001, lowe2004, nhs_talking_therapies
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from equipoise import __version__
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from equipoise.core.nouns import Result, ScaleAnswers, Timeline

__all__ = ["SPEC", "measure"]

MEASURE: Final = "scales.phq9"
SCALE: Final = "phq9"

SPEC: Final = AssaySpec(
    id=MEASURE,
    title="PHQ-9",
    needs=("scale:phq9",),
    yields=(Yield(MEASURE, "{score}", 0, 27),),
    table="scales/scales",
    retest=MEASURE,
    references=("kroenke2001", "lowe2004", "nhs_talking_therapies"),
)


def measure(timeline: Timeline) -> tuple[Result, ...]:
    """Score every dated set of PHQ-9 answers.

    Parameters
    ----------
    timeline : Timeline
        One person's records.

    Returns
    -------
    tuple of Measurement or NotMeasured
        One result per set of answers, oldest first; one `NotMeasured` where there is none.
        Scores are in points (``{score}``).
    """
    if timeline.scales.status == "unknown":
        return (NotMeasured(MEASURE, "asked, but the answers are not known"),)
    if timeline.scales.value is None:
        return (NotMeasured(MEASURE, "not asked"),)
    answered = [a for a in timeline.scales.value if a.scale == SCALE]
    if not answered:
        return (NotMeasured(MEASURE, "no PHQ-9 in the record"),)
    scale = load_table(SPEC.table).row(id=SCALE)
    return tuple(_result(a, scale, timeline) for a in sorted(answered, key=lambda a: a.date))


def _result(answers: ScaleAnswers, scale: Row, timeline: Timeline) -> Result:
    error = scale.number("sd") * math.sqrt(1 - scale.number("reliability"))
    if answers.total is not None and not answers.items:
        return _reported(answers, error, timeline)
    reason = _refusal(answers.items, scale)
    if reason:
        return NotMeasured(MEASURE, reason, answers.date)
    total, widening = _prorated(answers.items)
    missing = answers.items.count(None)
    return Measurement(
        id=MEASURE,
        quantity=Quantity(total, "{score}", error * widening),
        date=answers.date,
        coverage=1 - missing / len(answers.items),
        flags=_flags(answers.items, scale),
        provenance=Provenance(
            inputs=timeline.sources,
            software=f"equipoise {__version__}",
            parameters=(
                ("items_missing", str(missing)),
                ("reliability", scale.text("reliability")),
                ("sd", scale.text("sd")),
            ),
        ),
    )


def _reported(answers: ScaleAnswers, error: float, timeline: Timeline) -> Measurement:
    """Return a total that the source reports without its answers."""
    return Measurement(
        id=MEASURE,
        quantity=Quantity(answers.total or 0, "{score}", error),
        date=answers.date,
        coverage=1,
        flags=("only the total is recorded: the answer on thoughts of death is not known",),
        provenance=Provenance(
            inputs=timeline.sources, software=f"equipoise {__version__}", parameters=()
        ),
    )


def _prorated(items: tuple[int | None, ...]) -> tuple[float, float]:
    """Return the total, scaled up for missing answers, and the factor that widens its error."""
    given = [item for item in items if item is not None]
    return sum(given) * len(items) / len(given), math.sqrt(len(items) / len(given))


def _refusal(items: tuple[int | None, ...], scale: Row) -> str | None:
    """Return why these answers cannot be scored, or None."""
    wanted = int(scale.number("items"))
    low, high = int(scale.number("item_minimum")), int(scale.number("item_maximum"))
    if len(items) != wanted:
        return f"{len(items)} answers where the scale has {wanted}"
    outside = [str(item) for item in items if item is not None and not low <= item <= high]
    if outside:
        return f"an answer of {', '.join(outside)}; allowed are {low} to {high}"
    if items[int(scale.number("suicide_item")) - 1] is None:
        return "item 9 (thoughts of death or self-harm) was left out: ask it again"
    missing, most = items.count(None), int(scale.number("missing_allowed"))
    if missing > most:
        return f"{missing} of {wanted} answers are missing; at most {most} may be"
    return None


def _flags(items: tuple[int | None, ...], scale: Row) -> tuple[str, ...]:
    number = int(scale.number("suicide_item"))
    asked = items[number - 1]
    found = []
    if asked:
        found.append(f"item {number} was answered {asked}: ask in person about thoughts of suicide")
    missing = items.count(None)
    if missing:
        found.append(f"{missing} of {len(items)} answers missing: total scaled up from the others")
    return tuple(found)
