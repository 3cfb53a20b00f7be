"""The numbers of the audit page, read from the tables in force."""

from __future__ import annotations

from typing import Final

from equipoise import __version__, evidence, pipeline
from equipoise.core.nouns import Dossier
from equipoise.core.tables import Row, load_table, setting, table_names, tables_digest

__all__ = ["facts", "model_facts", "outside_rows"]

EVIDENCE: Final = ("baselines", "claims", "effects", "moderators", "treatments")
CHECKS: Final = ("checked", "derived", "recalled")
HUNDRED: Final = 100
SHORT: Final = 12


def facts(dossier: Dossier | None) -> dict[str, str]:
    """Return what fills the names in braces of ``validation/items``.

    Parameters
    ----------
    dossier : Dossier or None
        The run of a person; None for the model alone.

    Returns
    -------
    dict of str to str
        Text by name.
    """
    seed = pipeline.default_seed() if dossier is None else dossier.seed
    return {
        **model_facts(),
        **_calibration(),
        **_outside(),
        "seed": str(seed),
        "missing": "" if dossier is None else _missing(dossier),
    }


def model_facts() -> dict[str, str]:
    """Return how much of what the model rests on."""
    base = evidence.load()
    studies, effects = load_table("effects/studies"), load_table("effects/effects")
    findings = load_table("moderators/moderators")
    rows = [row for name in table_names() if name.split("/")[0] in EVIDENCE for row in _rows(name)]
    counts = {kind: sum(row.text("checked") == kind for row in rows) for kind in CHECKS}
    joint = {row.text("id"): row for row in studies if row.text("use") == "joint"}
    # Totals that are shown only would count people twice.
    arms = [row for row in load_table("effects/arms") if row.text("study") in joint]
    numbers = {
        "options": len({one.treatment for one in base.baselines}),
        "studies": len(studies),
        "anchors": sum(row.flag("anchor") for row in joint.values()),
        "joint": len(joint),
        "effects": len(effects),
        "pooled": sum(row.text("use") == "joint" for row in effects),
        "arms": len(arms),
        "people": round(sum(row.optional_number("people") or 0 for row in arms)),
        "acting": len(base.moderations),
        "established": sum(one.grade in {"A", "B"} for one in base.moderations),
        "findings": len(findings),
        "silent": sum(row.text("acts") == "none" for row in findings),
        "counted": len(rows),
        **counts,
        "measures": len(_reliable()),
        "hazards": len(load_table("hazards/hazards")),
    }
    return {
        **{name: f"{number:,}" for name, number in numbers.items()},
        "version": __version__,
        "digest": tables_digest()[:SHORT],
        "certainty": f"{setting('predict_certainty'):g}",
        "band": f"{HUNDRED * setting('predict_band'):g}",
    }


def _rows(name: str) -> tuple[Row, ...]:
    rows = load_table(name).rows
    return rows if rows and "checked" in rows[0].cells else ()


def _reliable() -> list[str]:
    rows = load_table("measures/measures")
    return [row.text("id") for row in rows if row.optional_number("reliability") is not None]


def _calibration() -> dict[str, str]:
    rows = load_table("validation/calibration").rows
    return {
        "checks": str(len(rows)),
        "runs": f"{min(row.number('runs') for row in rows):,.0f}",
        "held80": _range([HUNDRED * row.number("held80") for row in rows]),
        "held95": _range([HUNDRED * row.number("held95") for row in rows]),
        "smallest": f"{min(row.number('p') for row in rows):.2f}",
    }


def _range(numbers: list[float]) -> str:
    return f"{min(numbers):.0f} to {max(numbers):.0f}"


def outside_rows() -> tuple[tuple[str, str, str], ...]:
    """Return each group of published results: what, inside, of how many; no row is in two."""
    # The row of everything that is claimed holds rows of the others.
    rows = [row for row in load_table("validation/outside") if row.text("id") != "claimed"]
    return tuple((row.text("title"), row.text("inside"), row.text("rows")) for row in rows)


def _outside() -> dict[str, str]:
    rows = outside_rows()
    every = load_table("validation/outside").row(id="claimed")
    told = (*rows, (every.text("title"), every.text("inside"), every.text("rows")))
    return {
        "inside": str(sum(int(inside) for _, inside, _ in rows)),
        "rows": str(sum(int(count) for *_, count in rows)),
        "outside": "; ".join(f"{inside} of {count} {title}" for title, inside, count in told),
    }


def _missing(dossier: Dossier) -> str:
    known = set(_reliable())
    used = len(known.intersection(dossier.profile.measures_used))
    return f"In this run {used} of {len(known)} such measures were there."
