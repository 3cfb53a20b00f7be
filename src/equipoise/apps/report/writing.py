"""Pages of finished runs, written below the output folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from equipoise.apps.files import FileStore, labels_kept, write_all
from equipoise.apps.progress import progress
from equipoise.apps.report.anatomy import t1w_of
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.language import in_language
from equipoise.apps.report.pdf import PAPERS
from equipoise.apps.report.readers import READERS, file_name, render_for
from equipoise.core.documents import from_json
from equipoise.core.errors import InputError, OutputError, TableError
from equipoise.core.nouns import Dossier
from equipoise.core.steps import Watcher
from equipoise.core.tables import tables_digest

__all__ = ["FORMATS", "Order", "Written", "write_pages"]

FORMATS: Final = ("html", "pdf")
AT_ONCE: Final = 12
"""As many pages are written before anybody asks how far it is."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for: readers, language, file format, paper, and who releases it."""

    readers: tuple[str, ...]
    lang: str = "en"
    format: str = "html"
    paper: str = "a4"
    labels: tuple[str, ...] = ()
    released_by: str | None = None
    treatment: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, and one line for everybody who got none."""

    paths: tuple[Path, ...]
    refused: tuple[str, ...] = ()


def write_pages(out: Path, order: Order) -> Written:
    """Write the pages that were asked for: all of one person, or none of them.

    A person whose pages must not be made does not keep the others from theirs.

    Parameters
    ----------
    out : Path
        Output folder of a finished run.
    order : Order
        What was asked for.

    Returns
    -------
    Written
        The files, by person and reader, and who got none, and why.

    Raises
    ------
    InputError
        If there is no finished run, what was asked for does not exist, or nobody's pages can be
        made.
    """
    _check(order)
    labels = _wanted(out, order.labels)
    _check_release(labels, order)
    _check_places(out / file_name(one, r, order.format) for one in labels for r in order.readers)
    total, paths, refused = len(labels) * len(order.readers), [], []
    with in_language(order.lang), progress() as watch:
        for number, label in enumerate(labels):
            told = partial(_tell, watch, order, total, number * len(order.readers))
            try:
                paths += _write_person(out, label, order, told)
            except (OutputError, TableError):
                raise  # it is the same for everybody
            except InputError as error:
                refused.append(error)
    if refused and not paths and len({str(one) for one in refused}) == 1:
        raise refused[0]
    return Written(tuple(paths), tuple(str(one) for one in refused))


def _write_person(out: Path, label: str, order: Order, told: Callable[[int], None]) -> list[Path]:
    dossier = _finished(out, label)
    pages: dict[Path, bytes] = {}
    for number, reader in enumerate(order.readers):
        told(number)
        pages[out / file_name(label, reader, order.format)] = _page(reader, dossier, order)
    write_all(pages)
    _log_releases(out, dossier, order)
    return list(pages)


def _tell(watch: Watcher, order: Order, total: int, before: int, page: int) -> None:
    """Show how far it is where it takes longer than a moment: printing, or many people."""
    if order.format == "pdf" or total > AT_ONCE:
        watch("pages", before + page, total)


def _check_places(paths: Iterable[Path]) -> None:
    """Refuse before anything is written if a folder stands where a page should."""
    for path in paths:
        if path.is_dir():
            raise OutputError(
                "a folder stands where the page should be written",
                where=str(path),
                todo="move it away",
            )


def _log_releases(out: Path, dossier: Dossier, order: Order) -> None:
    """Log who handed out a page of an emergency: labels and names, no values."""
    from equipoise.apps.report.readers.urgent import released

    handed = [reader for reader in order.readers if released(reader, dossier)]
    if not handed:
        return
    # What runs people is heavy, and needed here for an emergency alone.
    from equipoise.apps.session import LOG, start_log

    start_log(out)
    for reader in handed:
        LOG.info("sub-%s page for %s released by %s", dossier.label, reader, order.released_by)


def _check(order: Order) -> None:
    for name, got, allowed in (
        *(("--for", reader, (*READERS, "all")) for reader in order.readers),
        ("--format", order.format, FORMATS),
        ("--paper", order.paper, PAPERS),
    ):
        if got not in allowed:
            raise InputError("no such choice", where=name, got=got, allowed=", ".join(allowed))


def _wanted(out: Path, labels: tuple[str, ...]) -> tuple[str, ...]:
    kept = labels_kept(out)
    if not kept:
        raise InputError(
            "no finished run here",
            where=str(out),
            todo="run equipoise plan PERSON --out, or equipoise run, into this folder first",
        )
    wanted = tuple(label.removeprefix("sub-") for label in labels)
    for label in wanted:
        if label not in kept:
            raise InputError(
                "no such participant", where=str(out), got=f"sub-{label}", allowed=", ".join(kept)
            )
    return wanted or kept


def _check_release(labels: tuple[str, ...], order: Order) -> None:
    """Refuse one name for a whole folder: a clinician hands over pages seen one by one."""
    if order.released_by is not None and len(labels) > 1 and not order.labels:
        raise InputError(
            "a page of an emergency is handed over person by person",
            where="--released-by",
            got=f"{len(labels)} people",
            todo="name whom with --participant-label",
        )


def _finished(out: Path, label: str) -> Dossier:
    where, todo = f"{out} sub-{label}", "run this person again"
    try:
        text = FileStore(out, label).newest("dossier")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "what was kept of this run cannot be read", where=where, todo=todo
        ) from error
    if text is None:
        raise InputError("this run was not finished", where=where, todo=todo)
    dossier = from_json(Dossier, text, where=where)
    if dossier.label != label:
        raise InputError(
            "what was kept is of another person", where=where, got=f"sub-{dossier.label}", todo=todo
        )
    return dossier


def _page(reader: str, dossier: Dossier, order: Order) -> bytes:
    notices = () if dossier.tables_digest == tables_digest() else (_OTHER_TABLES,)
    edition = Edition(
        t1w_of(dossier, dossier.timeline), order.released_by, order.treatment, notices
    )
    page = render_for(reader, dossier, edition)
    if order.format == "html":
        return page.encode("utf-8")
    from equipoise.apps.report.pdf import pdf_of

    return pdf_of(page, order.paper)


_OTHER_TABLES = (
    "The tables in force are not those of the run: run it again before anyone acts on this page."
)
