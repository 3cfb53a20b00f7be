"""Pages of finished runs, written below the output folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
from equipoise.core.errors import InputError, OutputError
from equipoise.core.nouns import Dossier
from equipoise.core.steps import Watcher
from equipoise.core.tables import tables_digest

__all__ = ["FORMATS", "Order", "write_pages"]

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


def write_pages(out: Path, order: Order) -> tuple[Path, ...]:
    """Write every page that was asked for, all or none.

    Parameters
    ----------
    out : Path
        Output folder of a finished run.
    order : Order
        What was asked for.

    Returns
    -------
    tuple of Path
        The files, by person and reader.

    Raises
    ------
    InputError
        If there is no finished run, or a page must not be made.
    """
    _check(order)
    found = [_finished(out, label) for label in _wanted(out, order.labels)]
    asked = {
        out / file_name(dossier.label, reader, order.format): (reader, dossier)
        for dossier in found
        for reader in order.readers
    }
    _check_places(asked)
    pages: dict[Path, bytes] = {}
    with in_language(order.lang), progress() as watch:
        for number, (path, (reader, dossier)) in enumerate(asked.items()):
            _tell(watch, order, number, len(asked))
            pages[path] = _page(reader, dossier, order)
    write_all(pages)
    _log_releases(out, found, order)
    return tuple(pages)


def _tell(watch: Watcher, order: Order, done: int, total: int) -> None:
    """Show how far it is where it takes longer than a moment: printing, or many people."""
    if order.format == "pdf" or total > AT_ONCE:
        watch("pages", done, total)


def _check_places(paths: Iterable[Path]) -> None:
    """Refuse before anything is written if a folder stands where a page should."""
    for path in paths:
        if path.is_dir():
            raise OutputError(
                "a folder stands where the page should be written",
                where=str(path),
                todo="move it away",
            )


def _log_releases(out: Path, found: list[Dossier], order: Order) -> None:
    """Log who handed out a page of an emergency: labels and names, no values."""
    from equipoise.apps.report.readers.urgent import released

    handed = [(d.label, reader) for d in found for reader in order.readers if released(reader, d)]
    if not handed:
        return
    # What runs people is heavy, and needed here for an emergency alone.
    from equipoise.apps.session import LOG, start_log

    start_log(out)
    for label, reader in handed:
        LOG.info("sub-%s page for %s released by %s", label, reader, order.released_by)


def _check(order: Order) -> None:
    for name, got, allowed in (
        *(("--for", reader, READERS) for reader in order.readers),
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
