"""What a page needs besides the results of the run: for whom, in which words, who releases it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Edition"]


@dataclass(frozen=True, slots=True)
class Edition:
    """One printing of a page.

    Parameters
    ----------
    t1w : Path or None
        The person's T1w image, for the slices of the target.
    released_by : str or None
        The clinician who hands the page of a person with an emergency flag to patient or family.
    treatment : str or None
        The treatment that a packet asks for; None for every one that a rule was read for.
    notices : tuple of str
        Sentences added to those of the run ("made with other tables than the run").
    """

    t1w: Path | None = None
    released_by: str | None = None
    treatment: str | None = None
    notices: tuple[str, ...] = ()
