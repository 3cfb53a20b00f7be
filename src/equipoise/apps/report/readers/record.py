"""What colleagues and payers read of a record: diagnosis, trials, medicines, scales.

What was not asked is said in words, and every number stands in the data sheet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.figures import date, figure
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.names import (
    cell,
    from_id,
    measure_limits,
    measure_title,
    treatment_title,
)
from equipoise.apps.report.sections.course_sheet import scale_row
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import capital, tell
from equipoise.core.answers import Answer
from equipoise.core.dates import earliest
from equipoise.core.nouns import (
    Allergy,
    Condition,
    Dose,
    Dossier,
    DrugUse,
    Implant,
    SeriesPoint,
    TreatmentTrial,
    TrialAppraisal,
)

__all__ = [
    "Tried",
    "allergies",
    "conditions",
    "course",
    "diagnosis",
    "dose_words",
    "implants",
    "judged",
    "medicines",
    "named",
    "newest_scales",
    "outcome_words",
    "person",
    "scales_table",
    "spelled",
    "trials",
    "trials_table",
    "uncounted",
]

ADEQUATE: Final = {"yes": "adequate_yes", "no": "adequate_no", "cannot_tell": "adequate_open"}
OTHERS: Final = "others_not_asked"
"""Stands among the implants of a bundle for those that nobody asked for."""
NOT_KNOWN: Final = {"not_asked": "not_asked", "unknown": "not_known"}


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial with its appraisal; `row` begins the ids of its lines in the data sheet."""

    row: str
    trial: TreatmentTrial
    found: TrialAppraisal | None


def trials(dossier: Dossier) -> tuple[Tried, ...]:
    """Return every trial, the earliest first, those without a start last."""
    waiting = list(dossier.appraisal.trials)
    found = []
    for number, trial in enumerate(dossier.timeline.treatments.or_else(()), start=1):
        at = next((i for i, one in enumerate(waiting) if one.treatment == trial.treatment), None)
        appraised = None if at is None else waiting.pop(at)
        found.append(Tried(f"trial.{number}", trial, appraised))
    return tuple(sorted(found, key=_began))


def _began(one: Tried) -> tuple[bool, str]:
    start = one.trial.start.value
    return start is None, "" if start is None else earliest(start).isoformat()


def named(text: str) -> Markup:
    """Return a name, drug or code kept apart from the direction of the text around it."""
    return element("bdi", escape(text))


def spelled(number: int) -> str:
    """Return a count as a word up to twelve, else in digits."""
    return n.count(number, " ", " ", spelled=True).strip()


def _words(name: str) -> str:
    return tell(f"letter.{name}")


def trials_table(dossier: Dossier, caption: str) -> DataTable | None:
    """Return the trials: drug, dose, weeks, adherence, outcome, adequate or not; None without."""
    found = trials(dossier)
    if not found:
        return None
    columns = (
        _("Treatment"),
        _("Dose"),
        _("Dates"),
        _("Weeks"),
        _("Taken"),
        _("Outcome"),
        _("Adequate"),
    )
    rows = tuple(_trial(one) for one in found)
    return DataTable(caption, columns, rows, widths=(18, 13, 28, 7, 9, 14, 11))


def _trial(one: Tried) -> tuple[str, ...]:
    return (
        treatment_title(one.trial.treatment),
        dose_words(one),
        _dates(one.trial),
        _weeks(one),
        _known(one.trial.adherence),
        outcome_words(one.trial),
        _words(judged(one)),
    )


def judged(one: Tried) -> str:
    """Return the id of the words for whether a trial was adequate."""
    return ADEQUATE[one.found.adequate] if one.found else "adequate_open"


def dose_words(one: Tried) -> Markup:
    """Return the highest dose that was held, or the number of sessions."""
    sessions = one.trial.sessions.value
    if one.trial.dose.value is None and sessions is not None:
        told = n.count(sessions, "session").removeprefix(f"{sessions} ")
        shown = figure(str(sessions), f"{one.row}.sessions", str(sessions))
        return Markup("{} {}").format(shown, told)
    return _dose(one.trial.dose, f"{one.row}.dose")


def _dose(dose: Answer[Dose], row: str) -> Markup:
    if dose.value is None:
        return tell(f"letter.{NOT_KNOWN[dose.status]}")
    shown = figure(n.measured(dose.value.value), row, n.exact(dose.value.value))
    return Markup("{} {}").format(shown, n.unit_words(dose.value.unit))


