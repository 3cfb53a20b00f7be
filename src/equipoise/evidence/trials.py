"""Single trials, arm by arm, from `tables/effects`.

A trial is a row of ``effects/studies`` with its arms in ``effects/arms``. A count stands there only
where the source prints it, or where it follows by arithmetic; a count that is not known is None.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from equipoise.core.errors import TableError
from equipoise.core.tables import Row, load_table
from equipoise.evidence.conversions import from_counts

__all__ = ["ArmContrast", "Trial", "TrialArm", "contrasts", "read_trials"]

COUNTS: Final = ("response", "remission", "dropout", "dropout_side_effects")


@dataclass(frozen=True, slots=True)
class TrialArm:
    """One arm of a trial.

    Parameters
    ----------
    treatment : str
        Id in ``treatments/treatments``.
    people : int
        Everyone randomised where known; else the people the source counts.
    response, remission, dropout, dropout_side_effects : int or None
        People with the outcome; None where the source does not say.
    note : str or None
        How a count was got.
    checked : str
        ``checked``, ``derived`` or ``recalled``.
    confidence : str
        ``high`` or ``medium``.
    references : tuple of str
        Keys of ``references/references``.
    """

    treatment: str
    people: int
    response: int | None
    remission: int | None
    dropout: int | None
    dropout_side_effects: int | None
    note: str | None
    checked: str
    confidence: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial with its arms.

    Parameters
    ----------
    id, title : str
        Name of the row and what was compared.
    programme : str
        Shared by trials of one place and protocol.
    stage : float
        Fewest failed adequate drug trials of the people at entry.
    stage_text : str
        The same as the source words it.
    weeks : float or None
        Time of the outcome; None where it is an event.
    blinding : str
        ``double``, ``rater`` or ``open``.
    anchor : bool
        Whether its absolute rates may stand for ordinary care.
    use : str
        ``joint`` if it enters the joint model, else ``shown``.
    why_shown : str or None
        Why it is only shown.
    scale_text : str
        Scale and cut of the outcomes.
    one_scale : bool
        Whether response and remission were counted on one scale.
    note : str or None
        What a reader must know.
    population, as_of, checked, confidence : str
        Whom it is about, last look, how sure.
    grade : str or None
        Evidence grade.
    references : tuple of str
        Keys of ``references/references``.
    arms : tuple of TrialArm
        Arms of known size, in file order.
    unsized : tuple of str
        Treatments of arms whose size is not known; only of trials that are shown.
    """

    id: str
    title: str
    programme: str
    stage: float
    stage_text: str
    weeks: float | None
    blinding: str
    anchor: bool
    use: str
    why_shown: str | None
    scale_text: str
    one_scale: bool
    note: str | None
    population: str
    as_of: str
    grade: str | None
    checked: str
    confidence: str
    references: tuple[str, ...]
    arms: tuple[TrialArm, ...]
    unsized: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ArmContrast:
    """What one pair of arms says about an outcome.

    Parameters
    ----------
    treatment, comparator : str
        Ids in ``treatments/treatments``.
    outcome : str
        ``response``, ``remission``, ``dropout`` or ``dropout_side_effects``.
    estimate, standard_error : float
        Log odds ratio; positive means more of the outcome on `treatment`.
    """

    treatment: str
    comparator: str
    outcome: str
    estimate: float
    standard_error: float


def read_trials() -> tuple[Trial, ...]:
    """Return the trials of `tables/effects`, sorted by id.

    Returns
    -------
    tuple of Trial
        Those for the joint model and those only shown.

    Raises
    ------
    TableError
        If an arm belongs to no trial or to no treatment, a trial has no arm, a count exceeds the
        people of its arm or stands without them, or a trial enters the joint model with an arm of
        unknown size or is shown without a reason.
    """
    treatments = {row.text("id") for row in load_table("treatments/treatments")}
    rows = sorted(load_table("effects/studies"), key=lambda row: row.text("id"))
    arms: dict[str, list[Row]] = {row.text("id"): [] for row in rows}
    for row in load_table("effects/arms"):
        _known(row, "study", arms, "effects/studies")
        _known(row, "treatment", treatments, "treatments/treatments")
        arms[row.text("study")].append(row)
    return tuple(_trial(row, arms[row.text("id")]) for row in rows)


