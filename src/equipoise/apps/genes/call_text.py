"""What a clinician reads of the genes: calls, what is open, what the drugs change, the advice."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Final

from equipoise.appraise.dosing.advice import gene_evidence
from equipoise.apps.genes.call import Result, entries
from equipoise.core.nouns import GeneAdvice, GeneCall, GenePhenotype
from equipoise.core.tables import load_table

__all__ = ["call_text"]

WIDTH: Final = 100
COLUMN: Final = 11
FEW: Final = 6
MOST_MISSING: Final = (
    "Most positions of a gene are missing: the file may list only what differs from the reference. "
    "Ask the laboratory for every position (equipoise genes positions lists them)."
)
FILES: Final = re.compile(r" \((?P<files>files of [^)]+)\)")
NO_RULE: Final = "No rule by genes"
NOT_GIVEN: Final = "not to be given now"
NO_DRUGS: Final = (
    "Drugs taken now: not given (--drugs). One that slows an enzyme would change what follows."
)
NOTE: Final = (
    "Not clinically reviewed. A position that was not read counts as not known, never as normal; "
    "doses are those of the guideline."
)


def call_text(result: Result) -> str:
    """Return the calls and the advice as text.

    Parameters
    ----------
    result : Result
        As `called` returns it.

    Returns
    -------
    str
        Called first, then what is open and what would settle it, then the drugs.
    """
    sections = (
        list(_head(result)),
        list(_called(result)),
        list(_open(result)),
        list(_changed(result)),
        list(_advice(result)),
        list(_record(result)),
        _wrapped(". ".join(gene_evidence()) + ".", ""),
        _wrapped(NOTE, ""),
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines)


def _wrapped(text: str, label: str) -> list[str]:
    """Return a paragraph behind a label, or as it is where there is none."""
    first = f"  {label:<{COLUMN}}" if label else ""
    blank = " " * len(first)
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=blank,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _line(text: str) -> list[str]:
    """Return a paragraph at the edge of the labels."""
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")


def _more(text: str) -> list[str]:
    """Return a paragraph below the one with the label."""
    blank = " " * (COLUMN + 2)
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=blank,
        subsequent_indent=blank,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _head(result: Result) -> Iterator[str]:
    versions = ", ".join(sorted({call.version for call in result.calls if call.version}))
    yield f"Pharmacogenes of the sample {result.sample} ({result.build}); definitions {versions}"
    if result.not_used:
        yield f"Also in the table of outside calls, not used: {', '.join(result.not_used)}"


def _called(result: Result) -> Iterator[str]:
    found = [call for call in result.calls if call.diplotypes]
    yield "Called" if found else "Called: nothing"
    for call in found:
        said = call.phenotype or f"phenotype open: {_or(call.phenotypes)}"
        score = f", activity score {call.activity_score}" if call.activity_score else ""
        origin = ", by another test" if call.source == "outside" else ""
        yield from _wrapped(f"{_or(call.diplotypes)}: {said}{score}{origin}", call.gene)
        yield from _settled(call)
        for flag in call.flags:
            yield from _more(flag)


def _open(result: Result) -> Iterator[str]:
    found = [call for call in result.calls if not call.diplotypes]
    if found:
        yield "Not called"
    for call in found:
        yield from _wrapped(call.no_call or "not tested", call.gene)
        if call.if_reference and _read(call):
            yield from _more(
                "if everything not read or not tested were as in the reference: "
                f"{_or(call.if_reference)} (nothing rests on this)"
            )
        yield from _settled(call)
        for flag in call.flags:
            yield from _more(flag)
    if any(2 * len(call.missing) > _positions(call.gene) for call in result.calls):
        yield from _line(MOST_MISSING)


def _positions(gene: str) -> int:
    return sum(row.text("gene") == gene for row in load_table("genes/positions"))


def _read(call: GeneCall) -> bool:
    """Whether any position was read: what the reference would be tells nothing of the person."""
    return len(call.missing) < _positions(call.gene)


def _settled(call: GeneCall) -> list[str]:
    return _more(f"settled by {'; '.join(call.settled_by)}") if call.settled_by else []


def _changed(result: Result) -> Iterator[str]:
    if not result.drugs:
        yield NO_DRUGS
        return
    yield f"Under {', '.join(map(_title, result.drugs))}"
    changed = [gene for gene in result.genes if gene.because]
    for gene in changed:
        yield from _wrapped(_acts(gene), gene.gene)
    if not changed:
        yield "  no gene acts otherwise than called"


def _acts(gene: GenePhenotype) -> str:
    because = f"because of {' and '.join(gene.because)}"
    before = f"{gene.diplotype}, {gene.phenotype}" if gene.diplotype else "not called"
    return f"acts as {gene.acting or 'a phenotype that is not known'} {because} ({before})"


def _advice(result: Result) -> Iterator[str]:
    if not result.advice:
        return
    # Each advice is said once, with all the drugs that it holds for.
    yield "What the guidelines say of each drug"
    said: dict[tuple[str, ...], list[str]] = {}
    for drug in dict.fromkeys(advice.drug for advice in result.advice):
        mine = [advice for advice in result.advice if advice.drug == drug and advice.genes]
        lines = tuple(f"{advice.action} [{_source(advice)}]" for advice in mine)
        if mine and mine[0].stopped_by:
            lines = (f"{NOT_GIVEN}: {'; '.join(mine[0].stopped_by)}", *lines)
        said.setdefault(lines, []).append(_title(drug))
    without = said.pop((), [])
    for lines, drugs in said.items():
        yield from _line(", ".join(drugs))
        for line in lines:
            yield from _more(line)
    if without:
        yield f"  {NO_RULE}"
        yield from _more(", ".join(without))
    yield from _files(result.advice)


def _files(advice: tuple[GeneAdvice, ...]) -> list[str]:
    """Say once of which day the files of a guideline are."""
    found: dict[str, list[str]] = {}
    for version in sorted({item.version for item in advice}):
        held = FILES.search(version)
        if held is not None:
            found.setdefault(held["files"], []).append(FILES.sub("", version))
    said = [f"{' and '.join(names)}: {files}" for files, names in found.items()]
    return _line("; ".join(said)) if said else []


def _title(drug: str) -> str:
    row = load_table("drugs/drugs").find(id=drug)
    return drug if row is None else row.text("title")


def _source(advice: GeneAdvice) -> str:
    read = [f"{g} {p}" for g, p in zip(advice.genes, advice.phenotypes, strict=True)]
    because = f", because of {' and '.join(advice.because)}" if advice.because else ""
    strength = "" if advice.strength == "n/a" else f", {advice.strength}"
    return f"{FILES.sub('', advice.version)}{strength}; {'; '.join(read)}{because}"


def _record(result: Result) -> Iterator[str]:
    lines = entries(result)
    if lines:
        yield "For person.yaml"
        yield from lines


def _or(names: tuple[str, ...]) -> str:
    more = len(names) - FEW
    shown = names[:FEW] if more > 0 else names
    return " or ".join(shown) + (f" or {more} more" if more > 0 else "")
