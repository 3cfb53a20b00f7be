"""From a file of variants to calls, phenotypes under the drugs taken, and advice."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from equipoise.appraise import appraise
from equipoise.appraise.dosing.advice import gene_evidence
from equipoise.assays.genes import call_genes, read_outside_table, read_variants
from equipoise.core.answers import given
from equipoise.core.called_genotypes import called_genotypes
from equipoise.core.dates import IsoDate, check_date
from equipoise.core.documents import SCHEMA_VERSION, to_plain
from equipoise.core.errors import InputError
from equipoise.core.nouns import (
    DrugUse,
    GeneAdvice,
    GeneCall,
    GenePhenotype,
    Timeline,
)
from equipoise.core.steps import Watcher, quiet
from equipoise.core.tables import load_table

__all__ = ["Request", "Result", "called", "document", "drug_ids", "entries", "run_day"]

SEPARATOR: Final = re.compile(r"\s*[,;]\s*")


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be called.

    Parameters
    ----------
    path : Path
        File of variants.
    sample, build : str or None
        Where the file does not tell.
    outside : Path or None
        Table of calls that another test made.
    drugs : tuple of str
        Ids of the drugs taken now.
    today : str
        Day of the run.
    """

    path: Path
    sample: str | None
    build: str | None
    outside: Path | None
    drugs: tuple[str, ...]
    today: IsoDate


@dataclass(frozen=True, slots=True)
class Result:
    """What was called, and what follows from it.

    Parameters
    ----------
    build, sample : str
        As read.
    calls : tuple of GeneCall
        One for each gene.
    genes : tuple of GenePhenotype
        Each reported diplotype with the phenotype as it acts under the drugs.
    advice : tuple of GeneAdvice
        For every antidepressant.
    drugs : tuple of str
        Ids of the drugs taken.
    not_used : tuple of str
        Genes of the outside table that nothing here reads.
    """

    build: str
    sample: str
    calls: tuple[GeneCall, ...]
    genes: tuple[GenePhenotype, ...]
    advice: tuple[GeneAdvice, ...]
    drugs: tuple[str, ...]
    not_used: tuple[str, ...]


def called(request: Request, watch: Watcher = quiet) -> Result:
    """Call the genes of one sample and read the guidelines with them.

    Parameters
    ----------
    request : Request
        The file and what is known besides.
    watch : Watcher, optional
        Told how far the reading of a large file is.

    Returns
    -------
    Result
        Without a call a gene counts as indeterminate, never as normal.

    Raises
    ------
    InputError
        If a file cannot be used.
    """
    table = None if request.outside is None else read_outside_table(request.outside)
    reading = read_variants(request.path, sample=request.sample, build=request.build, watch=watch)
    calls = call_genes(reading, () if table is None else table.calls)
    timeline = Timeline(
        label="",
        genotypes=given(called_genotypes(calls)),
        drugs=given(tuple(DrugUse(drug) for drug in request.drugs)),
    )
    appraisal = appraise(timeline, today=request.today)
    not_used = () if table is None else table.not_used
    return Result(
        reading.build,
        reading.sample,
        calls,
        appraisal.genes,
        appraisal.gene_advice,
        request.drugs,
        not_used,
    )


def run_day(date: str | None) -> IsoDate:
    """Return the day of the run: the one given, else today.

    Raises
    ------
    InputError
        If it is no whole date.
    """
    if date is None:
        return dt.date.today().isoformat()
    day = check_date(date, where="--date")
    if len(day) != len(dt.date.min.isoformat()):
        raise InputError("the day of the run must be a whole date", got=day, where="--date")
    return day


def drug_ids(text: str) -> tuple[str, ...]:
    """Return the ids of drugs that are named with commas between them.

    Parameters
    ----------
    text : str
        Ids, printed names or listed trade names.

    Returns
    -------
    tuple of str
        Each once, in the order given.

    Raises
    ------
    InputError
        If a name is not listed, or stands for several drugs.
    """
    names = _drug_names()
    found = []
    for part in SEPARATOR.split(text.strip()):
        ids = names.get(part.casefold(), ())
        if len(ids) != 1:
            from equipoise.ingest.fields import did_you_mean, near_names

            near = near_names(part, names) if part else ()
            raise InputError(
                "this name stands for several drugs" if ids else "this drug is not known",
                where="--drugs",
                got=repr(part),
                allowed=", ".join(ids) or "ids or listed names of `tables/drugs`",
                todo=did_you_mean(near),
            )
        found.append(ids[0])
    return tuple(dict.fromkeys(found))


def _drug_names() -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for row in load_table("drugs/drugs"):
        for name in (row.text("id"), row.text("title"), *row.items("aliases")):
            before = names.get(name.casefold(), ())
            names[name.casefold()] = tuple(dict.fromkeys((*before, row.text("id"))))
    return names


def document(result: Result) -> dict[str, Any]:
    """Return the JSON of a result: each gene by name, then the recommendations."""
    return {
        "schema_version": SCHEMA_VERSION,
        "build": result.build,
        "sample": result.sample,
        "drugs": list(result.drugs),
        "not_used": list(result.not_used),
        **{call.gene: _of_call(call, result.genes) for call in result.calls},
        "recommendations": [to_plain(advice) for advice in result.advice],
        "evidence": list(gene_evidence()),
    }


def _of_call(call: GeneCall, genes: tuple[GenePhenotype, ...]) -> dict[str, Any]:
    plain = {part.name: to_plain(getattr(call, part.name)) for part in fields(call)}
    missing = plain.pop("missing")
    mine = [gene for gene in genes if gene.gene == call.gene]
    acting = list(dict.fromkeys(gene.acting for gene in mine if gene.acting is not None))
    because = list(dict.fromkeys(drug for gene in mine for drug in gene.because))
    return {
        **plain,
        "missing_positions": [f"{item['id']} ({item['where']})" for item in missing],
        "missing_because": {item["id"]: item["why"] for item in missing},
        "acting_phenotype": acting[0] if len(acting) == 1 else None,
        "acting_phenotypes": acting,
        "acting_because": because,
    }


def entries(result: Result) -> tuple[str, ...]:
    """Return the lines that put the calls into a ``person.yaml``; none without a call."""
    lines = tuple(
        f'  - {{gene: {call.gene}, diplotype: "{diplotype}"}}'
        for call in result.calls
        for diplotype in call.diplotypes
    )
    return ("genotypes:", *lines) if lines else ()
