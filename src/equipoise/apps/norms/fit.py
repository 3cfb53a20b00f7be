"""Learning a norm from a file of controls, writing it, and reading it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from equipoise import __version__
from equipoise.apps.files import write_text
from equipoise.apps.norms.controls import Person, check_people, choose
from equipoise.apps.norms.finished import GROUP, is_long, read_long
from equipoise.apps.norms.wide import NEEDED, read_wide
from equipoise.core.documents import from_json, to_json
from equipoise.core.errors import InputError, OutputError
from equipoise.core.nouns import SiteNorm, SiteNorms
from equipoise.core.steps import file_digest
from equipoise.core.tables import load_table
from equipoise.evidence.readers.sheet import Reading, open_sheet
from equipoise.norms import Control, known_within, learn_norm

if TYPE_CHECKING:
    from equipoise.core.dates import IsoDate

__all__ = ["FitAsked", "fit", "read_norms", "told"]


@dataclass(frozen=True, slots=True)
class FitAsked:
    """What the user asked for.

    Parameters
    ----------
    out : Path
        File that is written.
    today : str
        Day that the norm bears.
    site, scanner : str or None
        Names; where the file holds several, the ones that are taken.
    participants : Path or None
        ``participants.tsv`` for an output folder.
    prepared : Mapping of str to str
        ``cleaning``, ``space``, ``freesurfer`` and ``assay`` of all values.
    ignored : tuple of str
        Columns that are passed over.
    """

    out: Path
    today: IsoDate
    site: str | None = None
    scanner: str | None = None
    participants: Path | None = None
    prepared: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


def fit(controls: Path, asked: FitAsked) -> tuple[SiteNorms, tuple[str, ...]]:
    """Learn the norms of a site and write them.

    Parameters
    ----------
    controls : Path
        Table with one row for each person, a group table, or an output folder that holds one.
    asked : FitAsked
        Names, output file and what the values rest on.

    Returns
    -------
    norms : SiteNorms
        As they were written.
    notes : tuple of str
        What was passed over.

    Raises
    ------
    InputError
        If the file cannot be used, or no norm can be learned from it.
    OutputError
        If the file cannot be written.
    """
    if asked.out.is_dir():
        raise OutputError("this is a folder", where=str(asked.out), todo="name a file")
    path = controls / GROUP if controls.is_dir() else controls
    if controls.is_dir() and not path.is_file():
        raise InputError(
            f"there is no {GROUP} in this folder",
            where=str(controls),
            todo="make it with: equipoise run BIDS_DIR OUT_DIR group",
        )
    sheet = open_sheet(path, NEEDED, Reading())
    notes: tuple[str, ...] = ()
    if is_long(sheet):
        people, notes = read_long(sheet, asked.participants)
    else:
        people = read_wide(sheet, asked.prepared, asked.ignored)
    people, site, scanner = choose(people, asked.site, asked.scanner, str(path))
    check_people(people, str(path))
    learned, refused = _learned(people)
    if not learned:
        first = "; ".join(f"{measure}: {reason}" for measure, reason in refused[:2])
        raise InputError("no norm can be learned", where=str(path), got=first)
    prepared = sorted({norm.preparation for norm in learned if norm.preparation})
    norms = SiteNorms(
        site=site,
        scanner=scanner,
        preparation="; ".join(prepared),
        date=asked.today,
        source=file_digest(str(path)),
        version=__version__,
        norms=learned,
        not_fitted=refused,
    )
    write_text(asked.out, to_json(norms))
    return norms, notes


def _learned(
    people: tuple[Person, ...],
) -> tuple[tuple[SiteNorm, ...], tuple[tuple[str, str], ...]]:
    learned: list[SiteNorm] = []
    refused: list[tuple[str, str]] = []
    for measure in sorted({measure for person in people for measure in person.values}):
        found = _one(measure, people)
        if isinstance(found, str):
            refused.append((measure, found))
        else:
            learned.append(found)
    return tuple(learned), tuple(refused)


def _one(measure: str, people: tuple[Person, ...]) -> SiteNorm | str:
    having = [person for person in people if measure in person.values]
    prepared = sorted({person.values[measure].preparation for person in having})
    if len(prepared) > 1:
        ways = ", ".join(way or "not recorded" for way in prepared)
        return f"the values were prepared in several ways: {ways}"
    controls = tuple(
        Control(p.age, p.male, p.values[measure].covariates, p.values[measure].value)
        for p in having
    )
    return learn_norm(measure, controls, prepared[0])


def told(norms: SiteNorms, out: Path) -> str:
    """Return what was learned, for people."""
    on = norms.scanner or "scanner not recorded"
    lines = [f"Norm of {norms.site} ({on}), {norms.date}", ""]
    for norm in norms.norms:
        title = load_table("measures/measures").row(id=norm.measure).text("title")
        terms = ", ".join(norm.terms[1:])
        lines.append(f"{title} ({norm.measure})")
        lines.append(
            f"  {norm.people} controls; {terms}; sd {norm.sd:.4g}{_unit(norm)}; "
            f"z of a person at their mean is known to +- {known_within(norm):.2f}"
        )
        prepared = norm.preparation or "not recorded"
        lines.append(f"  prepared: {prepared}; far from the others: {norm.left_out}")
        if norm.warning:
            lines.append(f"  note: {norm.warning}")
    if norms.not_fitted:
        lines += ["", "Not learned:"]
        lines += [f"  {measure}: {reason}" for measure, reason in norms.not_fitted]
    return "\n".join([*lines, "", f"Written: {out}"])


def _unit(norm: SiteNorm) -> str:
    return " (ln)" if norm.transform == "ln" else "" if norm.unit == "1" else f" {norm.unit}"


def read_norms(path: Path) -> SiteNorms:
    """Read a norm that :func:`fit` wrote.

    Parameters
    ----------
    path : Path
        JSON file.

    Returns
    -------
    SiteNorms
        The norms of one site.

    Raises
    ------
    InputError
        If it cannot be read, or is something else.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise InputError(
            "the norm cannot be read", where=str(path), got=error.strerror or ""
        ) from None
    norms = from_json(SiteNorms, text, where=str(path))
    known = {row.text("id"): row.text("unit") for row in load_table("measures/measures")}
    for norm in norms.norms:
        if known.get(norm.measure) != norm.unit or not _whole(norm):
            raise InputError(
                "this norm does not fit this version",
                where=f"{path}, {norm.measure}",
                got=f"unit {norm.unit}, {len(norm.terms)} terms",
                todo="learn it again with: equipoise norms fit",
            )
    return norms


def _whole(norm: SiteNorm) -> bool:
    """Return whether every part of a norm has one entry for each term."""
    count = len(norm.terms)
    parts = (norm.centres, norm.coefficients, norm.covariance, norm.minima, norm.maxima)
    square = all(len(row) == count for row in norm.covariance)
    return norm.sd > 0 and square and all(len(part) == count for part in parts)