def _dates(trial: TreatmentTrial) -> Markup:
    start = date(trial.start.value) if trial.start.value else tell("letter.no_start")
    if trial.stop.value:
        return tell("letter.from_to", start=start, stop=date(trial.stop.value))
    return tell("letter.since" if trial.running else "letter.from_open", start=start)


def _weeks(one: Tried) -> Markup:
    """Return the fewest whole weeks that the dates allow."""
    if one.found is None or one.found.weeks is None:
        return tell("letter.not_known")
    weeks = one.found.weeks
    return figure(str(int(weeks)), f"{one.row}.weeks", n.exact(weeks))


def _known(answer: Answer[str]) -> str:
    return answer.value if answer.value is not None else _words(NOT_KNOWN[answer.status])


def outcome_words(trial: TreatmentTrial) -> str:
    """Return what came of a trial, with the reason for its end where side effects ended it."""
    told = trial.outcome.value
    words = told.replace("_", " ") if told else _words("outcome_not_known")
    if trial.stopped_for.value == "side_effects":
        return f"{words}; {_words('for_side_effects')}"
    return words


def diagnosis(dossier: Dossier) -> Markup:
    """Return the diagnosis of the episode with its specifiers."""
    episode = dossier.timeline.episode
    if episode.diagnosis.value is None:
        return tell(f"letter.{NOT_KNOWN[episode.diagnosis.status]}")
    parts = [tell("letter.diagnosis", code=named(episode.diagnosis.value))]
    specifiers = [one.replace("_", " ") for one in episode.specifiers.or_else(())]
    if specifiers:
        parts.append(escape("; ".join(specifiers)))
    return Markup("; ").join(parts)


def course(dossier: Dossier) -> Markup:
    """Return since when the episode lasts and which one in the life it is."""
    episode, parts = dossier.timeline.episode, []
    if episode.onset.value is None:
        parts.append(tell("letter.onset_open"))
    else:
        parts.append(tell("letter.onset", date=date(episode.onset.value)))
    if episode.number.value is None:
        parts.append(tell("letter.number_open"))
    else:
        number = spelled(episode.number.value)
        parts.append(tell("letter.number", episode=number))
    return Markup(" ").join(parts)


def conditions(dossier: Dossier) -> Markup:
    """Return the other diagnoses; those that are over stand last, as they may still matter."""
    held = dossier.timeline.conditions
    if not held.known:
        return tell(f"letter.{NOT_KNOWN[held.status]}")
    found = sorted(held.or_else(()), key=lambda c: c.status == "resolved")
    if not found:
        return tell("letter.none_recorded")
    return _list(f"{_coded(dossier, c)} ({_words(f'condition_{c.status}')})" for c in found)


def _coded(dossier: Dossier, one: Condition) -> str:
    """Return the code; one that no table reads in the words of its source, as nobody knows it."""
    if one.system.startswith("icd10"):
        return one.code
    stem = f"{one.system} {one.code} "
    told = (entry.what for entry in dossier.timeline.unmapped if entry.what.startswith(stem))
    return next(told, one.code)


def person(dossier: Dossier) -> Markup:
    """Return age and sex."""
    about = dossier.timeline.demographics
    age, sex = about.age_years.value, about.sex.value
    if age is None:
        told = tell("authorization.age_open")
    else:
        shown = figure(f"{age:.0f}", "person.age", n.exact(age))
        told = tell("authorization.age", age=shown)
    return told + ", " + (escape(sex) if sex else tell("authorization.sex_open"))


def implants(dossier: Dossier) -> Markup:
    """Return implants and metal with their place; what was not asked is said."""
    held = dossier.timeline.implants
    if not held.known:
        return _with_unread(dossier, "implant", tell(f"letter.{NOT_KNOWN[held.status]}"))
    own = [one for one in held.or_else(()) if one.kind != OTHERS]
    told = _list(_implant(one) for one in own) if own else tell("letter.none_recorded")
    if len(own) < len(held.or_else(())):
        told = Markup("{}. {}").format(told, tell("letter.other_implants_open"))
    return _with_unread(dossier, "implant", told)


