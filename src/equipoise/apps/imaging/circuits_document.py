"""What `equipoise circuits` prints and writes: measures, what was not measured, the scans."""

from __future__ import annotations

from typing import Any, Final

from equipoise import __version__
from equipoise.apps.imaging.target_document import MEASURE, Asked
from equipoise.apps.report.plain import plain
from equipoise.core.documents import SCHEMA_VERSION, to_plain
from equipoise.core.nouns import NormedMeasurement, NotMeasured, Result, ScanSummary
from equipoise.core.tables import load_table

__all__ = ["circuits_document", "circuits_text"]

_SCORE: Final = 2
_OTHERS: Final = "mri.structure"
"""Measures of tables of FreeSurfer, which this command is not given."""


def circuits_document(
    results: tuple[Result, ...], normed: tuple[NormedMeasurement, ...], asked: Asked
) -> dict[str, Any]:
    """Return the circuits as plain values.

    Parameters
    ----------
    results : tuple of Result
        What the assays measured.
    normed : tuple of NormedMeasurement
        Its measurements on their norms.
    asked : Asked
        What the run was told.

    Returns
    -------
    dict
        ``circuits`` by measure id, ``not_measured``, ``scans``.
    """
    missing = [
        one
        for one in results
        if isinstance(one, NotMeasured) and one.id != MEASURE and not one.id.startswith(_OTHERS)
    ]
    return {
        "schema_version": SCHEMA_VERSION,
        "label": asked.label,
        "date": asked.date,
        "seed": asked.seed,
        "version": __version__,
        "clinically_reviewed": False,
        "notices": list(asked.notices),
        "space": asked.space,
        "circuits": [_circuit(one) for one in normed],
        "not_measured": to_plain(tuple(missing)),
        "scans": to_plain(tuple(one for one in results if isinstance(one, ScanSummary))),
    }


def _circuit(one: NormedMeasurement) -> dict[str, Any]:
    taken = one.measurement
    return {
        "measure": taken.id,
        "title": _title(taken.id),
        "session": taken.session,
        "value": to_plain(taken.quantity.value),
        "standard_error": to_plain(taken.quantity.standard_error),
        "unit": taken.quantity.unit,
        "coverage": to_plain(taken.coverage),
        "z": to_plain(one.z),
        "z_standard_error": to_plain(one.z_standard_error),
        "centile": to_plain(one.centile),
        "norm": to_plain(one.norm),
        "extrapolated": one.extrapolated,
        "norm_reason": one.reason,
        "flags": list(taken.flags),
        "provenance": to_plain(taken.provenance),
    }


def _title(measure: str) -> str:
    row = load_table("measures/measures").find(id=measure)
    return measure if row is None else row.text("title")


def circuits_text(document: dict[str, Any]) -> str:
    """Return the circuits in lines for a terminal.

    Parameters
    ----------
    document : dict
        As :func:`circuits_document` makes it.

    Returns
    -------
    str
        Measures with their errors and norms, what was not measured, remarks.
    """
    who = f"sub-{document['label']}" if document["label"] else "no label"
    lines = [
        f"Equipoise {document['version']}: brain circuits, {who}, {document['date']}. "
        "Research software; not clinically reviewed.",
        *(f"Note: {notice}." for notice in document["notices"]),
        "",
        "CIRCUITS  a group difference says little about one person",
        *(_line(one) for one in document["circuits"]),
    ]
    if not document["circuits"]:
        lines.append("  none could be measured")
    if document["not_measured"]:
        lines += ["", "NOT MEASURED", *_missing(document["not_measured"])]
    flags = dict.fromkeys(flag for one in document["circuits"] for flag in one["flags"])
    flags = {flag: None for flag in flags if flag not in document["notices"]}
    if flags:
        lines += ["", "REMARKS", *(f"  - {flag}" for flag in flags)]
    return "\n".join(lines)


def _missing(gaps: list[dict[str, Any]]) -> list[str]:
    """Return one line for each reason: by name, or counted where it is that of many measures."""
    reasons: dict[str, list[str]] = {}
    for gap in gaps:
        reasons.setdefault(gap["reason"], []).append(_title(gap["id"]))
    return [
        f"  {titles[0] if len(titles) == 1 else f'{len(titles)} measures'}: {plain(reason)}"
        for reason, titles in reasons.items()
    ]


def _line(one: dict[str, Any]) -> str:
    error = one["standard_error"]
    spread = "" if error is None else f", standard error {error:.{_SCORE}f}"
    unit = "" if one["unit"] == "1" else f" {one['unit']}"
    placed = (
        f"no norm: {one['norm_reason']}"
        if one["z"] is None
        else f"z {one['z']:.1f}, centile {one['centile']:.0f}"
    )
    when = f" ses-{one['session']}" if one["session"] else ""
    return f"  {one['title']}{when}: {one['value']:.{_SCORE}f}{unit}{spread}; {placed}"
