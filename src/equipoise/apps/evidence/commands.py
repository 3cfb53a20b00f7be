"""What each evidence command does; the command line only parses and prints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from equipoise.apps.evidence.answer import Answer
from equipoise.apps.evidence.folder import check_folder, write_results
from equipoise.core.errors import InputError
from equipoise.evidence.readers import Reading
from equipoise.evidence.readers.numerals import MARKS
from equipoise.evidence.readers.sheet import DELIMITERS

if TYPE_CHECKING:
    from equipoise.apps.evidence.network import NetworkAsked
    from equipoise.apps.evidence.pairwise import PairwiseAsked

__all__ = ["choice", "network", "pairwise", "reading"]


def choice(got: str, option: str, allowed: tuple[str, ...]) -> str:
    """Return one of the allowed words, whatever its capitals.

    Raises
    ------
    InputError
        If it is none of them.
    """
    for word in allowed:
        if word.casefold() == got.casefold():
            return word
    raise InputError("no such choice", where=option, got=got, allowed=", ".join(allowed))


def reading(where: tuple[str, ...], delimiter: str | None, decimal: str | None) -> Reading:
    """Return what the user said about a file.

    Parameters
    ----------
    where : tuple of str
        Conditions, ``COLUMN=VALUE``.
    delimiter, decimal : str or None
        Names or signs.

    Returns
    -------
    Reading
        With names.

    Raises
    ------
    InputError
        If one of them is not known.
    """
    conditions = []
    for condition in where:
        column, sign, value = condition.partition("=")
        if not sign or not column.strip():
            raise InputError("no condition", where="--where", got=condition, allowed="COLUMN=VALUE")
        conditions.append((column.strip(), value.strip()))
    return Reading(
        delimiter=_named(delimiter, "--delimiter", DELIMITERS),
        decimal=_named(decimal, "--decimal", MARKS),
        where=tuple(conditions),
    )


def _named(got: str | None, option: str, signs: dict[str, str]) -> str | None:
    if got is None:
        return None
    by_sign = {sign: name for name, sign in signs.items()} | {r"\t": "tab"}
    return choice(by_sign.get(got, got), option, tuple(signs))


def _check_named(out: Path | None) -> None:
    """Refuse an output without a name; a path cannot tell an empty name from the folder ``.``."""
    if out == Path():
        raise InputError(
            "no folder is named",
            where="--out",
            todo="name a folder; the present one by its whole path",
        )


def pairwise(data: Path, asked: PairwiseAsked, out: Path | None) -> Answer:
    """Pool the estimates of a file and write the results.

    Parameters
    ----------
    data : Path
        CSV file.
    asked : PairwiseAsked
        Columns and choices.
    out : Path or None
        Output folder.

    Returns
    -------
    Answer
        What is printed.

    Raises
    ------
    InputError
        If the output has no name, or as the analysis says.
    """
    from equipoise.apps.evidence import pairwise_files, pairwise_page
    from equipoise.apps.evidence.pairwise import analyse

    _check_named(out)
    run = analyse(data, asked)
    text = pairwise_files.text(run)
    if out is not None:
        check_folder(out, pairwise_files.FILES, data, "pairwise")
        write_results(out, pairwise_files.files(run) | pairwise_page.files(run))
        text += f"\n\nReport: {out / 'report.html'}"
    return Answer(pairwise_files.document(run), text, pairwise_files.notes(run))


def network(data: Path, asked: NetworkAsked, out: Path | None) -> Answer:
    """Fit the network of a file and write the results.

    Parameters
    ----------
    data : Path
        CSV file.
    asked : NetworkAsked
        Columns and choices.
    out : Path or None
        Output folder.

    Returns
    -------
    Answer
        What is printed.

    Raises
    ------
    InputError
        If the output has no name, or as the analysis says.
    """
    from equipoise.apps.evidence import network_files, network_page
    from equipoise.apps.evidence.network import analyse

    _check_named(out)
    run = analyse(data, asked)
    text = network_files.text(run)
    if out is not None:
        check_folder(out, network_files.FILES, data, "network")
        write_results(out, network_files.files(run) | network_page.files(run))
        text += f"\n\nReport: {out / 'report.html'}"
    return Answer(network_files.document(run), text, network_files.notes(run))
