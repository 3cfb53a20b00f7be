"""Questions that a rule asks of a record, and their three-valued answers.

A question is a row of a rule table: what answers it (a coded condition, a finding, an implant, a
laboratory value, an item of a scale), and for whom it holds (sex, age). The answer is ``yes``,
``no`` or ``unknown``; what a record does not say is never ``no``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from equipoise.core.nouns import LabResult
from equipoise.core.tables import MISSING, Row, Table, load_table

__all__ = ["Limits", "Question", "Reply", "Truth", "questions_of", "read_question"]

Truth = Literal["yes", "no", "unknown"]
ALL: Final = "all"
"""Every source has to say no."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a record says to a question.

    Parameters
    ----------
    truth : {"yes", "no", "unknown"}
        The answer.
    evidence : str
        The fields that it rests on, with their dates.
    asked : bool
        Whether the record itself says "unknown".
    missing : str
        The filter (age, sex) that is not known, where the rest says yes.
    applies : bool
        False where the question is not meant for this person.
    """

    truth: Truth
    evidence: str = ""
    asked: bool = False
    missing: str = ""
    applies: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """A laboratory test and the values that answer yes: above, from, below (any of them).

    `hours` are the first and the last minute after midnight at which a sample counts; None where
    every sample does. `voids` is the assay of `labs/cortisol_voids` whose voids hold for it.
    """

    test: str
    unit: str
    above: float | None
    at_least: float | None
    below: float | None
    hours: tuple[float, float] | None = None
    voids: str | None = None

    @property
    def open_ended(self) -> bool:
        """Whether there is no limit at all."""
        return self.above is None and self.at_least is None and self.below is None

    def crossed(self, value: float) -> bool:
        """Return whether `value`, in `unit`, answers yes."""
        return (
            (self.above is not None and value > self.above)
            or (self.at_least is not None and value >= self.at_least)
            or (self.below is not None and value < self.below)
        )

    def crossed_by(self, value: float | None, lab: LabResult) -> bool | None:
        """Return whether a result, `value` in `unit`, crosses; None where ``<`` leaves it open."""
        if value is None or lab.comparator is None:
            return None if value is None else self.crossed(value)
        upper = [limit for limit in (self.above, self.at_least) if limit is not None]
        if lab.comparator.startswith("<"):
            if self.below is not None and value <= self.below:
                return True
            open_above = any(value > limit for limit in upper)
            return None if open_above or self.below is not None else False
        if any(value >= limit for limit in upper):
            return True
        open_below = self.below is not None and value < self.below
        return None if open_below or upper else False

    def words(self, value: float | None) -> str:
        """Return the limit that `value` crosses, in words after a comma; else nothing."""
        if value is None or not self.crossed(value):
            return ""
        if self.above is not None and value > self.above:
            return f", above {self.above:g}"
        if self.at_least is not None and value >= self.at_least:
            return f", at or above {self.at_least:g}"
        return f", below {self.below:g}"


@dataclass(frozen=True)
class Question:
    """What a rule asks; each field is a column of the rule tables, empty where it is not asked.

    `findings[0]` is the finding that has to be absent for a "no"; the others can only answer yes.
    `settled_by` says whose "no" is enough: of ``all`` sources, of ``any``, or of the one it names.
    An item without `item_from` asks whether the item was left out.

    Notes
    -----
    `total_from`, `total_below` and `bands` are about the total of the scale, or about its `part`;
    `extra` is a question of the scale beside the scored ones, with the limits of an item.
    `family` holds ICD-10 prefixes; `drugs` ids, classes or groups of drugs taken now
    (``serotonergic`` is one); `depressants` strengths of `checks/depressants`; `effects` side
    effects that the person reports. `onset_age_below` and `onset_age_from` are about the first
    depression, `episodes_from` about the number of the present one, `weeks_from` about its weeks
    until symptoms were last asked. `counted` is a set of signs that are counted. With `lab_rise`
    the newest value is compared with the lowest one before it. `given_pregnancy` is a filter:
    ``pregnant``, ``breastfeeding``, ``not_pregnant``. A drug that was stopped at most `drugs_days`
    before the last sign (or as long as the drug itself lingers) counts as taken.
    """

    conditions: tuple[str, ...]
    also_resolved: bool
    findings: tuple[str, ...]
    implants: tuple[str, ...]
    near_head_only: bool
    pregnancy: tuple[str, ...]
    specifiers: tuple[str, ...]
    limits: Limits | None
    scale: str | None
    item: int
    item_from: float | None
    item_to: float | None
    adherence: bool
    sex: str | None
    age_from: float | None
    age_below: float | None
    given_conditions: tuple[str, ...]
    settled_by: str
    total_from: float | None = None
    total_below: float | None = None
    bands: tuple[str, ...] = ()
    part: str | None = None
    family: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()
    depressants: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    onset_age_below: float | None = None
    onset_age_from: float | None = None
    episodes_from: float | None = None
    weeks_from: float | None = None
    counted: str | None = None
    lab_rise: float | None = None
    given_pregnancy: tuple[str, ...] = ()
    extra: str | None = None
    drugs_days: float | None = None

    @cached_property
    def uses(self) -> tuple[str, ...]:
        """The sources that it asks, so that no other one is looked at."""
        asked = {
            "conditions": self.conditions,
            "findings": self.findings,
            "implants": self.implants,
            "pregnancy": self.pregnancy,
            "specifiers": self.specifiers,
            "lab": self.limits is not None,
            "scale": self.scale is not None,
            "adherence": self.adherence,
            "drugs": self.drugs,
            "depressants": self.depressants,
            "family": self.family,
            "effects": self.effects,
            "onset": self.onset_age_below is not None or self.onset_age_from is not None,
            "episodes": self.episodes_from is not None,
            "weeks": self.weeks_from is not None,
        }
        return tuple(name for name, used in asked.items() if used)


def read_question(row: Row) -> Question:
    """Return the question of a row of a rule table; a column that it lacks is not asked."""
    ask = _Asked(row)
    return Question(
        conditions=ask.items("conditions"),
        also_resolved=ask.flag("also_resolved"),
        findings=ask.items("findings"),
        implants=ask.items("implants"),
        near_head_only=ask.flag("near_head_only"),
        pregnancy=ask.items("pregnancy"),
        specifiers=ask.items("specifiers"),
        limits=_limits(row, ask),
        scale=ask.text("scale"),
        item=int(ask.number("scale_item") or 0),
        item_from=ask.number("item_from"),
        item_to=ask.number("item_to"),
        adherence=ask.flag("adherence"),
        sex=ask.text("sex"),
        age_from=ask.number("age_from"),
        age_below=ask.number("age_below"),
        given_conditions=ask.items("given_conditions"),
        settled_by=ask.text("settled_by") or ALL,
        total_from=ask.number("total_from"),
        total_below=ask.number("total_below"),
        bands=ask.items("band"),
        part=ask.text("part"),
        family=ask.items("family"),
        drugs=ask.items("drugs_taken"),
        depressants=ask.items("depressants"),
        effects=ask.items("effects"),
        onset_age_below=ask.number("onset_age_below"),
        onset_age_from=ask.number("onset_age_from"),
        episodes_from=ask.number("episodes_from"),
        weeks_from=ask.number("weeks_from"),
        counted=ask.text("counted"),
        lab_rise=ask.number("lab_rise"),
        given_pregnancy=ask.items("given_pregnancy"),
        extra=ask.text("scale_extra"),
        drugs_days=ask.number("drugs_days"),
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """Reads the columns of a row that a table may lack."""

    row: Row

    def text(self, column: str) -> str | None:
        """Return a text, None where there is none."""
        return self.row.optional_text(column) if column in self.row.cells else None

    def number(self, column: str) -> float | None:
        """Return a number, None where there is none."""
        return self.row.optional_number(column) if column in self.row.cells else None

    def items(self, column: str) -> tuple[str, ...]:
        """Return the parts of a list, none where there is no list."""
        return self.row.items(column) if column in self.row.cells else ()

    def flag(self, column: str) -> bool:
        """Return whether the row says ``true``."""
        return self.row.cells.get(column, MISSING) == "true"


def _limits(row: Row, ask: _Asked) -> Limits | None:
    test = ask.text("lab")
    if test is None:
        return None
    return Limits(
        test,
        row.text("lab_unit"),
        ask.number("lab_above"),
        ask.number("lab_from"),
        ask.number("lab_below"),
        _hours(ask),
        ask.text("lab_voids"),
    )


def _hours(ask: _Asked) -> tuple[float, float] | None:
    start, end = ask.number("lab_time_from"), ask.number("lab_time_to")
    return None if start is None or end is None else (start, end)


_read: dict[str, tuple[Table, tuple[tuple[Row, Question], ...]]] = {}


def questions_of(name: str) -> tuple[tuple[Row, Question], ...]:
    """Return every row of a rule table with its question; read once for a table in force.

    Parameters
    ----------
    name : str
        Name of the table, ``red_flags/red_flags``.

    Returns
    -------
    tuple of (Row, Question)
        In table order.
    """
    table = load_table(name)
    kept = _read.get(name)
    # A site's table is another object, so that what was read of the one before no longer holds.
    if kept is None or kept[0] is not table:
        kept = (table, tuple((row, read_question(row)) for row in table))
        _read[name] = kept
    return kept[1]
