"""A file of controls with one row for each person and one column for each measure."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from equipoise.apps.norms.controls import Person, Taken, age_of, in_range, limits_of, male_of
from equipoise.core.errors import InputError
from equipoise.core.preparation import is_sampled, is_scanned, joined, meal_matters
from equipoise.core.tables import load_table
from equipoise.evidence.readers.numerals import is_missing

if TYPE_CHECKING:
    from equipoise.evidence.readers.sheet import Sheet, SheetRow

__all__ = ["NEEDED", "measure_named", "read_wide"]

NEEDED: Final = ("participant_id", "age", "sex")
_SAMPLE: Final = ("assay", "fasting")
_NAMES: Final = ("site", "scanner", "cleaning", "space", "freesurfer", "session", *_SAMPLE)
_FASTING: Final = ("yes", "no")
_STRUCTURE: Final = "mri.structure_"


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which column holds what."""

    measures: Mapping[int, str]
    covariates: Mapping[int, str]
    others: Mapping[str, int]


def measure_named(name: str) -> str | None:
    """Return the id of the measure that a column is about: the id, or its last part alone."""
    ids = [
        row.text("id") for row in load_table("measures/measures") if row.text("kind") != "target"
    ]
    for form in (str, lambda id_: id_.partition(".")[2], lambda id_: id_.rpartition(".")[2]):
        found = [id_ for id_ in ids if form(id_) == name]
        if len(found) == 1:
            return found[0]
    return None


def read_wide(
    sheet: Sheet, given: Mapping[str, str], ignored: tuple[str, ...]
) -> tuple[Person, ...]:
    """Read the people of a sheet.

    Parameters
    ----------
    sheet : Sheet
        The file.
    given : Mapping of str to str
        ``cleaning``, ``space``, ``freesurfer``, ``assay`` and ``fasting`` of all values, where the
        user told them.
    ignored : tuple of str
        Columns that are passed over.

    Returns
    -------
    tuple of Person
        In the order of the rows.

    Raises
    ------
    InputError
        If a column is missing or is no measure, or a cell is no number or not plausible.
    """
    columns = _columns(sheet, ignored)
    return tuple(_person(sheet, row, columns, given) for row in sheet.rows)


def _columns(sheet: Sheet, ignored: tuple[str, ...]) -> _Columns:
    for name in (*NEEDED, *ignored):
        sheet.index(name, "--ignore" if name in ignored else "every file of controls has it")
    known = {row.text("id") for row in load_table("norms/covariates")}
    measures: dict[int, str] = {}
    covariates: dict[int, str] = {}
    others: dict[str, int] = {}
    for place, name in enumerate(sheet.header):
        if name in ignored:
            continue
        if name in known:
            covariates[sheet.index(name, "a covariate")] = name
        elif name in (*NEEDED, *_NAMES):
            others[name] = sheet.index(name, "about a person")
        else:
            measures[place] = _measure(name, sheet, measures)
    if not measures:
        raise InputError("there is no column of a measure", where=str(sheet.path))
    return _Columns(measures, covariates, others)


def _measure(name: str, sheet: Sheet, taken: Mapping[int, str]) -> str:
    found = measure_named(name)
    where = f"{sheet.path}, line {sheet.header_line}"
    if found is None:
        ids = [row.text("id") for row in load_table("measures/measures")]
        near = difflib.get_close_matches(name, [*ids, *(id_.partition(".")[2] for id_ in ids)], 1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise InputError(
            "there is no such measure",
            where=where,
            got=f"column {name}",
            todo=f"{meant}pass a column over with --ignore",
        )
    if found in taken.values():
        raise InputError("two columns are of one measure", where=where, got=f"{name} ({found})")
    return found


def _person(sheet: Sheet, row: SheetRow, columns: _Columns, given: Mapping[str, str]) -> Person:
    told = {
        name: row.cells[place]
        for name, place in columns.others.items()
        if not is_missing(row.cells[place])
    }
    if "participant_id" not in told:
        raise InputError("the participant has no label", where=sheet.place(row, "participant_id"))
    covariates = {
        name: in_range(row.cells[place], _limits(name), sheet.place(row, name))
        for place, name in columns.covariates.items()
        if not is_missing(row.cells[place])
    }
    values = {
        measure: Taken(
            in_range(row.cells[place], limits_of(measure), sheet.place(row, sheet.header[place])),
            _preparation(measure, {**told, **given}),
            covariates,
        )
        for place, measure in columns.measures.items()
        if not is_missing(row.cells[place])
    }
    return Person(
        participant=told["participant_id"],
        where=f"{sheet.path}, line {row.line}",
        age=age_of(told.get("age", ""), sheet.place(row, "age")),
        male=male_of(told.get("sex", ""), sheet.place(row, "sex")),
        site=told.get("site"),
        scanner=told.get("scanner"),
        values=values,
    )


def _limits(covariate: str) -> tuple[float, float, str]:
    row = load_table("norms/covariates").row(id=covariate)
    return row.number("minimum"), row.number("maximum"), row.text("unit")


def _preparation(measure: str, told: Mapping[str, str]) -> str:
    """Return how a value was prepared, from what belongs to its kind of scan or sample."""
    if is_sampled(measure):
        return joined(_sample(measure, told))
    if not is_scanned(measure):
        return ""
    names = ("freesurfer",) if measure.startswith(_STRUCTURE) else ("cleaning", "space")
    return joined({name: told[name] for name in names if name in told})


def _sample(measure: str, told: Mapping[str, str]) -> dict[str, str]:
    """Return how blood was measured, as far as this measure depends on it.

    Raises
    ------
    InputError
        If the assay is none that a record can name, or fasting is answered otherwise.
    """
    known = {row.text("id"): row.items("tests") for row in load_table("labs/assays")}
    assay, fasting = told.get("assay", ""), told.get("fasting", "")
    if assay and assay not in known:
        raise InputError("there is no such assay", got=assay, allowed=", ".join(known))
    if fasting not in {"", *_FASTING}:
        raise InputError("not an answer", got=f"fasting {fasting}", allowed=", ".join(_FASTING))
    test = measure.rpartition(".")[2]
    return {
        "assay": assay if test in known.get(assay, ()) else "",
        "fasting": fasting if meal_matters(measure) else "",
    }
