"""Controls that Equipoise has measured: the group table of an output folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from equipoise.apps.norms.controls import Person, Taken, age_of, in_range, limits_of, male_of
from equipoise.core.errors import InputError
from equipoise.core.tables import load_table
from equipoise.core.units import convert
from equipoise.evidence.readers.numerals import is_missing
from equipoise.evidence.readers.sheet import Reading, open_sheet

if TYPE_CHECKING:
    from equipoise.evidence.readers.sheet import Sheet, SheetRow

__all__ = ["GROUP", "NEEDED", "is_long", "read_long"]

GROUP: Final = "group_measures.tsv"
PARTICIPANTS: Final = "participants.tsv"
DERIVATIVES: Final = "derivatives"
NEEDED: Final = ("participant_id", "measure", "value", "unit", "session", "scanner", "preparation")


def is_long(sheet: Sheet) -> bool:
    """Return whether a sheet has one row for each value, as the group level writes it."""
    return {"participant_id", "measure", "value"} <= set(sheet.header)


def read_long(
    sheet: Sheet, participants: Path | None
) -> tuple[tuple[Person, ...], tuple[str, ...]]:
    """Read the people of a group table, with age and sex from the participants of the dataset.

    Parameters
    ----------
    sheet : Sheet
        ``group_measures.tsv``.
    participants : Path or None
        ``participants.tsv``; None looks beside the table and in the dataset above it.

    Returns
    -------
    people : tuple of Person
        In the order of the table.
    notes : tuple of str
        What was passed over.

    Raises
    ------
    InputError
        If a column is missing, a value is not plausible, or somebody has no age and sex.
    """
    for name in NEEDED:
        sheet.index(name, "the group level writes it")
    known = _participants(participants or _nearest(sheet.path))
    found: dict[str, dict[str, tuple[SheetRow, Taken]]] = {}
    later = 0
    for row in sorted(sheet.rows, key=lambda row: _when(sheet, row)):
        cells = dict(zip(sheet.header, row.cells, strict=True))
        taken = _taken(sheet, row, cells)
        if taken is None:
            continue
        mine = found.setdefault(cells["participant_id"], {})
        later += cells["measure"] in mine
        mine.setdefault(cells["measure"], (row, taken))
    people = tuple(_person(sheet, label, values, known) for label, values in found.items())
    if not people:
        raise InputError("nobody here has a value", where=str(sheet.path))
    notes = [f"{later} values of later sessions were passed over"] if later else []
    return people, tuple(notes)


def _when(sheet: Sheet, row: SheetRow) -> tuple[str, str, str]:
    cells = dict(zip(sheet.header, row.cells, strict=True))
    dated = cells.get("date", "")
    # Without a date the order of the sessions decides; a value with a date comes first.
    day = "~" if is_missing(dated) else dated
    return cells["participant_id"], day, cells["session"]


def _taken(sheet: Sheet, row: SheetRow, cells: Mapping[str, str]) -> Taken | None:
    """Return one value, or None where the row holds none, or none of a measurement."""
    measure = load_table("measures/measures").find(id=cells["measure"])
    if measure is None:
        raise InputError(
            "there is no such measure", where=sheet.place(row, "measure"), got=cells["measure"]
        )
    if measure.text("kind") == "target" or is_missing(cells["value"]):
        return None
    low, high, unit = limits_of(cells["measure"])
    place = sheet.place(row, "value")
    # The unit of the row is asked before the range, which is in the unit of the measure.
    factor = convert(1.0, cells["unit"], unit, quantity=cells["measure"], where=place)
    value = in_range(cells["value"], (low / factor, high / factor, cells["unit"]), place) * factor
    covariates = {
        name: float(cells[name])
        for name in (row.text("id") for row in load_table("norms/covariates"))
        if not is_missing(cells.get(name, ""))
    }
    told = cells["preparation"]
    return Taken(value, "" if is_missing(told) else told, covariates)


def _nearest(table: Path) -> Path:
    """Return the ``participants.tsv`` beside a table, or of the dataset that it was made from."""
    folder = table.resolve().parent
    places = [folder / PARTICIPANTS]
    if folder.parent.name == DERIVATIVES:
        places.append(folder.parent.parent / PARTICIPANTS)
    for place in places:
        if place.is_file():
            return place
    raise InputError(
        "age and sex of the controls are not here",
        where=str(table),
        todo=f"name the {PARTICIPANTS} of the dataset with --participants",
    )


def _participants(path: Path) -> Mapping[str, tuple[float | None, float | None]]:
    """Return age and sex (male 1, female 0) by participant."""
    sheet = open_sheet(path, ("participant_id", "age", "sex"), Reading())
    places = [sheet.index(name, "needed for a norm") for name in ("participant_id", "age", "sex")]
    found: dict[str, tuple[float | None, float | None]] = {}
    for row in sheet.rows:
        label, age, sex = (row.cells[place] for place in places)
        if label in found:
            raise InputError(
                "this participant stands twice", where=sheet.place(row, "participant_id"), got=label
            )
        found[label] = age_of(age, sheet.place(row, "age")), male_of(sex, sheet.place(row, "sex"))
    return found


def _person(
    sheet: Sheet,
    label: str,
    values: Mapping[str, tuple[SheetRow, Taken]],
    known: Mapping[str, tuple[float | None, float | None]],
) -> Person:
    first = next(iter(values.values()))[0]
    where = f"{sheet.path}, line {first.line}"
    if label not in known:
        raise InputError("this participant has no age and sex", where=where, got=label)
    scanners = {
        row.cells[sheet.index("scanner", "the group level writes it")] for row, _ in values.values()
    }
    told = sorted(name for name in scanners if not is_missing(name))
    if len(told) > 1:
        raise InputError(
            "this participant was measured on several scanners",
            where=where,
            got=f"{label}: {', '.join(told)}",
            todo="keep the rows of one of them",
        )
    age, male = known[label]
    return Person(
        participant=label,
        where=where,
        age=age,
        male=male,
        site=None,
        scanner=told[0] if told else None,
        values={measure: taken for measure, (_, taken) in values.items()},
    )
