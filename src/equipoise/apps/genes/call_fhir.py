"""Writes the calls of one person as a FHIR genomics report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

from equipoise.apps.files import write_text
from equipoise.apps.genes.call import Request, Result
from equipoise.core.errors import InputError, OutputError

__all__ = ["person_label", "write_report"]

LABEL: Final = re.compile(r"[A-Za-z0-9]+", re.ASCII)
IN_NAME: Final = re.compile(r"sub-([A-Za-z0-9]+)", re.ASCII)


def person_label(given: str | None, path: Path) -> str:
    """Return the label of the person: the one given, else that of a file named as BIDS does.

    The name of the sample is not used: it may be the name or number of a person.

    Parameters
    ----------
    given : str or None
        As the user gives it.
    path : Path
        File of variants.

    Returns
    -------
    str
        Letters and digits.

    Raises
    ------
    InputError
        If there is none, or it has other characters.
    """
    found = IN_NAME.match(path.name)
    label = given if given is not None else found[1] if found else None
    if label is None:
        raise InputError(
            "a FHIR report needs a label for the person", where="--label",
            allowed="letters and digits", todo="add --label 01",
        )  # fmt: skip
    if LABEL.fullmatch(label) is None:
        raise InputError(
            "a label has letters and digits only", where="--label", got=label, todo="shorten it"
        )
    return label


def write_report(out: Path, result: Result, label: str, request: Request) -> None:
    """Write the report of one sample, whole or not at all.

    Parameters
    ----------
    out : Path
        The file.
    result : Result
        Calls, phenotypes and advice.
    label : str
        Label of the person.
    request : Request
        Day of the run, and the files that the report must not replace.

    Raises
    ------
    OutputError
        If it would replace an input, or cannot be written.
    """
    from equipoise.apps.genes.fhir import genomics_report

    inputs = [path for path in (request.path, request.outside) if path is not None]
    if out.resolve() in {path.resolve() for path in inputs}:
        raise OutputError("the report would replace an input", where="--fhir", got=str(out))
    report = genomics_report(
        result.calls, result.advice, result.genes, label=label, date=request.today
    )
    write_text(out, json.dumps(report, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
