"""Our plan: a ladder of four rungs, dates with who does what, and what is tried then."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.document import Block, Bullets, Heading, Section, Text
from equipoise.apps.report.figures import date
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.readers.patient.naming import called, listed
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import tell
from equipoise.core.dates import IsoDate, earliest
from equipoise.core.nouns import Dossier, Step
from equipoise.core.tables import Row, load_table

__all__ = ["next_step", "plan_section", "step_words"]

DECIDE: Final = "decide"
TO_KNOW: Final = frozenset({
    "record_history",
    "settle_facts",
    "baseline_scale",
    "settle_diagnosis",
    "complete_check",
    "ask_about_current",
    "ask_suicide",
    "safety_watch",
})
FAIR_CHANCE: Final = frozenset({"optimise_current", "room_in_dose", "ask_about_current"})
GOING_ON: Final = frozenset({"continue_current", "maintain_usual", "maintain_long", "no_need"})
CHOOSING: Final = frozenset({"choose_next", "choose_later", "add_or_change", "ask_specialist"})
CHILD: Final = frozenset({"pregnant", "breastfeeding"})
SOONER: Final = ("worse", "restless", "energy", "effect", "dark")
LATER: Final = "choose_later"
FINDINGS: Final = "look_into_findings"
CHILD_ITEM: Final = "perinatal"
"""Item of the work-up that the plan tells in a sentence of its own."""


def plan_section(dossier: Dossier) -> Section:
    """Return the plan; while it is withheld, that it is made at the next visit."""
    blocks: list[Block] = [Text(tell("patient.plan_lead"))]
    if _shown(dossier):
        blocks += [
            Bullets(tuple(_ladder(dossier)), ordered=True, kind="steps"),
            *_with_a_child(dossier),
            _dates(dossier),
        ]
    else:
        blocks.append(Text(tell("patient.plan_none")))
    blocks += _then(dossier)
    blocks += [
        Heading(_("When to call sooner")),
        Text(tell("patient.sooner_lead")),
        Bullets(tuple(tell(f"patient.sooner_{one}") for one in SOONER)),
    ]
    return Section("plan", _("Our plan"), tuple(blocks), new_page=True)


def next_step(dossier: Dossier) -> Step | None:
    """Return the step that is looked at first; None where nothing is planned."""
    return min(_shown(dossier), key=_when, default=None)


def step_words(step: Step, dossier: Dossier) -> Markup:
    """Return what happens in a step, in the words of a patient."""
    if step.id == FINDINGS and (found := _stood_out(dossier)):
        return tell("patient.plan_stood_out", found=listed(found))
    return tell(f"steps.{step.id}", treatments=called(step.treatments) or _("what you take"))


def _shown(dossier: Dossier) -> list[Step]:
    steps = [step for step in dossier.plan.steps if (row := _row(step)) and row.flag("shown")]
    return [step for step in steps if step.id != FINDINGS or not _told_elsewhere(dossier)]


def _abnormal(dossier: Dossier) -> set[str]:
    return {c.id for c in dossier.appraisal.diagnosis_check if c.status == "abnormal"}


def _told_elsewhere(dossier: Dossier) -> bool:
    """Whether pregnancy or breastfeeding, which has its own sentence, is all that stood out."""
    return bool(_with_a_child(dossier)) and _abnormal(dossier) == {CHILD_ITEM}


def _stood_out(dossier: Dossier) -> list[Markup]:
    """Return what stood out by name; nothing where a part of it has no plain name."""
    abnormal = _abnormal(dossier)
    rows = [row for row in load_table("wording/measured") if abnormal & set(row.items("checks"))]
    named = {check for row in rows for check in row.items("checks")}
    names = [tell(f"measured.{row.text('id')}") for row in rows]
    return names if abnormal <= named else []


def _row(step: Step) -> Row | None:
    return load_table("wording/steps").find(id=step.id)


def _when(step: Step) -> tuple[str, int]:
    return earliest(step.review).isoformat(), step.order


def _ladder(dossier: Dossier) -> Iterator[Markup]:
    steps = {step.id: step for step in dossier.plan.steps}
    if TO_KNOW & steps.keys():
        yield tell("patient.ladder_know")
    present = next((steps[name] for name in FAIR_CHANCE if name in steps), None)
    if present is not None:
        yield tell("patient.ladder_give_chance", treatments=called(present.treatments))
    elif GOING_ON & steps.keys():
        yield tell("patient.ladder_go_on")
    elif CHOOSING & steps.keys() or TO_KNOW & steps.keys():
        yield tell("patient.ladder_choose")
    yield tell("patient.ladder_look")
    yield tell("patient.ladder_change")


def _with_a_child(dossier: Dossier) -> list[Block]:
    """Return what pregnancy or breastfeeding means for the choice, where the record tells it."""
    told = dossier.timeline.pregnancy.value
    if told is None or told.status not in CHILD:
        return []
    return [Text(tell(f"patient.plan_{told.status}"))]


def _dates(dossier: Dossier) -> DataTable:
    """Return what happens and who does it, under the day by which it is done."""
    steps = sorted(_shown(dossier), key=_when)
    rows = tuple((_who(step), step_words(step, dossier)) for step in steps)
    days = [(day, len(list(same))) for day, same in groupby(step.review for step in steps)]
    return DataTable(
        _("Dates of the plan"),
        (_("Who"), _("What")),
        rows,
        widths=(17, 83),
        groups=tuple((tell("patient.when_by", date=date(day)), many) for day, many in days),
    )


def _who(step: Step) -> Markup:
    return tell(f"patient.who_{load_table('wording/steps').row(id=step.id).text('who')}")


def _then(dossier: Dossier) -> list[Block]:
    if not _treats(dossier):
        return [Heading(_("What comes after that")), Text(tell("patient.then_later"))]
    decide = _decide_by(dossier)
    lead = tell("patient.then_lead_no_date") if decide is None else _looks(dossier, decide)
    ways = [tell("patient.then_dose"), tell("patient.then_switch")]
    ways += [
        tell(f"patient.then_{phase.id}")
        for phase in dossier.plan.phases
        if phase.state == "later" and _phase_known(phase.id)
    ]
    return [Heading(_("If it does not help enough")), Text(lead), Bullets(tuple(ways))]


def _looks(dossier: Dossier, decide: IsoDate) -> Markup:
    """Return when is looked whether it helps: once, or twice where the plan chooses before."""
    first = next((step.review for step in dossier.plan.steps if step.id == LATER), None)
    if first is None or earliest(first) >= earliest(decide):
        return tell("patient.then_lead", date=date(decide))
    twice = tell("patient.then_first", first=date(first))
    return Markup("{} {}").format(twice, tell("patient.then_second", date=date(decide)))


def _treats(dossier: Dossier) -> bool:
    """Whether the plan holds a treatment, or the choice of one."""
    steps = {step.id for step in _shown(dossier)}
    return not steps or bool(steps & {*FAIR_CHANCE, *GOING_ON, *CHOOSING, DECIDE})


def _decide_by(dossier: Dossier) -> IsoDate | None:
    return next((step.review for step in dossier.plan.steps if step.id == DECIDE), None)


def _phase_known(phase: str) -> bool:
    return load_table("wording/patient").find(id=f"then_{phase}") is not None
