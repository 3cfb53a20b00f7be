"""Rating scales: one assay for each row of `scales/scales` that has a total.

What it measures: the total of a questionnaire or an interview, in the points of its scale.

Why in depression: guidelines ask for care that is steered by such a measure. The PHQ-9 is the one
that the plan steers by, so its absence is told; the other scales speak only where they were
answered. A triage (the C-SSRS screener) has no total and is no measure: its band is a red flag.

Method: `equipoise.core.scoring`: sums, sums of maxima, counts, by the tables. Missing answers are
replaced by the mean of the others only as far as the scale allows, and an item on suicidal
thoughts never is. Standard error: sd * sqrt(1 - reliability), times sqrt(n / answered) where
answers were replaced, since the error variance of a sum of n parallel items that is scaled up
from fewer grows in that proportion.

Limits: answers to one form on one day. A low score does not exclude danger, and an answer on
suicidal thoughts asks for a conversation, whatever the total. Where no source gives a reliability
the score stands without an error, says so, and moves nothing. The errors are those of one
population.

References
----------
kroenke2001, lowe2004, nhs_talking_therapies; for each scale the column `reference`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from equipoise import __version__
from equipoise.core.assay import AssaySpec, Yield
from equipoise.core.nouns import Measurement, NotMeasured, Provenance, Quantity
from equipoise.core.scale_rules import ScaleRules, read_scale
from equipoise.core.scoring import ScaleScore, score
from equipoise.core.tables import Row, load_table

if TYPE_CHECKING:
    from equipoise.core.nouns import Result, ScaleAnswers, Timeline

__all__ = ["SPECS", "measure"]

TABLE: Final = "scales/scales"
POINTS: Final = "{score}"  # noqa: RUF027 - an annotation of UCUM


def _spec(row: Row) -> AssaySpec:
    name = f"scales.{row.text('id')}"
    low, high = row.number("total_minimum"), row.number("total_maximum")
    return AssaySpec(
        id=name,
        title=row.text("title"),
        needs=(f"scale:{row.text('id')}",),
        yields=(Yield(name, POINTS, low, high),),
        table=TABLE,
        retest=name,
        references=row.items("reference"),
        expected=row.flag("asked_of_all"),
    )


SPECS: Final = tuple(
    _spec(row) for row in load_table(TABLE) if row.optional_number("total_maximum") is not None
)
"""One for each scale with a total, in table order."""


def measure(timeline: Timeline, spec: AssaySpec) -> tuple[Result, ...]:
    """Score every dated set of answers to one scale.

    Parameters
    ----------
    timeline : Timeline
        One person's records.
    spec : AssaySpec
        One of `SPECS`.

    Returns
    -------
    tuple of Measurement or NotMeasured
        One result per set of answers or reported total, oldest first. Where there is none: one
        `NotMeasured` for a scale that everybody is asked, else nothing. Scores are in points.
    """
    answered = [a for a in timeline.scales.or_else(()) if f"scales.{a.scale}" == spec.id]
    if answered:
        rules = read_scale(spec.id.partition(".")[2])
        sex = timeline.demographics.sex.value
        ordered = sorted(answered, key=lambda answers: answers.date)
        return tuple(_result(a, score(a, sex=sex), rules, timeline) for a in ordered)
    if not spec.expected:
        return ()
    if timeline.scales.status == "unknown":
        return (NotMeasured(spec.id, "asked, but the answers are not known"),)
    if timeline.scales.value is None:
        return (NotMeasured(spec.id, "not asked"),)
    return (NotMeasured(spec.id, f"no {spec.title} in the record"),)


def _result(
    answers: ScaleAnswers, found: ScaleScore, rules: ScaleRules, timeline: Timeline
) -> Result:
    name = f"scales.{rules.id}"
    if found.total is None:
        return NotMeasured(name, found.reason, answers.date)
    of_items = len(answers.items) or 1
    return Measurement(
        id=name,
        quantity=Quantity(found.total, POINTS, found.standard_error),
        date=answers.date,
        coverage=1 - len(found.missing) / of_items,
        flags=_flags(answers, found, rules),
        provenance=Provenance(
            inputs=timeline.sources,
            software=f"equipoise {__version__}",
            parameters=_parameters(answers, found),
        ),
    )


def _parameters(answers: ScaleAnswers, found: ScaleScore) -> tuple[tuple[str, str], ...]:
    """Return what the score and its error rest on, sorted by name."""
    used = [("items_missing", str(len(found.missing)))]
    if not answers.items:
        used = [("score", "reported total")]
    if found.standard_error is not None:
        row = load_table("scales/precision").row(scale=found.scale)
        used += [(column, row.text(column)) for column in ("reliability", "sd")]
    return tuple(sorted(used))


def _flags(answers: ScaleAnswers, found: ScaleScore, rules: ScaleRules) -> tuple[str, ...]:
    flags = [*_danger(answers, rules)]
    if not answers.items and not flags:
        flags.append("only the total is recorded")
    elif found.status == "prorated":
        many = f"{len(found.missing)} of {len(answers.items)} answers missing"
        flags.append(f"{many}: total scaled up from the others")
    if found.standard_error is None:
        flags.append("the standard error is not known: no source gives a reliability")
    return (*flags, *found.notes)


def _danger(answers: ScaleAnswers, rules: ScaleRules) -> tuple[str, ...]:
    """Return what the answer on thoughts of death or self-harm asks for."""
    item = rules.row.optional_number("suicide_item")
    if item is None:
        return ()
    if not answers.items:
        return ("only the total is recorded: the answer on thoughts of death is not known",)
    value = answers.items[int(item) - 1]
    if value is None or value < rules.row.number("suicide_from"):
        return ()
    return (f"item {item:g} was answered {value}: ask in person about thoughts of suicide",)
