"""What stands on the sheet before a visit: every question with the answers it can have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from equipoise.core.dates import IsoDate
from equipoise.core.nouns import Timeline, TreatmentTrial
from equipoise.core.tables import Row, load_table

__all__ = ["Field", "Section", "Sheet", "build_sheet", "say", "taken_now"]

SAFETY: Final = "safety"
FILLED: Final = "filled"
SEVERITIES: Final = ("none", "mild", "moderate", "severe")
ADHERENCE: Final = ("good", "partial", "poor")
PHQ9: Final = "phq9"


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the sheet.

    Parameters
    ----------
    key : str
        What names it in the filled table.
    question : str
        In the words of the sheet.
    options : tuple of (str, str)
        Answers with their words; empty where the person writes.
    """

    key: str
    question: str
    options: tuple[tuple[str, str], ...] = ()

    @property
    def allowed(self) -> str:
        """Return what may be answered, in words."""
        if self.options:
            return "; ".join(f"{value} = {words}" for value, words in self.options)
        return "a day such as 2026-03-02" if self.key == FILLED else "your own words"


@dataclass(frozen=True, slots=True)
class Section:
    """Questions that belong together, with their heading."""

    id: str
    title: str
    lead: str
    fields: tuple[Field, ...]
    foot: str = ""


@dataclass(frozen=True, slots=True)
class Crisis:
    """Whom to call: the number alone, where there is one, and the line."""

    place: str
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole sheet of one person, who is named by the label alone."""

    label: str
    made: IsoDate
    notice: str
    crisis: tuple[Crisis, ...]
    sections: tuple[Section, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return all questions in order."""
        return tuple(field for section in self.sections for field in section.fields)


def say(name: str, **places: str) -> str:
    """Return a sentence of `tables/intake/visit`."""
    return load_table("intake/visit").row(id=name).text("text").format(**places)


def taken_now(timeline: Timeline) -> tuple[tuple[int, TreatmentTrial], ...]:
    """Return the trials that go on, with their numbers in the record, each treatment once."""
    found: dict[str, tuple[int, TreatmentTrial]] = {}
    for number, trial in enumerate(timeline.treatments.or_else(())):
        if trial.ongoing.value is True:
            found.setdefault(trial.treatment, (number, trial))
    return tuple(found.values())


def build_sheet(timeline: Timeline, today: IsoDate) -> Sheet:
    """Return the sheet of one person.

    Parameters
    ----------
    timeline : Timeline
        The record.
    today : str
        Day of the run.

    Returns
    -------
    Sheet
        Safety first.
    """
    return Sheet(
        label=timeline.label,
        made=today,
        notice=timeline.notice or "",
        crisis=tuple(_crisis(row) for row in _crisis_rows()),
        sections=(
            Section(FILLED, say("filled_title"), "", (Field(FILLED, say("filled")),)),
            _safety(),
            _phq9(),
            _missed(timeline),
            _effects(),
            Section("sleep", say("sleep_title"), "", (Field("sleep", say("sleep")),)),
            _notes(),
        ),
    )


def _crisis_rows() -> list[Row]:
    return sorted(load_table("red_flags/crisis"), key=lambda row: row.text("place") == "default")


def _crisis(row: Row) -> Crisis:
    place = row.text("place")
    return Crisis(
        "Anywhere else" if place == "default" else place,
        row.optional_text("number") or "",
        row.text("text"),
    )


def _safety() -> Section:
    options = tuple((word, say(f"safety_{word}")) for word in ("yes", "no", "talk"))
    field = Field(SAFETY, say("safety"), options)
    return Section("safety", say("safety_title"), "", (field,), say("safety_then"))


def _phq9() -> Section:
    rows = list(load_table("intake/phq9"))

    def _part(name: str) -> list[Row]:
        found = [row for row in rows if row.text("part") == name]
        return sorted(found, key=lambda row: row.number("number"))

    def _options(name: str) -> tuple[tuple[str, str], ...]:
        return tuple((row.text("number"), row.text("text")) for row in _part(name))

    fields = [
        Field(f"{PHQ9}.{row.text('number')}", row.text("text"), _options("answer"))
        for row in _part("item")
    ]
    difficulty = Field(
        f"{PHQ9}.difficulty", _part("difficulty")[0].text("text"), _options("difficulty_answer")
    )
    lead, credit = (_part(name)[0].text("text") for name in ("lead", "credit"))
    return Section("phq9", say("phq9_title"), lead, (*fields, difficulty), credit)


def _missed(timeline: Timeline) -> Section:
    options = tuple((word, say(f"missed_{word}")) for word in ADHERENCE)
    fields = tuple(
        Field(f"missed.{trial.treatment}", say("missed", treatment=_title(trial)), options)
        for _, trial in taken_now(timeline)
    )
    lead = say("missed_lead") if fields else say("missed_none")
    return Section("missed", say("missed_title"), lead, fields)


def _title(trial: TreatmentTrial) -> str:
    rows = (load_table(name).find(id=trial.treatment) for name in ("drugs/drugs",))
    row = next((row for row in rows if row is not None), None)
    row = row or load_table("treatments/treatments").find(id=trial.treatment)
    return trial.treatment if row is None else row.text("title")


def _effects() -> Section:
    options = tuple((word, say(f"effects_{word}")) for word in SEVERITIES)
    fields = tuple(
        Field(f"effect.{row.text('id')}", row.text("question"), options)
        for row in load_table("checks/effects")
    )
    return Section("effects", say("effects_title"), say("effects_lead"), fields)


def _notes() -> Section:
    fields = tuple(Field(f"note.{name}", say(name)) for name in ("matters", "questions"))
    return Section("notes", say("notes_title"), "", fields)
