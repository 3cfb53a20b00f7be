"""Which tests can be ordered, and which of them were not yet done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from equipoise.core.prepared import prepared
from equipoise.core.tables import Table, load_table
from equipoise.predict.information.reading import still_told

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from equipoise.core.nouns import Appraisal, Profile
    from equipoise.predict.settings import Settings

__all__ = ["ALL", "Candidate", "as_one", "choice_tests", "open_parts", "whole_work_up"]

ALL: Final = "all"
CHOICE: Final = "choice"
KNOWN: Final = "known"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A test that serves the choice.

    Parameters
    ----------
    id, title : str
        Row of `measures/tests`.
    measures : tuple of str
        What it reads.
    covariates : tuple of str
        Clinical facts that it settles.
    findings : tuple of str
        Rows of `moderators/moderators` that concern it.
    cost_band, burden, wait : str or None
        What it costs, asks and how long it takes.
    """

    id: str
    title: str
    measures: tuple[str, ...]
    covariates: tuple[str, ...]
    findings: tuple[str, ...]
    cost_band: str | None
    burden: str | None
    wait: str | None


def choice_tests() -> tuple[Candidate, ...]:
    """Return the tests that serve the choice, in the order of the table."""
    return prepared(load_table("measures/tests"), _choices)


def _choices(table: Table) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            id=row.text("id"),
            title=row.text("title"),
            measures=row.items("measures"),
            covariates=row.items("covariates"),
            findings=row.items("findings"),
            cost_band=row.optional_text("cost_band"),
            burden=row.optional_text("burden"),
            wait=row.optional_text("wait"),
        )
        for row in table
        if row.text("purpose") == CHOICE
    )


def whole_work_up(tests: Sequence[Candidate]) -> Candidate:
    """Return all tests as one."""
    return as_one(tests, ALL, "All of these tests together")


def as_one(tests: Sequence[Candidate], name: str, title: str) -> Candidate:
    """Return several tests as one, with a name of its own."""
    return Candidate(
        id=name,
        title=title,
        measures=_joined(test.measures for test in tests),
        covariates=_joined(test.covariates for test in tests),
        findings=_joined(test.findings for test in tests),
        cost_band=None,
        burden=None,
        wait=None,
    )


def _joined(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({one for part in parts for one in part}))


def open_parts(
    test: Candidate, profile: Profile, appraisal: Appraisal, settings: Settings, fresh: float
) -> tuple[str, ...] | None:
    """Return what a test would still settle, or None if it was done.

    Parameters
    ----------
    test : Candidate
        Of the table.
    profile : Profile
        For what was measured.
    appraisal : Appraisal
        For what the record tells.
    settings : Settings
        For the correlation of mechanisms.
    fresh : float
        An older value is fresh that still tells this share of what a new one would.

    Returns
    -------
    tuple of str or None
        Measures on which a mechanism may rest and that have no fresh value, then covariates that
        are not known. Empty for a test that reads neither: it is listed, since what it shows may
        not have been seen, unless one of its values was.
    """
    resting = [one for one in test.measures if f"u:{one}" in profile.components]
    used = set(profile.measures_used)
    stale = [
        one for one in resting if one not in used or still_told(one, profile, settings) < fresh
    ]
    known = {one.id for one in appraisal.covariates if one.status == KNOWN}
    left = (*stale, *(one for one in test.covariates if one not in known))
    if resting or test.covariates:
        return left or None
    seen = {measure for measure, _ in profile.measures_set_aside}
    return None if seen & set(test.measures) else ()
