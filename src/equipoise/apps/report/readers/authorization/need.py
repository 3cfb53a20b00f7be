"""Statement of medical need: facts of the record with their dates, and nothing else."""

from __future__ import annotations

from markupsafe import Markup, escape

from equipoise.apps.report.document import Block, Facts, Form, FormLine, Section, Text
from equipoise.apps.report.names import cell, measure_title, treatment_title
from equipoise.apps.report.plain import plain
from equipoise.apps.report.readers import record
from equipoise.apps.report.readers.authorization.choice import Choice, verdict_of
from equipoise.apps.report.readers.letter.findings import resistance, scale_words
from equipoise.apps.report.wording import sentence, tell
from equipoise.core.nouns import Dossier, OptionVerdict

__all__ = ["need_section"]

ENOUGH = frozenset({"response", "remission"})
BLANK_LINES = 4


def need_section(dossier: Dossier, choice: Choice) -> Section:
    """Return the statement of medical need."""
    pairs = (
        ("authorization.need_person", record.person(dossier)),
        ("letter.diagnosis_head", record.diagnosis(dossier)),
        ("letter.course_head", record.course(dossier)),
        ("letter.conditions_head", record.conditions(dossier)),
        ("authorization.need_severity", _severity(dossier, newest=True)),
        ("authorization.need_before", _severity(dossier, newest=False)),
        ("authorization.need_tried", _tried(dossier, therapy=False)),
        ("authorization.need_therapy", _tried(dossier, therapy=True)),
        ("letter.stage_head", resistance(dossier)),
        ("authorization.need_definition", _definitions(dossier)),
        ("letter.medicines_head", record.medicines(dossier)),
        ("letter.allergies_head", record.allergies(dossier)),
        ("letter.implants_head", record.implants(dossier)),
        ("authorization.need_safety", _safety(dossier, choice)),
    )
    facts = tuple((tell(head), words) for head, words in pairs if words)
    blank = FormLine(tell("authorization.need_blank"), lines=BLANK_LINES)
    blocks: tuple[Block, ...] = (
        Text(tell("authorization.need_lead")),
        Facts(facts, kind="lines"),
        Form("", (blank,)),
    )
    return Section("need", tell("authorization.need"), blocks)


def _severity(dossier: Dossier, *, newest: bool) -> Markup:
    """Return the newest totals, or the first ones of scales that were taken more than once."""
    found = [
        scale_words(t.measure, t.points[-1 if newest else 0])
        for t in sorted(dossier.trajectories, key=lambda t: measure_title(t.measure))
        if t.points and (newest or len(t.points) > 1)
    ]
    if not found:
        return tell("authorization.scales_none") if newest else Markup("")
    return Markup("; ").join(found) + "."


def _tried(dossier: Dossier, *, therapy: bool) -> Markup:
    found = [
        tell(
            "authorization.need_tried_item",
            treatment=record.named(treatment_title(one.trial.treatment)),
            dose=record.dose_words(one),
            outcome=record.outcome_words(one.trial),
            judged=tell(f"authorization.need_{record.judged(one)}"),
        )
        for one in record.trials(dossier)
        if _is_therapy(one.trial.treatment) == therapy
        and one.trial.outcome.known
        and (therapy or one.trial.outcome.value not in ENOUGH)
    ]
    if found:
        return Markup("; ").join(found) + "."
    return tell(f"authorization.need_{'therapy' if therapy else 'tried'}_none")


def _is_therapy(treatment: str) -> bool:
    return cell("treatments/treatments", "kind", id=treatment) == "therapy"


def _definitions(dossier: Dossier) -> Markup:
    found = [
        tell("authorization.need_definition_item", title=s.title, value=s.value.replace("_", " "))
        for s in dossier.appraisal.staging
        if s.id.startswith("trd_")
    ]
    return Markup("; ").join(found)


def _safety(dossier: Dossier, choice: Choice) -> Markup:
    lines = [_verdict(treatment, verdict_of(dossier, treatment)) for treatment in choice.treatments]
    return Markup("<br>").join(lines)


def _verdict(treatment: str, found: OptionVerdict | None) -> Markup:
    title = record.named(treatment_title(treatment))
    if found is None:
        return tell("authorization.safety_unchecked", treatment=title)
    reasons = Markup(" ").join(
        escape(sentence(plain(reason.text)))
        for reason in found.reasons
        if reason.verdict == found.verdict
    )
    return tell(f"authorization.safety_{found.verdict}", treatment=title, reasons=reasons)
