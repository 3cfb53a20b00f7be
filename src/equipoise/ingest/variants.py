"""Finds the file of variants of a person in a BIDS dataset, and the calls of other tests beside it.

BIDS has no place for them: they lie in ``sub-<label>/genetics``, or in that folder of a session.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from equipoise.core.nouns import VariantFile
from equipoise.ingest.bids import require_participant

__all__ = ["find_variants"]

FOLDER: Final = "genetics"
SUFFIXES: Final = (".vcf", ".vcf.gz", ".vcf.bgz", ".bcf")
OUTSIDE: Final = "_outsidecalls.tsv"


def find_variants(dataset: Path, label: str) -> tuple[VariantFile, ...]:
    """Return the files of variants of one person.

    Parameters
    ----------
    dataset : Path
        Root of the dataset.
    label : str
        BIDS label without ``sub-``.

    Returns
    -------
    tuple of VariantFile
        ``genetics/sub-<label>*.vcf``, ``.vcf.gz``, ``.vcf.bgz`` or ``.bcf``, by name, each with
        the ``*_outsidecalls.tsv`` of its folder; a table of outside calls alone stands for itself.
        The assay refuses several, and a file that is called as another person is.

    Raises
    ------
    InputError
        If the label is not in the dataset.
    """
    require_participant(dataset, label)
    person = dataset / f"sub-{label}"
    folders = [person / FOLDER, *sorted(person.glob(f"ses-*/{FOLDER}"))]
    return tuple(file for folder in folders for file in _in_folder(dataset, folder))


def _in_folder(dataset: Path, folder: Path) -> list[VariantFile]:
    files = sorted(path for path in folder.glob("sub-*") if not path.is_dir())
    tables = [path for path in files if path.name.endswith(OUTSIDE)]
    variants = [path for path in files if path.name.endswith(SUFFIXES)]
    if not variants:
        return [_file(dataset, table, table) for table in tables]
    beside = tables[0] if len(tables) == 1 else None
    found = [_file(dataset, path, beside) for path in variants]
    # Two tables cannot both hold: they are handed on, to be refused.
    return found if len(tables) <= 1 else [*found, *(_file(dataset, t, t) for t in tables)]


def _file(dataset: Path, path: Path, outside: Path | None) -> VariantFile:
    return VariantFile(
        path.relative_to(dataset).as_posix(),
        str(path.absolute()),
        None if outside is None else str(outside.absolute()),
    )
