"""Compare plans that somebody wrote down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

from equipoise.core.errors import InputError
from equipoise.core.nouns import Appraisal, EvidenceBase, Profile, Treatment
from equipoise.core.tables import setting
from equipoise.predict.history.record import history_of
from equipoise.predict.history.standing import tried_of
from equipoise.predict.scores import scores_of
from equipoise.predict.sequences.build import build_world
from equipoise.predict.sequences.given import Given
from equipoise.predict.sequences.ground import Ground, ground_of
from equipoise.predict.sequences.report import compare_all, report
from equipoise.predict.sequences.warned import warned
from equipoise.predict.sequences.washouts import between
from equipoise.predict.sequences.year import Year
from equipoise.predict.settings import load_settings
from equipoise.predict.slopes import ESTABLISHED, about_the_person
from equipoise.predict.words import withheld_because

__all__ = ["PlanAsked", "compare_plans", "given_of_person"]

FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """A plan as it was written.

    Parameters
    ----------
    title : str
        What it is called.
    steps : tuple of str
        Treatments in order, each taken by those who still need one.
    augment_with : str or None
        Added to an antidepressant that brought a response without remission.
    where : str
        File, for messages.
    """

    title: str
    steps: tuple[str, ...]
    augment_with: str | None
    where: str


def compare_plans(
    profile: Profile,
    appraisal: Appraisal,
    evidence: EvidenceBase,
    plans: Sequence[PlanAsked],
    *,
    run: tuple[int, int, float],
    acknowledged: bool = False,
) -> Year:
    """Simulate some plans for one person, with the same luck in each.

    Parameters
    ----------
    profile : Profile
        State of the mechanisms.
    appraisal : Appraisal
        Stage, safety verdicts, what was tried.
    evidence : EvidenceBase
        Rates at every stage.
    plans : sequence of PlanAsked
        At least two.
    run : tuple of (seed, people, weeks)
        Seed, how many people are simulated, how long plans are followed.
    acknowledged : bool, optional
        Whether a clinician has acknowledged an emergency.

    Returns
    -------
    Year
        Most weeks in remission first; the order in which they were given changes nothing.

    Raises
    ------
    InputError
        If a plan breaks a rule of safety or order, or an emergency stands.
    """
    if appraisal.emergency and not acknowledged:
        raise InputError(
            withheld_because(appraisal).rstrip("."),
            todo="treat it first, or name the clinician who saw it with --acknowledge NAME",
        )
    if len(plans) < FEWEST:
        raise InputError(
            "there is nothing to compare", got=f"{len(plans)} plan", allowed="2 or more"
        )
    seed, people, weeks = run
    ground = ground_of(evidence, appraisal)
    known = {one.id: one for one in evidence.treatments}
    _check_titles(plans)
    for one in plans:
        _check(one, ground, known)
    given = given_of_person(profile, appraisal, evidence, seed)
    ordered = sorted(plans, key=lambda one: one.title)
    names = {name for one in ordered for name in (*one.steps, one.augment_with) if name}
    world = build_world(given, ground, sorted(names), people)
    asked = [
        (one.title, one.title, tuple(world.place(name) for name in one.steps)) for one in ordered
    ]
    adds = {one.title: one.augment_with for one in ordered if one.augment_with}
    added = {title: world.place(name) for title, name in adds.items()}
    found = [
        replace(one, plan=warned(one.plan, adds.get(one.plan.id), appraisal, known))
        for one in report(world, asked, weeks, ground, added)
    ]
    found.sort(key=lambda one: (-one.plan.weeks_well.mean, one.plan.id))
    return Year(tuple(one.plan for one in found), compare_all(found))


def given_of_person(
    profile: Profile, appraisal: Appraisal, evidence: EvidenceBase, seed: int
) -> Given:
    """Return what the years of a person are built from, in the established layer.

    Parameters
    ----------
    profile : Profile
        State of the mechanisms.
    appraisal : Appraisal
        Stage and what was tried.
    evidence : EvidenceBase
        Treatments, rates, moderations.
    seed : int
        Of the run.

    Returns
    -------
    Given
        Without wishes: plans that are written need no utility.
    """
    settings = load_settings()
    asked = [one.id for one in appraisal.covariates]
    rows = tuple(
        one for one in about_the_person(evidence.moderations, asked) if one.grade in ESTABLISHED
    )
    names = tuple(sorted({one.measure for one in rows}))
    kinds = {one.id: one.kind for one in evidence.treatments}
    return Given(
        evidence=evidence,
        moderations=rows,
        scores=scores_of(profile, names, settings, appraisal.covariates),
        tried=tried_of(history_of(appraisal, kinds), evidence, settings),
        settings=settings,
        seed=seed,
    )


def _check_titles(plans: Sequence[PlanAsked]) -> None:
    seen: dict[str, str] = {}
    for one in plans:
        if one.title in seen:
            raise InputError(
                "two plans have one title",
                where=f"{one.where}, title",
                got=f"{one.title}, as in {seen[one.title]}",
                todo="give each plan a title of its own",
            )
        seen[one.title] = one.where


def _check(plan: PlanAsked, ground: Ground, known: dict[str, Treatment]) -> None:
    """Refuse a plan that could not be carried out as it is written."""
    most = int(setting("predict_year_steps"))
    if not 0 < len(plan.steps) <= most:
        raise InputError(
            "a plan has steps",
            where=f"{plan.where}, steps",
            got=str(len(plan.steps)),
            allowed=f"1 to {most} treatments",
        )
    for place, name in enumerate(plan.steps):
        where = f"{plan.where}, step {place + 1}"
        _check_option(name, where, ground, known)
        if name in plan.steps[:place]:
            raise InputError(
                "a treatment stands twice", where=where, got=name, todo="leave one of the two out"
            )
        before = [known[one] for one in plan.steps[:place]]
        _check_place(known[name], before, where, ground)
    if plan.augment_with is not None:
        _check_addition(plan, ground, known)


def _check_option(name: str, where: str, ground: Ground, known: dict[str, Treatment]) -> None:
    if name not in known:
        near = get_close_matches(name, sorted(known), n=3) or ["an id of treatments/treatments"]
        raise InputError("no such treatment", where=where, got=name, allowed=", ".join(near))
    if name in ground.refused:
        raise InputError(ground.refused[name], where=where, got=name)


def _check_place(
    treatment: Treatment, before: Sequence[Treatment], where: str, ground: Ground
) -> None:
    """Refuse a step before its failed drug trials, or an add-on without an antidepressant."""
    trials = ground.stage + sum(ground.counted(one) for one in before)
    floor = ground.floors[treatment.id]
    if trials < floor:
        raise InputError(
            "this treatment comes too early",
            where=where,
            got=f"{treatment.id} after at most {trials} failed drug trials",
            allowed=f"after {floor} or more",
        )
    if not ground.adjunct(treatment):
        return
    bases = [one for one in before if ground.base(one)]
    if not (bases or ground.taking):
        raise InputError(
            "an add-on needs an antidepressant before it",
            where=where,
            got=treatment.id,
            todo="put an antidepressant before it",
        )
    if bases and between().apart(bases[-1], treatment):
        raise InputError(
            f"it must not, or should not, be given beside {bases[-1].id}",
            where=where,
            got=treatment.id,
        )


def _check_addition(plan: PlanAsked, ground: Ground, known: dict[str, Treatment]) -> None:
    name, where = plan.augment_with or "", f"{plan.where}, augment_with"
    _check_option(name, where, ground, known)
    if not ground.adjunct(known[name]):
        raise InputError("this is no add-on to an antidepressant", where=where, got=name)
    if not (ground.taking or any(ground.base(known[one]) for one in plan.steps)):
        raise InputError(
            "there is no antidepressant that it could be added to",
            where=where,
            got=name,
            todo="leave it out, or put an antidepressant among the steps",
        )
    if name in plan.steps:
        raise InputError("it is a step of the plan as well", where=where, got=name)
    bases = [known[one] for one in plan.steps if ground.base(known[one])]
    beside = [one.id for one in bases if between().apart(one, known[name])]
    if beside:
        raise InputError(
            f"it must not, or should not, be given beside {', '.join(beside)}",
            where=where,
            got=name,
        )
