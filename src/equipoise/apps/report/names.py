"""Printed names: titles of measures, treatments and references from the tables in force.

A name that no table holds is made from its id, so that a report never stops for a missing title.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element
from equipoise.core.errors import TableError
from equipoise.core.tables import Row, load_table

__all__ = [
    "Source",
    "anchor",
    "attribute_title",
    "cell",
    "cite",
    "from_id",
    "graded",
    "keys_of",
    "measure_limits",
    "measure_title",
    "once",
    "region_point",
    "region_title",
    "rows_of",
    "source",
    "treatment_class",
    "treatment_title",
]

SHORT: Final = 6
HISTORY: Final = "history"
"""Words of a title that stand for a source without authors."""
_Held = tuple[tuple[Row, ...], dict[tuple[str | None, ...], tuple[Row, ...]]]
_HELD: Final[dict[tuple[str, ...], _Held]] = {}
"""Rows of a table by the cells that were asked for: a page asks more than a thousand times."""


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the list of sources; `short` is how a table cites it."""

    key: str
    short: str
    text: str
    link: str | None
    link_text: str | None


def _row(table: str, **cells: str) -> Row | None:
    return next(iter(rows_of(table, **cells)), None)


def rows_of(table: str, **cells: str) -> tuple[Row, ...]:
    """Return every row with these cells; none where table or column is missing."""
    try:
        rows = load_table(table).rows
    except TableError:
        return ()
    held = _HELD.get((table, *cells))
    if held is None or held[0] is not rows:
        found: dict[tuple[str | None, ...], list[Row]] = {}
        for row in rows:
            found.setdefault(tuple(row.cells.get(name) for name in cells), []).append(row)
        held = _HELD[table, *cells] = (rows, {key: tuple(group) for key, group in found.items()})
    return held[1].get(tuple(cells.values()), ())


def cell(table: str, column: str, **cells: str) -> str | None:
    """Return one cell, or None where table, row, column or value is missing."""
    row = _row(table, **cells)
    if row is None or column not in row.cells:
        return None
    return row.optional_text(column)


def from_id(name: str) -> str:
    """Return an id as words: ``mri.rest_default_mode`` becomes ``Rest default mode``."""
    words = name.rpartition(".")[2].replace("_", " ").strip() or name
    return words[:1].upper() + words[1:]


def anchor(*parts: str) -> str:
    """Return an id for an HTML element, made of the parts."""
    slug = re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")
    return f"d-{slug}"


def once(anchors: list[str]) -> tuple[str, ...]:
    """Return the ids, numbered where one would stand twice on the page."""
    seen: dict[str, int] = {}
    for name in anchors:
        seen[name] = seen.get(name, 0) + 1
    left = {name: 0 for name in seen}
    found = []
    for name in anchors:
        left[name] += 1
        found.append(name if left[name] == 1 else f"{name}-{left[name]}")
    return tuple(found)


def measure_title(measure: str) -> str:
    """Return the printed name of a measure, or of a fact that bears on prognosis."""
    if measure == HISTORY:
        return "Treatments tried before"
    for table in ("measures/measures", "baselines/covariates"):
        title = cell(table, "title", id=measure)
        if title:
            return title
    return from_id(measure)


def treatment_title(treatment: str) -> str:
    """Return the printed name of a treatment or drug."""
    for table in ("treatments/treatments", "drugs/drugs"):
        title = cell(table, "title", id=treatment) or cell(table, "name", id=treatment)
        if title:
            return title[:1].upper() + title[1:]
    return from_id(treatment)


def treatment_class(treatment: str) -> str | None:
    """Return the class of a treatment or drug, as an id."""
    for table in ("treatments/treatments", "drugs/drugs"):
        for column in ("drug_class", "class"):
            found = cell(table, column, id=treatment)
            if found:
                return found
    return None


def attribute_title(attribute: str) -> str:
    """Return the printed name of what is weighed in the ranking."""
    found = cell("hyperparameters/attributes", "title", id=attribute)
    return found or attribute.replace("_", " ")


def measure_limits(measure: str) -> tuple[float, float] | None:
    """Return the lowest and highest possible value of a scale, or None."""
    row = _row("scales/scales", id=measure.rpartition(".")[2])
    if row is None:
        return None
    return row.number("total_minimum"), row.number("total_maximum")


def region_title(region: str) -> str:
    """Return the printed name of a brain region."""
    return cell("regions/regions", "title", id=region) or from_id(region)


def region_point(region: str) -> tuple[float, float, float] | None:
    """Return the centre of a region in mm, or None where no table gives one."""
    row = _row("regions/regions", id=region)
    if row is None or not {"x", "y", "z"} <= set(row.cells):
        return None
    x, y, z = (row.optional_number(axis) for axis in "xyz")
    return None if x is None or y is None or z is None else (x, y, z)


def source(key: str) -> Source:
    """Return a reference as text with its link."""
    row = _row("references/references", key=key)
    if row is None:
        return Source(key, from_id(key), from_id(key), None, None)
    cells = [row.optional_text(column) for column in ("authors", "year", "title", "journal")]
    text = ". ".join(part.rstrip(".") for part in cells if part) + "."
    authors, year, title, _ = cells
    short = " ".join(part for part in (authors or _brief(title or text), year) if part)
    doi, pmid = row.optional_text("doi"), row.optional_text("pmid")
    if doi:
        return Source(key, short, text, f"https://doi.org/{doi}", f"doi:{doi}")
    if pmid and pmid.isdigit():
        return Source(key, short, text, f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/", f"PMID {pmid}")
    return Source(key, short, text, None, None)


def _brief(title: str) -> str:
    """Return the first words of a title, up to a stop or six of them."""
    words = re.split(r"[,:;] |\. ", title)[0].split()
    return " ".join(words[:SHORT]) + ("\N{HORIZONTAL ELLIPSIS}" if len(words) > SHORT else "")


def keys_of(reference: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys in a reference cell; several stand between semicolons."""
    cells = (reference,) if isinstance(reference, str) else reference
    parts = [part.strip() for cell in cells for part in cell.split(";")]
    return tuple(part for part in dict.fromkeys(parts) if part and part != "n/a")


def cite(reference: str | tuple[str, ...]) -> Markup:
    """Return short citations that link to the list of sources."""
    links = [
        element("a", source(key).short, href=f"#{anchor('source', key)}")
        for key in keys_of(reference)
    ]
    return Markup("; ").join(links)


def graded(grade: str, reference: str | tuple[str, ...]) -> Markup:
    """Return grade and sources as one note: ``Grade B. Rush 2006``."""
    return Markup("Grade {}. {}").format(grade, cite(reference))