def contrasts(trial: Trial, outcome: str) -> tuple[ArmContrast, ...]:
    """Return what each pair of arms says about an outcome, for display.

    Parameters
    ----------
    trial : Trial
        The trial.
    outcome : str
        ``response``, ``remission``, ``dropout`` or ``dropout_side_effects``. Who remits responds:
        where more remit than respond, the larger count is the response.

    Returns
    -------
    tuple of ArmContrast
        Pairs in file order, the earlier arm as treatment; a pair of which one count is not known
        is left out.
    """
    found = ((arm, _events(arm, outcome)) for arm in trial.arms)
    known = [(arm, events) for arm, events in found if events is not None]
    pairs = combinations(known, 2)
    return tuple(
        ArmContrast(
            arm.treatment,
            other.treatment,
            outcome,
            *from_counts(events, arm.people, other_events, other.people),
        )
        for (arm, events), (other, other_events) in pairs
    )


def _events(arm: TrialArm, outcome: str) -> int | None:
    counts: Mapping[str, int | None] = {name: getattr(arm, name) for name in COUNTS}
    events = counts[outcome]
    if outcome == "response" and events is not None:
        return max(events, arm.remission or 0)
    return events


def _known(row: Row, column: str, known: Container[str], table: str) -> None:
    if row.text(column) not in known:
        raise TableError(
            f"not in table {table}", where=f"{row.where}, column {column}", got=row.text(column)
        )


def _trial(row: Row, rows: list[Row]) -> Trial:
    if not rows:
        raise TableError("the trial has no arm", where=row.where, got=row.text("id"))
    sized = [arm for arm in rows if arm.optional_number("people") is not None]
    unsized = [arm for arm in rows if arm.optional_number("people") is None]
    _check_use(row, unsized)
    for arm in unsized:
        if any(arm.optional_number(column) is not None for column in COUNTS):
            raise TableError("a count without the people of the arm", where=arm.where)
    return Trial(
        id=row.text("id"),
        title=row.text("title"),
        programme=row.text("programme"),
        stage=row.number("stage"),
        stage_text=row.text("stage_text"),
        weeks=row.optional_number("weeks"),
        blinding=row.text("blinding"),
        anchor=row.flag("anchor"),
        use=row.text("use"),
        why_shown=row.optional_text("why_shown"),
        scale_text=row.text("scale_text"),
        one_scale=row.flag("one_scale"),
        note=row.optional_text("note"),
        population=row.text("population"),
        as_of=row.text("as_of"),
        grade=row.optional_text("grade"),
        checked=row.text("checked"),
        confidence=row.text("confidence"),
        references=row.items("reference"),
        arms=tuple(_arm(arm) for arm in sized),
        unsized=tuple(arm.text("treatment") for arm in unsized),
    )


def _check_use(row: Row, unsized: list[Row]) -> None:
    joint, reason = row.text("use") == "joint", row.optional_text("why_shown")
    if joint == (reason is not None):
        raise TableError(
            "a trial is shown with a reason, or enters the joint model without one",
            where=f"{row.where}, column why_shown",
            got=reason or "n/a",
        )
    if joint and unsized:
        raise TableError(
            "the trial enters the joint model, but an arm has no size",
            where=unsized[0].where,
            todo="give the people of the arm, or let the trial be shown",
        )


def _arm(row: Row) -> TrialArm:
    people = int(row.number("people"))
    response, remission, dropout, side_effects = (_count(row, name, people) for name in COUNTS)
    return TrialArm(
        treatment=row.text("treatment"),
        people=people,
        response=response,
        remission=remission,
        dropout=dropout,
        dropout_side_effects=side_effects,
        note=row.optional_text("note"),
        checked=row.text("checked"),
        confidence=row.text("confidence"),
        references=row.items("reference"),
    )


def _count(row: Row, column: str, people: int) -> int | None:
    value = row.optional_number(column)
    if value is None:
        return None
    if not 0 <= value <= people:
        raise TableError(
            "more people than the arm has",
            where=f"{row.where}, column {column}",
            got=str(value),
            allowed=f"0..{people}",
        )
    return int(value)
