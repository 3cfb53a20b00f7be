"""What safety says of the steps of a plan that somebody wrote, first of all that is said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from equipoise.core.avoided import avoided_options
from equipoise.core.casing import within
from equipoise.core.nouns import Appraisal, Treatment, YearPlan

__all__ = ["warned"]


def warned(
    plan: YearPlan, added: str | None, appraisal: Appraisal, known: Mapping[str, Treatment]
) -> YearPlan:
    """Return a plan with what the person's safety says of it before every other note.

    Parameters
    ----------
    plan : YearPlan
        As it was simulated.
    added : str or None
        The add-on that it holds beside its steps.
    appraisal : Appraisal
        Safety verdicts.
    known : mapping of str to Treatment
        For titles.

    Returns
    -------
    YearPlan
        What a rule says to avoid, what was not asked, what asks for care; then the other notes.
    """
    names = [*plan.steps, *([added] if added else [])]
    verdicts = {one.treatment: one.verdict for one in appraisal.verdicts}
    avoided = avoided_options(appraisal.verdicts)
    titles = {name: within(known[name].title) for name in names}
    to_avoid = [titles[name] for name in names if name in avoided]
    open_ = [titles[name] for name in names if verdicts.get(name) == "cannot_tell"]
    care = [
        titles[name] for name in names if verdicts.get(name) == "caution" and name not in avoided
    ]
    said = []
    if to_avoid:
        said.append(
            f"AVOID: a safety rule speaks against {', '.join(to_avoid)} in this person; such a step"
            " is for a specialist to decide."
        )
    if open_:
        said.append(f"Safety open, because facts are missing: {', '.join(open_)}.")
    if care:
        said.append(f"Caution: {', '.join(care)}.")
    return replace(plan, notes=(*said, *plan.notes)) if said else plan
