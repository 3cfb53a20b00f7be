"""What living with a treatment is like, in plain words from the tables."""

from __future__ import annotations

from markupsafe import Markup, escape

from equipoise.apps.report.language import pgettext
from equipoise.apps.report.names import cell, rows_of, treatment_title
from equipoise.apps.report.wording import tell
from equipoise.core.tables import Row

__all__ = ["living", "plain_name"]

TABLE = "treatments/living"


def living(treatment: str, question: str, *, taken: bool = False) -> Markup:
    """Return what the table says about a question; that nothing is known where it says nothing.

    Parameters
    ----------
    treatment : str
        Treatment id.
    question : str
        ``what``, ``effort``, ``stopping``, ``driving``, ``alcohol`` or ``pregnancy``.
    taken : bool, optional
        Whether the person takes it already: what is for beginners alone is not said then.

    Returns
    -------
    Markup
        Plain words; those of the treatment itself before those of its class.
    """
    own = _row(treatment, f"{question}_now") if taken else None
    row = own or _row(treatment, question)
    return tell("options.unknown") if row is None else escape(_text(row))


def plain_name(treatment: str) -> str:
    """Return the name of a treatment as a patient's page says it."""
    row = _row(treatment, "name")
    return treatment_title(treatment) if row is None else _text(row)


def _row(treatment: str, question: str) -> Row | None:
    for about in (treatment, cell("treatments/treatments", "drug_class", id=treatment)):
        if about is not None and (found := rows_of(TABLE, about=about, question=question)):
            return found[0]
    return None


def _text(row: Row) -> str:
    return pgettext(f"living.{row.text('about')}.{row.text('question')}", row.text("text"))
