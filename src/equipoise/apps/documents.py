"""The documents that the command line prints and the run writes, from one dossier."""

from __future__ import annotations

from typing import Any

from equipoise.apps.report.listing import never_compared
from equipoise.core.documents import DECIMALS, SCHEMA_VERSION, to_plain
from equipoise.core.nouns import Decision, Dossier, NormedMeasurement, Prediction
from equipoise.core.preparation import preparation

__all__ = [
    "COVARIATES",
    "MEASURE_COLUMNS",
    "PREDICTION_COLUMNS",
    "measure_rows",
    "perfect_information",
    "plan_document",
    "prediction_rows",
    "tsv",
]

COVARIATES = ("mean_fd", "etiv")
"""Rows of `norms/covariates`: columns of the measures, so that a norm can be learned from them."""

MEASURE_COLUMNS = (
    "measure",
    "status",
    "value",
    "unit",
    "standard_error",
    "date",
    "coverage",
    "z",
    "z_standard_error",
    "centile",
    "norm",
    "norm_population",
    "extrapolated",
    "flags",
    "reason",
    "session",
    "scanner",
    "preparation",
    *COVARIATES,
)
PREDICTION_COLUMNS = (
    "treatment",
    "layer",
    "rank",
    *(
        f"{outcome}_{figure}"
        for outcome in ("response", "remission", "dropout")
        for figure in ("mean", "low80", "high80", "low95", "high95")
    ),
    "average_response",
    "shift",
    "shift_low95",
    "shift_high95",
    "shift_words",
    "outlook",
    "better_than_average",
    "utility",
    "p_best",
    "tied",
    "evidence_path",
    "never_compared",
    "extrapolated",
    "grade",
    "checked",
    "references",
    "history",
    "weeks_to_response",
)


def plan_document(dossier: Dossier, *, decide: bool) -> dict[str, Any]:
    """Return the plan of one person as plain values.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    decide : bool
        Whether to add the predictions.

    Returns
    -------
    dict
        Keys ``red_flags diagnosis_check staging options steps`` and, with `decide`,
        ``predictions head_to_head tests preferences exploratory``.
    """
    appraisal, plan = dossier.appraisal, dossier.plan
    document = {
        "schema_version": SCHEMA_VERSION,
        "label": dossier.label,
        "date": dossier.date,
        "notices": list(dossier.notices),
        "red_flags": to_plain(appraisal.red_flags),
        "diagnosis_check": to_plain(appraisal.diagnosis_check),
        "episode_criteria": to_plain(appraisal.episode_criteria),
        "specifiers": to_plain(appraisal.specifiers),
        "staging": {
            **to_plain(appraisal.stage),
            "trials": to_plain(appraisal.trials),
            "systems": to_plain(appraisal.staging),
            "pseudo_resistance": to_plain(appraisal.pseudo_resistance),
            "imaging_workup": to_plain(appraisal.imaging_workup),
        },
        "genes": to_plain(appraisal.genes),
        "gene_calls": to_plain(dossier.gene_calls),
        "gene_advice": to_plain(appraisal.gene_advice),
        "dose_limits": to_plain(appraisal.dose_limits),
        "options": to_plain(appraisal.verdicts),
        "phase": {"id": plan.phase, "title": plan.phase_title, "reason": plan.phase_reason},
        "steps": to_plain(plan.steps),
        "phases": to_plain(plan.phases),
        "schedules": to_plain(plan.schedules),
        "calendar": to_plain(plan.calendar),
        "guidelines": to_plain(plan.guidelines),
        "authorisations": to_plain(plan.authorisations),
        "unmapped": to_plain(dossier.timeline.unmapped),
        "blocked": to_plain(plan.blocked),
        "still_missing": list(plan.still_missing),
        "withheld": plan.withheld,
        "acknowledged_by": dossier.acknowledged_by,
        "clinically_reviewed": False,
    }
    return document | _decision(dossier) if decide else document


def _decision(dossier: Dossier) -> dict[str, Any]:
    decision = dossier.decision
    never = never_compared(decision)
    return {
        "sentence": decision.sentence,
        "predictions": [_prediction(p, p.treatment in never) for p in decision.predictions],
        "head_to_head": to_plain(decision.head_to_head),
        "tests": to_plain(decision.tests),
        "tests_sentence": decision.tests_sentence,
        "perfect_information": perfect_information(decision),
        "safety_tests": to_plain(decision.safety_tests),
        "preferences": {
            "weights": to_plain(dict(decision.weights)),
            "source": decision.weights_source,
            "would_change": to_plain(decision.preference_changes),
        },
        "continuations": to_plain(decision.continuations),
        "combinations": to_plain(decision.combinations),
        "year_plans": to_plain(decision.year_plans),
        "year_comparisons": to_plain(decision.year_comparisons),
        "covariates": to_plain(dossier.appraisal.covariates),
        "unranked": to_plain(decision.unranked),
        "exploratory": {
            "predictions": [_prediction(p, p.treatment in never) for p in decision.exploratory],
            "tests": to_plain(decision.exploratory_tests),
        },
    }


