"""Compare written plans over a year: what the command does and says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from equipoise import evidence, ingest, pipeline, profile
from equipoise.apps.decide.plan_file import PlanFile, read_plan
from equipoise.apps.report.names import treatment_title
from equipoise.core.casing import within
from equipoise.core.documents import SCHEMA_VERSION, to_plain
from equipoise.core.errors import InputError
from equipoise.core.nouns import Appraisal, Profile, Stage
from equipoise.core.steps import NoStore
from equipoise.core.tables import setting
from equipoise.predict.sequences import Year, compare_plans

__all__ = ["CompareAsked", "compare", "compare_text"]

HUNDRED = 100
AVERAGE = "people of this stage of whom nothing else is known"


@dataclass(frozen=True, slots=True)
class CompareAsked:
    """What the command was given: person or stage, people to simulate, weeks to follow."""

    person: Path | None
    stage: int | None
    people: int | None
    weeks: int | None


def compare(
    paths: Sequence[Path], asked: CompareAsked, settings: pipeline.RunSettings
) -> dict[str, Any]:
    """Return what some plans bring, as plain values.

    Parameters
    ----------
    paths : sequence of Path
        Plan files.
    asked : CompareAsked
        Person or stage, size of the simulation.
    settings : RunSettings
        Day, seed, acknowledgement.

    Returns
    -------
    dict
        Plans with the most weeks in remission first, and the first against each of the others.

    Raises
    ------
    InputError
        If a file, the person or a plan cannot be used.
    """
    _check_once(paths)
    files = [read_plan(path) for path in paths]
    person = _person(files, asked)
    state, appraisal, label = _who(person, asked.stage, settings)
    people = _people(asked.people)
    weeks = float(asked.weeks or setting("predict_year_weeks"))
    year = compare_plans(
        state,
        appraisal,
        evidence.load(),
        [one.plan for one in files],
        run=(settings.seed, people, weeks),
        acknowledged=settings.acknowledged_by is not None,
    )
    safety = _safety(appraisal, label, settings)
    return _document(year, label, appraisal.stage.used, (settings, people, weeks)) | {
        "safety": safety
    }


def _check_once(paths: Sequence[Path]) -> None:
    """Refuse a file that is given twice, under whichever name."""
    for place, path in enumerate(paths):
        if path.resolve() in {one.resolve() for one in paths[:place]}:
            raise InputError(
                "this plan is given twice", where=str(path), todo="name each plan once"
            )


def _person(files: Sequence[PlanFile], asked: CompareAsked) -> Path | None:
    """Return whose plans they are; all files must mean the same person."""
    named = [one.person for one in files if one.person is not None]
    if asked.person is not None:
        named = [asked.person]
    if named and asked.stage is not None:
        raise InputError("a person has a stage of their own", where="--stage", got=str(asked.stage))
    if len({path.resolve() for path in named}) > 1:
        raise InputError(
            "the plans name different people",
            where=", ".join(one.plan.where for one in files),
            todo="compare plans of one person, or name one with --person",
        )
    return named[0] if named else None


def _who(
    person: Path | None, stage: int | None, settings: pipeline.RunSettings
) -> tuple[Profile, Appraisal, str | None]:
    if person is None:
        used = stage or 0
        average = Appraisal((), (), Stage(used, used, used, False, ""), (), ())
        return profile.infer((), today=settings.today), average, None
    timeline = ingest.read_person(person, today=settings.today)
    dossier = pipeline.run_person(timeline, settings, store=NoStore())
    return dossier.profile, dossier.appraisal, dossier.label


def _safety(appraisal: Appraisal, label: str | None, settings: pipeline.RunSettings) -> list[str]:
    """Return what comes before every number: red flags, or that nobody's safety was looked at."""
    if label is None:
        return ["No person is given: contraindications and interactions were not looked at."]
    said = [f"{flag.grade.upper()}: {flag.title}." for flag in appraisal.red_flags]
    if appraisal.emergency:
        who = settings.acknowledged_by
        said.append(f"Acknowledged by {who}. The urgent pathway comes before any of these plans.")
    elif said:
        said.append("The safety steps of the plan come before any of these plans.")
    said += [
        f"Taken now, with a hard stop against it: {one.treatment}. It has to be reviewed first."
        for one in appraisal.current
    ]
    return said


def _people(asked: int | None) -> int:
    """Return an even number of people: each has a mirror image."""
    people = asked or int(setting("predict_compare_draws"))
    return people + people % 2


def _document(
    year: Year, label: str | None, stage: int, run: tuple[pipeline.RunSettings, int, float]
) -> dict[str, Any]:
    settings, people, weeks = run
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": "year",
        "label": label,
        "stage": stage,
        "date": settings.today,
        "seed": settings.seed,
        "people": people,
        "weeks": weeks,
        "plans": to_plain(year.plans),
        "comparisons": to_plain(year.comparisons),
        "limits": _limits(),
        "clinically_reviewed": False,
    }


def _limits() -> list[str]:
    least, errors = setting("predict_year_lead"), setting("predict_year_lead_errors")
    return [
        f"Plans less than {least:g} week or {errors:g} standard errors apart are called equal.",
        "Chances are set to published averages; a year of steps was never tested as a whole.",
        "The wait for a treatment is not known and counts as none; washouts are counted.",
        "A course that brought no remission counts as a failed step, drug or not.",
        "Weeks are counted from the response of those who remit; remission may come later.",
    ]


def compare_text(document: dict[str, Any]) -> str:
    """Return the words of a comparison.

    Parameters
    ----------
    document : dict
        From :func:`compare`.

    Returns
    -------
    str
        Each plan, then why the first stands before the others, or that they are equal.
    """
    who = f"person {document['label']}" if document["label"] else AVERAGE
    lines = [
        f"{document['weeks']:.0f} weeks, {document['people']} simulated years of {who}"
        f" (failed adequate drug trials: {document['stage']}), the same luck in every plan.",
        *document["safety"],
    ]
    for place, plan in enumerate(document["plans"], start=1):
        lines += ["", *_plan_lines(place, plan)]
    lines.append("")
    for one in document["comparisons"]:
        lines += [_verdict(one), f"  {one['why']}"]
    lines += ["", *document["limits"], "Not clinically reviewed."]
    return "\n".join(lines)


def _plan_lines(place: int, plan: dict[str, Any]) -> list[str]:
    well = plan["weeks_well"]
    low, high = well["ci80"]
    steps = ", then ".join(within(treatment_title(step)) for step in plan["steps"])
    return [
        f"{place}. {plan['title']}: {steps}",
        *(f"   {note}" for note in plan["notes"]),
        f"   Weeks in remission: {well['mean']:.1f} on average (simulation error"
        f" {plan['weeks_error']:.1f}); for 80 of {HUNDRED} people between {low:.0f} and"
        f" {high:.0f}.",
        f"   Of {HUNDRED} people {HUNDRED * plan['ever_well']:.0f} get well at least once;"
        f" courses left early {plan['dropouts']:.1f}, visits {plan['visits']:.0f} on average.",
        f"   {plan['ends']}",
    ]


def _verdict(one: dict[str, Any]) -> str:
    lead = f"{abs(one['lead']):.1f} weeks (standard error {one['lead_error']:.1f})"
    if one["verdict"] == "equal":
        return f"{one['a']} and {one['b']} are equal: they differ by {lead}."
    first, second = (one["a"], one["b"]) if one["verdict"] == "a" else (one["b"], one["a"])
    return f"{first} brings more weeks in remission than {second}, by {lead}."
