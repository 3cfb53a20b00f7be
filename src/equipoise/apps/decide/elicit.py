"""What is asked about wishes, and the block of the record that the answers make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equipoise import appraise, evidence, ingest
from equipoise.apps.intake.draft import Record, Tree, record_text
from equipoise.core.dates import IsoDate
from equipoise.core.errors import InputError, RecordError
from equipoise.core.nouns import Treatment
from equipoise.core.tables import load_table
from equipoise.ingest.fields import NUMBER, Spot
from equipoise.ingest.yaml_lines import Scalar
from equipoise.predict.choices import rankable
from equipoise.predict.preferences import counted, swings_of
from equipoise.predict.preferences.attributes import read_attributes
from equipoise.predict.preferences.levels import levels_of
from equipoise.predict.words import withheld_because

__all__ = [
    "MOST",
    "Line",
    "Wishes",
    "block",
    "block_text",
    "build_wishes",
    "check_swings",
    "say",
    "swing_of",
]

MOST: Final = 100
LEAST: Final = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is weighed: id, printed name, and its two ends in plain words."""

    id: str
    title: str
    bad: str
    good: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is asked of one person, who is named by the label alone; no label means anybody."""

    label: str
    made: IsoDate
    notice: str
    lines: tuple[Line, ...]

    def line(self, name: str) -> Line | None:
        """Return the line of an id; None where it is not asked."""
        return next((line for line in self.lines if line.id == name), None)


def say(name: str, **places: str) -> str:
    """Return a sentence of `tables/intake/wishes`."""
    return load_table("intake/wishes").row(id=name).text("text").format(**places)


def build_wishes(person: Path | None, today: IsoDate) -> Wishes:
    """Return what is asked.

    Parameters
    ----------
    person : Path or None
        A record; None to ask about all options that can be ranked.
    today : str
        Day of the run.

    Returns
    -------
    Wishes
        Only what differs between the options that are ranked.

    Raises
    ------
    InputError
        If the record is not sound.
    """
    literature = evidence.load()
    if person is None:
        options = tuple(one for one in literature.treatments if one.ranked)
        return Wishes("", today, "", _lines(options))
    timeline = ingest.read_person(person, today=today)
    appraisal = appraise.appraise(timeline, today=today)
    ranked, _ = rankable(literature, appraisal)
    lines = _lines([option.treatment for option in ranked])
    first = withheld_because(appraisal) if appraisal.emergency else ""
    notice = ". ".join(part for part in (first.rstrip("."), timeline.notice or "") if part)
    return Wishes(timeline.label, today, notice, lines)


def _lines(treatments: Sequence[Treatment]) -> tuple[Line, ...]:
    rows, attributes = load_table("hyperparameters/attributes"), read_attributes()
    asked = []
    for name in counted(treatments):
        attribute = attributes[name]
        if attribute.kind == "level" and _alike(levels_of(attribute, treatments).tolist()):
            continue
        row = rows.row(id=name)
        asked.append(Line(name, attribute.title, row.text("bad"), row.text("good")))
    return tuple(asked)


def _alike(levels: Sequence[float]) -> bool:
    return not levels or min(levels) == max(levels)


def swing_of(text: str, spot: Spot) -> float:
    """Return a typed weight.

    Parameters
    ----------
    text : str
        As it was typed.
    spot : Spot
        Where it stands.

    Returns
    -------
    float
        0, or from 1 to 100.

    Raises
    ------
    InputError
        If it is no number, or another one.
    """
    number = NUMBER.read(Scalar(text, spot.line), spot)
    if number == 0 or LEAST <= number <= MOST:
        return number
    raise RecordError(
        "this number is too large" if number > MOST else "this number cannot be",
        where=spot.where,
        got=text,
        allowed=f"0, or {LEAST} to {MOST}",
        todo=f"give {MOST} to what matters most and the others relative to it",
    )


def check_swings(swings: Mapping[str, float], where: str) -> None:
    """Refuse answers that do not fit together.

    Parameters
    ----------
    swings : Mapping of str to float
        By attribute; empty where nothing was answered.
    where : str
        File, for the message.

    Raises
    ------
    InputError
        If no line has 100, or the weights cannot be read.
    """
    if swings and max(swings.values()) != MOST:
        raise InputError(
            f"no line has {MOST}",
            where=where,
            got=", ".join(f"{name} {swing:g}" for name, swing in swings.items()),
            todo=f"give {MOST} to what matters most, and leave the others as they are",
        )
    swings_of(tuple(swings.items()))


def block(swings: Mapping[str, float], day: IsoDate, before: Tree = "") -> Record:
    """Return the section `preferences` of a record.

    Parameters
    ----------
    swings : Mapping of str to float
        By attribute.
    day : str
        When the person was asked.
    before : Tree, optional
        What stood there; the person's experience with side effects stays.

    Returns
    -------
    dict
        Weights and their day.
    """
    weights: dict[str, Tree] = {name: f"{swing:g}" for name, swing in swings.items()}
    kept = (
        {k: v for k, v in before.items() if k == "experience"} if isinstance(before, dict) else {}
    )
    return {"weights": weights, "date": day, **kept}


def block_text(swings: Mapping[str, float], day: IsoDate) -> str:
    """Return the section as YAML that can stand in a record."""
    return record_text({"preferences": block(swings, day)})
