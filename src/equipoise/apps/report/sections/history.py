"""What was tried: the treatment timeline, adequacy of each trial, stage."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts import timeline as chart
from equipoise.apps.report.charts.scales import Linear, TimeScale
from equipoise.apps.report.names import (
    measure_limits,
    measure_title,
    treatment_class,
    treatment_title,
)
from equipoise.apps.report.views import DataTable, Legend, PlotGroup, PlotRow, RowChart
from equipoise.apps.report.wording import capital, joined, say, sentence
from equipoise.core.dates import earliest, latest
from equipoise.core.nouns import Dossier, Trajectory, TreatmentTrial, TrialAppraisal

__all__ = ["History", "history"]

PHQ9: Final = "scales.phq9"
ADEQUATE: Final = {
    "yes": "adequate",
    "no": "not adequate",
    "cannot_tell": "adequacy not known",
}
LETTERS: Final = {
    "remission": "R",
    "response": "R",
    "partial_response": "P",
    "no_response": "N",
    "worse": "N",
}
LETTER_WORDS: Final = (
    "R: response or remission; P: partial; N: no response; S: stopped for side effects; "
    "…: still going on; ?: not known. Paler ends: the date is known by month or year"
)


@dataclass(frozen=True, slots=True)
class History:
    """Timeline chart, its table, and the stage in words."""

    title: str
    stage: tuple[str, ...]
    chart: RowChart | None
    table: DataTable | None
    empty: str


def history(dossier: Dossier) -> History:
    """Return what was tried before, and how it went."""
    answer = dossier.timeline.treatments
    trials = _paired(dossier)
    empty = {"not_asked": "history_none", "unknown": "history_unknown", "given": "history_empty"}
    return History(
        title=_title(dossier, bool(trials)),
        stage=_stage(dossier),
        chart=_chart(dossier, trials) if trials else None,
        table=_table(trials) if trials else None,
        empty="" if trials else say(empty[answer.status]),
    )


def _paired(dossier: Dossier) -> list[tuple[TreatmentTrial, TrialAppraisal | None]]:
    """Pair each trial with its appraisal, in the order of the record."""
    waiting: dict[str, list[TrialAppraisal]] = defaultdict(list)
    for appraised in dossier.appraisal.trials:
        waiting[appraised.treatment].append(appraised)
    pairs = [
        (trial, waiting[trial.treatment].pop(0) if waiting[trial.treatment] else None)
        for trial in dossier.timeline.treatments.or_else(())
    ]
    classes: dict[str, dt.date] = {}
    for trial, _ in pairs:
        name = treatment_class(trial.treatment) or trial.treatment
        classes[name] = min(classes.get(name, dt.date.max), _start(trial))
    return sorted(
        pairs,
        key=lambda pair: (
            classes[treatment_class(pair[0].treatment) or pair[0].treatment],
            _start(pair[0]),
        ),
    )


def _start(trial: TreatmentTrial) -> dt.date:
    return dt.date.max if trial.start.value is None else earliest(trial.start.value)


def _title(dossier: Dossier, tried: bool) -> str:
    stage = dossier.appraisal.stage
    if not tried or not stage.known:
        return "What was tried before"
    trials = n.count(stage.count, "adequate trial", spelled=True).capitalize()
    return f"{trials} without enough benefit in this episode"


def _stage(dossier: Dossier) -> tuple[str, ...]:
    stage = dossier.appraisal.stage
    used = f"The numbers rest on stage {stage.used}"
    if stage.known and stage.at_most > stage.count:
        used += f"; with the trials that cannot be judged it could be stage {stage.at_most}"
    return tuple(text for text in (f"{used}.", stage.note) if text)


def _chart(
    dossier: Dossier, trials: list[tuple[TreatmentTrial, TrialAppraisal | None]]
) -> RowChart:
    today = latest(dossier.date)
    course = next((t for t in dossier.trajectories if t.measure == PHQ9 and t.points), None)
    dates = [_start(trial) for trial, _ in trials if trial.start.value is not None]
    dates += [earliest(point.date) for point in course.points] if course else []
    scale = chart.time_scale(dates, today)
    groups = [PlotGroup(None, tuple(_row(scale, trial, found) for trial, found in trials))]
    if course:
        groups.append(PlotGroup(None, (_score_row(scale, course),)))
    pressed = "The shaded part at the left is older and pressed together." if scale.split else ""
    return RowChart(
        id="timeline",
        title="Treatments by date",
        summary=_summary(trials),
        label_head="Treatment",
        axis_title="month and year",
        value_head="How it ended",
        axis=chart.time_axis(scale),
        groups=tuple(groups),
        legend=_legend(),
        caption=f"{LETTER_WORDS}. {pressed}".strip(),
    )


def _legend() -> tuple[Legend, ...]:
    return tuple(Legend(chart.legend_bar(look), words) for look, words in ADEQUATE.items())


def _summary(trials: list[tuple[TreatmentTrial, TrialAppraisal | None]]) -> str:
    adequate = sum(found is not None and found.adequate == "yes" for _, found in trials)
    return (
        f"Timeline of {n.count(len(trials), 'trial')}, of which {adequate} adequate. "
        "All dates and reasons stand in the table below."
    )


def _row(scale: TimeScale, trial: TreatmentTrial, found: TrialAppraisal | None) -> PlotRow:
    look = found.adequate if found else "cannot_tell"
    letter, ended = _ending(trial)
    return PlotRow(
        label=treatment_title(trial.treatment),
        plot=chart.bar(scale, trial, look, letter),
        value=capital(ended),
        notes=(_dose(trial),),
        value_notes=(ADEQUATE[look].capitalize(), *_undated(trial)),
    )


def _undated(trial: TreatmentTrial) -> tuple[str, ...]:
    return () if trial.start.value else ("Dates not known: no bar",)


def _dose(trial: TreatmentTrial) -> str:
    if trial.dose.value is not None:
        dose = trial.dose.value
        return f"{n.measured(dose.value)} {n.unit_words(dose.unit)}".strip()
    if trial.sessions.value is not None:
        return n.count(trial.sessions.value, "session")
    return "dose not known"


def _ending(trial: TreatmentTrial) -> tuple[str, str]:
    outcome = trial.outcome.value
    words = outcome.replace("_", " ") if outcome else "outcome not known"
    letter = LETTERS.get(outcome or "", "?")
    if trial.stopped_for.value == "side_effects":
        return "S", f"{words}, stopped for side effects"
    if trial.stop.value is None and trial.ongoing.value is not False:
        return f"{letter} …" if outcome else "…", f"{words}, still going on"
    return letter, words


def _score_row(scale: TimeScale, course: Trajectory) -> PlotRow:
    low, high = measure_limits(PHQ9) or (0.0, max(p.value for p in course.points))
    points = tuple(sorted(course.points, key=lambda point: earliest(point.date)))
    first, last = points[0], points[-1]
    values = [n.measured(p.value) for p in (first, last)]
    return PlotRow(
        label=measure_title(PHQ9),
        plot=chart.score_line(scale, points, Linear(low, high)),
        value=" → ".join(values) if len(points) > 1 else values[0],
        notes=(f"{low:.0f} at the bottom, {high:.0f} at the top; lower is better",),
        value_notes=(f"Last {n.day(last.date)}", f"{n.P80} and {n.P95} measurement error"),
        kind="tall",
    )


def _table(trials: list[tuple[TreatmentTrial, TrialAppraisal | None]]) -> DataTable:
    rows = []
    for trial, found in trials:
        until = "still going on" if trial.stop.value is None else n.day(trial.stop.value)
        rows.append((
            treatment_title(trial.treatment),
            _dose(trial),
            f"{n.day(trial.start.value)} to {until}",
            n.weeks(found.weeks) if found else "not appraised",
            trial.adherence.value or "not known",
            _ending(trial)[1],
            ADEQUATE[found.adequate] if found else "not appraised",
            sentence(joined(found.reasons)) if found else "",
            joined(found.missing) if found and found.missing else "nothing",
        ))
    columns = (
        "Treatment",
        "Dose",
        "Dates",
        "At least",
        "Taken as agreed",
        "Outcome",
        "Adequate",
        "Why",
        "What would settle it",
    )
    return DataTable(
        "Every trial and how it was judged",
        columns,
        tuple(rows),
        widths=(13, 8, 13, 8, 8, 11, 10, 20, 9),
    )
