"""Whether a row of a table is about this person: conditions, findings, scores, values, stage.

A column that a table lacks asks nothing. The columns of one row are joined by "or": what is found
is returned in words; what was not asked is never found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.scoring import score
from equipoise.core.tables import load_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from equipoise.core.nouns import LabResult, ScaleAnswers
    from equipoise.core.scoring import ScaleScore
    from equipoise.core.tables import Row
    from equipoise.plan.case import Case

__all__ = ["active_codes", "chronic_months", "evidence_for", "latest_score"]

SCALES = "scales/scales"
IN_RECORD = " in the record"
INACTIVE, SUSPECTED = "resolved", "suspected"
BELOW = "<"


def evidence_for(case: Case, row: Row) -> tuple[str, ...]:
    """Return what in the record makes the row apply; empty where nothing does.

    Parameters
    ----------
    case : Case
        One person.
    row : Row
        With any of the columns ``conditions findings checks flags specifiers pregnancy scale
        scale_at_least scale_bands lab lab_at_least lab_unit imaging failed_at_least phase
        months_at_least``.

    Returns
    -------
    tuple of str
        Each finding in words, once; what only repeats an earlier one is left out.
    """
    found = [words for column, ask in _QUESTIONS if column in row.cells for words in ask(case, row)]
    kept: list[str] = []
    for words in found:
        if not any(_repeats(words, one) for one in kept):
            kept.append(words)
    return tuple(kept)


def _repeats(words: str, one: str) -> bool:
    """Whether words only say again what an earlier finding says, or the code that it names."""
    code, named, _ = one.partition(IN_RECORD)
    return words.lower().startswith(one.lower()) or (
        bool(named) and words.startswith(f"condition {code} ") and ";" not in words
    )


def active_codes(case: Case) -> tuple[str, ...]:
    """Return the ICD-10 codes of the episode and of every condition that holds or may last."""
    held = case.timeline.conditions.or_else(())
    codes = [c.code for c in held if c.status not in {INACTIVE, SUSPECTED}]
    episode = case.timeline.episode.diagnosis.value
    return (*([episode] if episode else []), *codes)


def _conditions(case: Case, row: Row) -> Iterator[str]:
    prefixes = row.items("conditions")
    return (f"{code}{IN_RECORD}" for code in active_codes(case) if code.startswith(prefixes))


def _findings(case: Case, row: Row) -> Iterator[str]:
    wanted = row.items("findings")
    for finding in case.timeline.findings.or_else(()):
        if finding.finding in wanted and finding.status == "present":
            named = load_table("red_flags/findings").find(id=finding.finding)
            yield within(named.text("title")) if named else finding.finding


def _checks(case: Case, row: Row) -> Iterator[str]:
    wanted = row.items("checks")
    items = (*case.appraisal.diagnosis_check, *case.appraisal.pseudo_resistance)
    for item in items:
        if item.id in wanted and item.status == "abnormal":
            yield item.evidence or within(item.title)


def _flags(case: Case, row: Row) -> Iterator[str]:
    wanted = row.items("flags")
    return (within(flag.title) for flag in case.appraisal.red_flags if flag.id in wanted)


def _specifiers(case: Case, row: Row) -> Iterator[str]:
    wanted = row.items("specifiers")
    named = case.timeline.episode.specifiers.value or ()
    judged = [s.id for s in case.appraisal.specifiers if s.status == "present"]
    return (one.replace("_", " ") for one in (*named, *judged) if one in wanted)


def _pregnancy(case: Case, row: Row) -> Iterator[str]:
    status = case.timeline.pregnancy.value
    if status is not None and status.status in row.items("pregnancy"):
        yield status.status


def _scale(case: Case, row: Row) -> Iterator[str]:
    limit = row.optional_number("scale_at_least")
    bands = row.items("scale_bands") if "scale_bands" in row.cells else ()
    for scale in row.items("scale"):
        last = latest_score(case, scale)
        if last is None:
            continue
        date, scored = last
        title = load_table(SCALES).row(id=scale).text("title")
        if limit is not None and scored.total is not None and scored.total >= limit:
            yield f"{title} {scored.total:g} ({date})"
        elif scored.band in bands:
            yield f"{title}: {scored.band} ({date})"


def latest_score(case: Case, scale: str) -> tuple[str, ScaleScore] | None:
    """Return (date, score) of the last answers to a scale that give a total or band, or None."""
    if load_table(SCALES).find(id=scale) is None:
        return None
    answers = [a for a in case.timeline.scales.or_else(()) if a.scale == scale]
    for one in sorted(answers, key=_date, reverse=True):
        scored = score(one)
        if scored.total is not None or scored.band is not None:
            return one.date, scored
    return None


def _date(one: ScaleAnswers | LabResult) -> str:
    return one.date


def _lab(case: Case, row: Row) -> Iterator[str]:
    limit, test = row.optional_number("lab_at_least"), row.optional_text("lab")
    values = [v for v in case.timeline.labs.or_else(()) if v.test == test]
    if limit is None or not values:
        return
    last = max(values, key=_date)
    # Of a value below a limit nothing is known but that it may be as low as can be.
    below = (last.comparator or "").startswith(BELOW)
    if last.unit == row.text("lab_unit") and last.value >= limit and not below:
        title = load_table("labs/labs").row(id=last.test).text("title")
        yield f"{within(title)} {last.comparator or ''}{last.value:g} {last.unit} ({last.date})"


def _imaging(case: Case, row: Row) -> Iterator[str]:
    wanted = row.items("imaging")
    for work in case.appraisal.imaging_workup:
        if work.id in wanted and work.advice == "indicated":
            yield within(work.title)


def _trials(case: Case, row: Row) -> Iterator[str]:
    limit, count = row.optional_number("failed_at_least"), case.appraisal.stage.count
    if limit is not None and count >= limit:
        yield f"{count} adequate drug trial{'' if count == 1 else 's'} without enough benefit"


def _phase(case: Case, row: Row) -> Iterator[str]:
    if case.phase.text("id") in row.items("phase"):
        yield f"phase {within(case.phase.text('title'))}"


def _months(case: Case, row: Row) -> Iterator[str]:
    limit, months = row.optional_number("months_at_least"), chronic_months(case)
    if limit is not None and months is not None and months >= limit:
        yield f"an episode of {int(months)} months or more"


def chronic_months(case: Case) -> float | None:
    """Return the fewest months that the present episode has lasted, or None."""
    from equipoise.core.dates import weeks_between
    from equipoise.core.tables import setting

    onset = case.timeline.episode.onset.value
    if onset is None:
        return None
    return weeks_between(onset, case.today)[0] / setting("plan_weeks_per_month")


_QUESTIONS: tuple[tuple[str, Callable[[Case, Row], Iterator[str]]], ...] = (
    ("conditions", _conditions),
    ("findings", _findings),
    ("checks", _checks),
    ("flags", _flags),
    ("specifiers", _specifiers),
    ("pregnancy", _pregnancy),
    ("scale", _scale),
    ("lab", _lab),
    ("imaging", _imaging),
    ("failed_at_least", _trials),
    ("phase", _phase),
    ("months_at_least", _months),
)
