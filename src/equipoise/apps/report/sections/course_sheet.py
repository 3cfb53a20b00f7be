"""Data-sheet lines of the person and the course: age, trials, drugs, stage, scales over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import cell, measure_limits, measure_title, treatment_title
from equipoise.apps.report.sections.line import NA, Line, normal_ends
from equipoise.core.answers import Answer
from equipoise.core.nouns import Dose, Dossier, Trajectory, TreatmentTrial, TrialAppraisal

__all__ = ["course_lines", "scale_row"]

EPISODE = "{episodes}"
NOT_KNOWN = {"not_asked": "not asked", "unknown": "asked, not known"}


def scale_row(measure: str, date: str) -> str:
    """Return the id of the line of one value of a scale: ``scale.phq9.2026-03-02``."""
    return f"{_scale(measure)}.{date}"


def _scale(measure: str) -> str:
    return f"scale.{measure.rpartition('.')[2]}"


def course_lines(dossier: Dossier) -> Iterator[Line]:
    """Return the numbers of a record and of its course, one line each."""
    yield from _person(dossier)
    yield from _trials(dossier)
    yield from _drugs(dossier)
    yield from _stages(dossier)
    for one in dossier.trajectories:
        yield from _course(one)


def _person(dossier: Dossier) -> Iterator[Line]:
    about = dossier.timeline.demographics
    age = about.age_years
    told = NA if age.value is None else n.exact(age.value)
    yield Line("person.age", "Age", told, "a", date=dossier.date, note=_missing(age))
    episode = dossier.timeline.episode.number
    told = NA if episode.value is None else str(episode.value)
    yield Line("episode.number", "Episode in the life", told, EPISODE, note=_missing(episode))
    for name, number in (
        ("measured", len(dossier.measurements)),
        ("not_measured", len(dossier.not_measured)),
    ):
        label = f"Measures {name.replace('_', ' ')}"
        yield Line(f"person.{name}", label, str(number), "{measures}", date=dossier.date)


def _missing(answer: Answer[float] | Answer[Dose] | Answer[int]) -> str:
    return NOT_KNOWN.get(answer.status, NA)


def _trials(dossier: Dossier) -> Iterator[Line]:
    waiting: dict[str, list[TrialAppraisal]] = defaultdict(list)
    for appraised in dossier.appraisal.trials:
        waiting[appraised.treatment].append(appraised)
    for number, trial in enumerate(dossier.timeline.treatments.or_else(()), start=1):
        left = waiting[trial.treatment]
        yield from _trial(f"trial.{number}", trial, left.pop(0) if left else None)


def _trial(stem: str, trial: TreatmentTrial, found: TrialAppraisal | None) -> Iterator[Line]:
    title, date = treatment_title(trial.treatment), trial.start.value or NA
    yield _dose(f"{stem}.dose", f"{title}, highest dose held", trial.dose, date)
    sessions = trial.sessions.value
    if sessions is not None:
        label = f"{title}, sessions"
        yield Line(f"{stem}.sessions", label, str(sessions), "{session}", date=date)
    if found is None:
        return
    for name, label, value in (
        ("weeks", "weeks, at least", found.weeks),
        ("weeks_most", "weeks, at most", found.weeks_most),
        ("full_course", "weeks of a full course", found.full_course),
    ):
        if value is not None:
            told = n.exact(value)
            yield Line(f"{stem}.{name}", f"{title}, {label}", told, "wk", date=date)
        elif name == "weeks":
            note = "; ".join(found.missing) or "dates not known"
            yield Line(f"{stem}.{name}", f"{title}, {label}", NA, "wk", date=date, note=note)


def _dose(name: str, label: str, dose: Answer[Dose], date: str) -> Line:
    if dose.value is None:
        return Line(name, label, NA, NA, date=date, note=_missing(dose))
    return Line(name, label, n.exact(dose.value.value), dose.value.unit, date=date)


def _drugs(dossier: Dossier) -> Iterator[Line]:
    for drug in dossier.timeline.drugs.or_else(()):
        label = f"{treatment_title(drug.drug)}, dose taken"
        yield _dose(f"drug.{drug.drug}.dose", label, drug.dose, drug.start.value or NA)


def _stages(dossier: Dossier) -> Iterator[Line]:
    stage = dossier.appraisal.stage
    unit, note = "{trials}", NA if stage.known else "no history was recorded"
    for name, label, number in (
        ("count", "Adequate trials without enough benefit, certain", stage.count),
        ("at_most", "Adequate trials without enough benefit, at most", stage.at_most),
        ("used", "Stage that the predictions rest on", stage.used),
    ):
        yield Line(f"stage.{name}", label, str(number), unit, date=dossier.date, note=note)
    for one in dossier.appraisal.staging:
        for name, score in (("score", one.score), ("score_at_most", one.score_at_most)):
            if score is not None:
                yield Line(
                    f"stage.{one.id}.{name}",
                    f"{one.title}, {name.replace('_', ' ')}",
                    n.exact(score),
                    "1",
                    date=dossier.date,
                    checked=one.checked,
                    source=one.reference,
                    note=one.value if name == "score" else one.at_most,
                )


def _course(one: Trajectory) -> Iterator[Line]:
    title, stem = measure_title(one.measure), _scale(one.measure)
    for point in one.points:
        error = point.standard_error
        yield Line(
            scale_row(one.measure, point.date),
            title,
            n.exact(point.value),
            "{score}",
            NA if error is None else n.exact(error),
            *normal_ends(point.value, error),
            date=point.date,
        )
    for name, value, unit in (
        ("change", one.change, "{score}"),
        ("percent_change", one.percent_change, "%"),
        ("reliable_change", one.reliable_change, "{score}"),
    ):
        if value is not None:
            label = f"{title}, {name.replace('_', ' ')}"
            note = one.verdict.replace("_", " ")
            yield Line(
                f"{stem}.{name}", label, n.exact(value), unit, source=one.reference, note=note
            )
    limits = measure_limits(one.measure)
    if limits is not None:
        source = cell("scales/scales", "reference", id=stem.removeprefix("scale.")) or NA
        for name, end in zip(("lowest", "highest"), limits, strict=True):
            label = f"{title}, {name} possible"
            yield Line(f"{stem}.{name}", label, n.exact(end), "{score}", source=source)
