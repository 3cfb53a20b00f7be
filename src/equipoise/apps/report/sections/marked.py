"""Titles with their safety mark, and what comes before anything that is said of a choice."""

from __future__ import annotations

from collections.abc import Iterable

from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.sections.answer import safety_mark
from equipoise.apps.report.wording import joined, say
from equipoise.core.casing import within
from equipoise.core.nouns import Dossier
from equipoise.predict.words import BIPOLAR

__all__ = ["flags_first", "marked", "marks_of"]


def marked(dossier: Dossier, treatment: str) -> str:
    """Return the title of an option within a sentence, with its safety mark if it has one.

    Parameters
    ----------
    dossier : Dossier
        For the verdicts.
    treatment : str
        Treatment id.

    Returns
    -------
    str
        ``bupropion (safety open)``.
    """
    return within(treatment_title(treatment)) + marks_of(dossier, (treatment,))


def marks_of(dossier: Dossier, treatments: Iterable[str]) -> str:
    """Return the safety marks of some options in one bracket, or nothing."""
    found = [mark for name in treatments if (mark := safety_mark(dossier, name))]
    return f" ({', '.join(within(mark) for mark in dict.fromkeys(found))})" if found else ""


def flags_first(dossier: Dossier) -> tuple[str, ...]:
    """Return that red flags come before what follows, and whom the rates are not of."""
    titles = [flag.title for flag in dossier.appraisal.red_flags]
    flags = (say("flags_first", flags=joined(titles)),) if titles else ()
    checks = dossier.appraisal.diagnosis_check
    bipolar = any(one.id == BIPOLAR and one.status == "abnormal" for one in checks)
    return (*flags, say("rates_unipolar")) if bipolar else flags