def _implant(one: Implant) -> str:
    place = one.site.value or _words("no_place")
    return f"{one.kind.replace('_', ' ')} ({place.replace('_', ' ')})"


def _with_unread(dossier: Dossier, kind: str, told: Markup) -> Markup:
    """Add what the record holds of a kind and no table could read: it must not get lost."""
    unread = dict.fromkeys(one.what for one in dossier.timeline.unmapped if one.hides == kind)
    if not unread:
        return told
    held = tell("letter.unread", entries=_list(unread))
    return Markup("{}. {}").format(told.rstrip("."), held)


def medicines(dossier: Dossier) -> Markup:
    """Return everything that is taken now, trials and other drugs."""
    timeline = dossier.timeline
    held = [_taken(one.trial.treatment, dose_words(one)) for one in trials(dossier) if _now(one)]
    held += [_other(use) for use in timeline.drugs.or_else(()) if use.stop.status != "given"]
    answers = (timeline.treatments, timeline.drugs)
    if not held and not any(answer.known for answer in answers):
        return _with_unread(dossier, "drug", tell("letter.not_asked"))
    told = Markup("; ").join(held) if held else tell("letter.none_recorded")
    if not timeline.drugs.known:
        told = Markup("{}. {}").format(told, tell("letter.other_drugs_open"))
    return _with_unread(dossier, "drug", told)


def _now(one: Tried) -> bool:
    kind = cell("treatments/treatments", "kind", id=one.trial.treatment)
    return one.trial.running and kind in {None, "drug", "augmentation"}


def _other(use: DrugUse) -> Markup:
    return _taken(use.drug, _dose(use.dose, f"drug.{use.drug}.dose"))


def _taken(drug: str, dose: Markup) -> Markup:
    return Markup("{} ({})").format(named(treatment_title(drug)), dose)


def allergies(dossier: Dossier) -> Markup:
    """Return allergies and intolerances with what happened."""
    held = dossier.timeline.allergies
    if not held.known:
        return _with_unread(dossier, "allergy", tell(f"letter.{NOT_KNOWN[held.status]}"))
    found = held.or_else(())
    told = _list(_allergy(one) for one in found) if found else tell("letter.none_recorded")
    return _with_unread(dossier, "allergy", told)


def _allergy(one: Allergy) -> str:
    reaction = f", {one.reaction.value}" if one.reaction.value else ""
    return f"{treatment_title(one.drug)} ({one.kind}{reaction})"


def _list(texts: Iterable[str]) -> Markup:
    return Markup("; ").join(named(text) for text in texts)


def newest_scales(dossier: Dossier) -> tuple[tuple[str, SeriesPoint], ...]:
    """Return the newest total of every scale, by name."""
    found = [(t.measure, t.points[-1]) for t in dossier.trajectories if t.points]
    return tuple(sorted(found, key=lambda pair: measure_title(pair[0])))


def scales_table(dossier: Dossier, caption: str) -> DataTable | None:
    """Return every total of every scale with its date, the newest first; None without any."""
    points = [(t.measure, point) for t in dossier.trajectories for point in t.points]
    points.sort(key=lambda pair: (pair[1].date, pair[0]), reverse=True)
    if not points:
        return None
    rows = tuple(
        (measure_title(measure), date(point.date), _total(measure, point), _most(measure))
        for measure, point in points
    )
    columns = (_("Scale"), _("Date"), _("Total"), _("Highest possible"))
    return DataTable(caption, columns, rows, widths=(40, 24, 16, 20))


def _total(measure: str, point: SeriesPoint) -> Markup:
    row = scale_row(measure, point.date)
    return figure(n.measured(point.value), row, n.exact(point.value))


def _most(measure: str) -> Markup:
    limits = measure_limits(measure)
    if limits is None:
        return tell("letter.not_known")
    stem = f"scale.{measure.rpartition('.')[2]}"
    return figure(n.measured(limits[1]), f"{stem}.highest", n.exact(limits[1]))


def uncounted(dossier: Dossier) -> tuple[str, ...]:
    """Return scales that have answers and no total, so that a table does not hide them."""
    counted = {t.measure.rpartition(".")[2] for t in dossier.trajectories if t.points}
    held = {one.scale for one in dossier.timeline.scales.or_else(())}
    return tuple(
        capital(cell("scales/scales", "title", id=name) or from_id(name))
        for name in sorted(held - counted)
    )
