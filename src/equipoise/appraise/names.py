"""Ids in plain words."""

from __future__ import annotations

from equipoise.core.casing import within
from equipoise.core.tables import load_table

__all__ = ["in_words", "printed", "titled"]


def in_words(answer: str) -> str:
    """Return an answer of the record, such as ``no_response``, as it is read."""
    return answer.replace("_", " ")


def titled(table: str, key: str) -> str:
    """Return the title of a row; of an id that the table does not list, the id in words.

    Parameters
    ----------
    table : str
        Name of a table with the columns `id` and `title`.
    key : str
        The id.

    Returns
    -------
    str
        As it is read.
    """
    row = load_table(table).find(id=key)
    return in_words(key) if row is None else row.text("title")


def printed(treatment: str) -> str:
    """Return the printed name of a treatment or drug as it stands inside a sentence.

    Parameters
    ----------
    treatment : str
        Id of `treatments/treatments` or `drugs/drugs`.

    Returns
    -------
    str
        Its title, with a small first letter unless it is an abbreviation; of an id that no table
        lists, the id in words.
    """
    for table in ("treatments/treatments", "drugs/drugs"):
        row = load_table(table).find(id=treatment)
        if row is not None:
            return within(row.text("title"))
    return in_words(treatment)