def perfect_information(decision: Decision) -> float | None:
    """Return what it would be worth to know everything, rounded as points of utility are."""
    return None if decision.perfect is None else round(decision.perfect, DECIMALS)


def _prediction(prediction: Prediction, never: bool) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(prediction)
    plain["never_compared"] = never
    plain["shift_detail"] = plain["shift"]
    plain["shift"] = plain["shift_detail"]["mean"]
    return plain


def measure_rows(dossier: Dossier) -> list[tuple[object, ...]]:
    """Return one row for each measurement, target and missing measure, sorted by id and date."""
    rows = [_normed_row(item) for item in dossier.measurements]
    rows += [
        _row(t.id, "measured", t.connectivity.value, t.connectivity.unit)
        | {
            "standard_error": t.connectivity.standard_error,
            "coverage": t.coverage,
            "flags": "; ".join(t.flags),
            "reason": f"target, {t.verdict}: see the target file",
        }
        for t in dossier.targets
    ]
    rows += [
        _row(n.id, "not measured") | {"reason": n.reason, "date": n.date, "session": n.session}
        for n in dossier.not_measured
    ]
    rows.sort(key=lambda row: (str(row["measure"]), str(row["date"])))
    return [tuple(row[column] for column in MEASURE_COLUMNS) for row in rows]


def _row(measure: str, status: str, value: float | None = None, unit: str = "") -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(MEASURE_COLUMNS)
    return empty | {"measure": measure, "status": status, "value": value, "unit": unit or None}


def _normed_row(item: NormedMeasurement) -> dict[str, Any]:
    taken = item.measurement
    return _row(taken.id, "measured", taken.quantity.value, taken.quantity.unit) | {
        "standard_error": taken.quantity.standard_error,
        "date": taken.date,
        "coverage": taken.coverage,
        "z": item.z,
        "z_standard_error": item.z_standard_error,
        "centile": item.centile,
        "norm": item.norm.id if item.norm else None,
        "norm_population": item.norm.population if item.norm else None,
        "extrapolated": item.extrapolated if item.norm else None,
        "flags": "; ".join(taken.flags) or None,
        "reason": item.reason,
        "session": taken.session,
        "scanner": taken.scanner,
        "preparation": preparation(taken) or None,
        **{name: dict(taken.covariates).get(name) for name in COVARIATES},
    }


def prediction_rows(dossier: Dossier) -> list[tuple[object, ...]]:
    """Return one row for each option and layer, in the order of the ranking."""
    layers = (dossier.decision.predictions, dossier.decision.exploratory)
    never = never_compared(dossier.decision)
    return [
        _prediction_row(prediction, rank, prediction.treatment in never)
        for layer in layers
        for rank, prediction in enumerate(layer, start=1)
    ]


def _prediction_row(prediction: Prediction, rank: int, never: bool) -> tuple[object, ...]:
    plain: dict[str, Any] = to_plain(prediction)
    chances = [
        figure
        for outcome in ("response", "remission", "dropout")
        for figure in (
            plain[outcome]["mean"],
            *plain[outcome]["ci80"],
            *plain[outcome]["ci95"],
        )
    ]
    shift = plain["shift"]
    # Options that the evidence does not separate share the first place.
    place = 1 if prediction.tied else rank
    ranked = place if prediction.layer == "established" else None
    return (
        prediction.treatment,
        prediction.layer,
        ranked,
        *chances,
        plain["average"],
        shift["mean"],
        *shift["ci95"],
        shift["words"],
        plain["outlook"],
        prediction.better_than_average,
        plain["utility"],
        plain["p_best"],
        prediction.tied,
        prediction.evidence_path,
        never,
        prediction.extrapolated,
        prediction.grade,
        prediction.checked,
        "; ".join(prediction.references),
        plain["history"],
        plain["weeks_to_response"] and plain["weeks_to_response"]["mean"],
    )


def tsv(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    """Return a table as tab-separated text with ``n/a`` for what is missing."""
    lines = ["\t".join(columns)]
    lines += ["\t".join(_cell(value) for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if value is None or value == "":
        return "n/a"
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(str(to_plain(value)).split())
