"""Background: diagnosis, course, what was tried, medicines, allergies."""

from __future__ import annotations

from markupsafe import Markup

from equipoise.apps.report.document import Block, Facts, Section, Text
from equipoise.apps.report.readers import record
from equipoise.apps.report.wording import tell
from equipoise.core.nouns import Dossier

__all__ = ["background", "tried"]

NO_TRIALS = {"given": "trials_none", "not_asked": "trials_not_asked", "unknown": "trials_not_known"}


def background(dossier: Dossier) -> Section:
    """Return the background."""
    pairs = [
        ("diagnosis_course_head", _diagnosis(dossier)),
        ("conditions_head", record.conditions(dossier)),
        ("medicines_head", record.medicines(dossier)),
        ("allergies_head", record.allergies(dossier)),
        ("implants_head", record.implants(dossier)),
    ]
    state = dossier.timeline.pregnancy.value
    if state is not None:
        pairs.append(("pregnancy_head", record.named(state.status.replace("_", " "))))
    facts = tuple((tell(f"letter.{head}"), words) for head, words in pairs)
    blocks: tuple[Block, ...] = (
        Facts(facts, kind="lines"),
        tried(dossier, tell("letter.trials_caption")),
    )
    return Section("background", tell("letter.background"), blocks)


def _diagnosis(dossier: Dossier) -> Markup:
    """Return diagnosis and course on one line: the letter is one sheet."""
    return Markup("{}. {}").format(record.diagnosis(dossier), record.course(dossier))


def tried(dossier: Dossier, caption: str) -> Block:
    """Return the table of the trials, or why there is none."""
    table = record.trials_table(dossier, caption)
    if table is not None:
        return table
    return Text(tell(f"letter.{NO_TRIALS[dossier.timeline.treatments.status]}"))
