"""What makes a result on cortisol say nothing: drugs and pregnancy, by `labs/cortisol_voids`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.dates import earliest, latest
from equipoise.core.tables import load_table, setting
from equipoise.core.taken import taken_around, untold

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate
    from equipoise.core.nouns import Timeline
    from equipoise.core.tables import Row
    from equipoise.core.taken import Taken

__all__ = ["unanswered", "voided"]


def voided(timeline: Timeline, assay: str, date: IsoDate) -> str | None:
    """Return what voids a result, or None where nothing in the record does.

    Parameters
    ----------
    timeline : Timeline
        One person's records.
    assay : str
        Id of the assay, such as ``blood.cortisol_suppression``.
    date : str
        Day of the sample.

    Returns
    -------
    str or None
        Every drug or state that voids it, with what it does and what to do.
    """
    said = []
    for row in load_table("labs/cortisol_voids"):
        if assay not in row.items("applies"):
            continue
        cause = _drug(row, timeline, date) or _state(row, timeline)
        if cause is not None:
            said.append(f"{cause}: {row.text('why')}; {row.text('action')}")
    return "; ".join(said) or None


def unanswered(timeline: Timeline, assay: str) -> tuple[str, ...]:
    """Return the facts that are missing before a result counts as not voided."""
    missing = list(untold(timeline))
    rows = [row for row in load_table("labs/cortisol_voids") if assay in row.items("applies")]
    states = any(row.optional_text("pregnancy") is not None for row in rows)
    if states and not timeline.pregnancy.known and _may_be_pregnant(timeline):
        missing.append("pregnancy")
    return tuple(missing)


def _drug(row: Row, timeline: Timeline, date: IsoDate) -> str | None:
    meant = set(row.items("drugs"))
    days = row.optional_number("days") or 0.0
    test = row.optional_text("test_drug")
    drugs = sorted({
        use.drug
        for use in taken_around(timeline, date, days)
        if use.names & meant and not (use.drug == test and _is_the_test(use, date))
    })
    titles = load_table("drugs/drugs")
    return " and ".join(titles.row(id=drug).text("title") for drug in drugs) or None


def _is_the_test(use: Taken, date: IsoDate) -> bool:
    """Return whether a drug was surely taken from the day before the sample on, and stopped."""
    if use.start is None or use.stop is None:
        return False
    begun, ended, sampled = earliest(use.start), latest(use.stop), earliest(date)
    return 0 <= (sampled - begun).days <= 1 and ended <= sampled


def _state(row: Row, timeline: Timeline) -> str | None:
    pregnancy = timeline.pregnancy.value
    wanted = row.optional_text("pregnancy")
    if wanted is None or pregnancy is None or pregnancy.status != wanted:
        return None
    return wanted


def _may_be_pregnant(timeline: Timeline) -> bool:
    """Return whether the sex does not rule a pregnancy out and the age does not either."""
    age = timeline.demographics.age_years.value
    if age is not None and age > setting("appraise_pregnancy_to_age"):
        return False
    return timeline.demographics.sex.value != "male"
