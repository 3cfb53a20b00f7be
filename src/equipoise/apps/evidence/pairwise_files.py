"""The files of a pairwise meta-analysis, and its text for the terminal."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

from equipoise.apps.evidence.answer import exclusion_lines, header, number, wrapped
from equipoise.apps.evidence.folder import SUMMARY, csv_text, json_text
from equipoise.apps.evidence.pairwise import PairwiseRun
from equipoise.apps.evidence.shown import P95, exact, interval_text, p_text
from equipoise.apps.report.numbers import count

if TYPE_CHECKING:
    from equipoise.evidence.synthesis.pooling import Pooled
    from equipoise.evidence.synthesis.small_studies import Egger, Selection

__all__ = [
    "FILES",
    "OVERALL",
    "SELECTION_SAYS",
    "document",
    "egger_says",
    "files",
    "notes",
    "prediction_says",
    "selection_says",
    "study_rows",
    "text",
]

OVERALL: Final = "overall"
ESTIMATES: Final = (
    *("group", "k", "estimate", "se", "ci_low", "ci_high", "p_value"),
    *("prediction_low", "prediction_high", "tau2", "tau2_low", "tau2_high", "i2", "q", "q_p_value"),
)
STUDIES: Final = ("study", "group", "estimate", "se", "ci_low", "ci_high", "weight", "line")
FILES: Final = (
    *("estimates.csv", "studies.csv", "forest.svg", "funnel.svg", "report.html"),
    SUMMARY,
)
"""Names of all files, so that nothing else is replaced."""

HINT: Final = 1 / 10
"""Egger's test is taken for a hint below this p, as is its custom."""

NO_PREDICTION: Final = "needs two studies and a model of random effects"
SELECTION_SAYS: Final = (
    "Both look for a trace of results that were never published. Neither proves it: small studies "
    "may also differ in quality or in their patients, and with fewer than ten studies neither can "
    "tell much."
)


def study_rows(run: PairwiseRun) -> list[tuple[Any, ...]]:
    """Return one row for each study: label, group, estimate, se, interval, weight, line."""
    from equipoise.evidence.synthesis.pooling import LEVEL

    rows, reach = run.rows, NormalDist().inv_cdf((1 + LEVEL) / 2)
    return [
        (study, group, y, se, y - reach * se, y + reach * se, weight, line)
        for study, group, y, se, weight, line in zip(
            rows.studies,
            rows.groups or (None,) * len(rows.studies),
            rows.estimates,
            rows.standard_errors,
            run.pooled.weights,
            rows.lines,
            strict=True,
        )
    ]


def estimate_rows(run: PairwiseRun) -> list[tuple[Any, ...]]:
    """Return the row of all studies and one for each group."""
    found = [(OVERALL, run.pooled)]
    if run.groups is not None:
        found += zip(run.groups.groups, run.groups.pooled, strict=True)
    return [
        (
            *(name, p.k, p.estimate, p.standard_error, p.ci_low, p.ci_high, p.p_value),
            *(p.prediction_low, p.prediction_high, p.tau2, p.tau2_low, p.tau2_high),
            *(p.i2, p.q, p.q_p_value),
        )
        for name, p in found
    ]


def document(run: PairwiseRun) -> dict[str, Any]:
    """Return the summary of a pairwise analysis as plain values.

    Parameters
    ----------
    run : PairwiseRun
        What was pooled.

    Returns
    -------
    dict
        Among others ``estimate se ci_low ci_high tau2 q i2 k_studies``, groups and small studies.
    """
    groups: dict[str, Any] | None = None
    if run.groups is not None:
        groups = {
            "by_group": [
                {"group": name} | _pooled(pooled)
                for name, pooled in zip(run.groups.groups, run.groups.pooled, strict=True)
            ],
            "q_between": exact(run.groups.q_between),
            "df": run.groups.df,
            "p_value": exact(run.groups.p_value),
        }
    return (
        header("pairwise", run.source)
        | _pooled(run.pooled)
        | {
            "method": run.pooled.method,
            "hartung_knapp": run.pooled.hartung_knapp,
            "scale": run.asked.scale,
            "shown": _shown(run),
            "groups": groups,
            "repeated_studies": [
                {"study": one.study, "lines": list(one.lines)} for one in run.rows.repeated
            ],
            "small_studies": {
                "egger": _found(run.egger),
                "selection_model": _found(run.selection),
                "what_they_say": SELECTION_SAYS,
            },
        }
    )


def _pooled(pooled: Pooled) -> dict[str, Any]:
    numbers = {
        "estimate": pooled.estimate,
        "se": pooled.standard_error,
        "ci_low": pooled.ci_low,
        "ci_high": pooled.ci_high,
        "p_value": pooled.p_value,
        "tau2": pooled.tau2,
        "i2": pooled.i2,
        "h2": pooled.h2,
        "q": pooled.q,
        "q_p_value": pooled.q_p_value,
    }
    found: dict[str, Any] = {name: exact(value) for name, value in numbers.items()}
    found |= {"k_studies": pooled.k, "q_df": pooled.k - 1}
    for name in ("prediction_low", "prediction_high", "tau2_low", "tau2_high"):
        found |= number(name, getattr(pooled, name), NO_PREDICTION)
    return found


def _shown(run: PairwiseRun) -> dict[str, Any]:
    """Return the main numbers as ratios or proportions, where they are shown so."""
    pooled, shown = run.pooled, run.shown
    return {
        "as": shown.word,
        "estimate": exact(shown.of(pooled.estimate)),
        "ci_low": exact(shown.of(pooled.ci_low)),
        "ci_high": exact(shown.of(pooled.ci_high)),
    }


def _found(found: Egger | Selection | str) -> dict[str, Any]:
    if isinstance(found, str):
        return {"computed": False, "reason": found}
    fields = type(found).__slots__
    return {"computed": True} | {name: _value(getattr(found, name)) for name in fields}


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    return exact(value) if isinstance(value, float) else value


def files(run: PairwiseRun) -> dict[str, str]:
    """Return the tables and the summary of a pairwise analysis by file name.

    Parameters
    ----------
    run : PairwiseRun
        What was pooled.

    Returns
    -------
    dict of str to str
        The same estimates give the same text; pictures and page are of `pairwise_page`.
    """
    return {
        "estimates.csv": csv_text(ESTIMATES, estimate_rows(run)),
        "studies.csv": csv_text(STUDIES, study_rows(run)),
        SUMMARY: json_text(document(run)),
    }


def notes(run: PairwiseRun) -> tuple[str, ...]:
    """Return what must be said beside the results."""
    return (*run.source.notes, *exclusion_lines(run.source))


def text(run: PairwiseRun) -> str:
    """Return a pairwise analysis as lines for people."""
    pooled, shown = run.pooled, run.shown
    knapp = ", Hartung-Knapp" if pooled.hartung_knapp else ""
    lines = [
        f"{count(pooled.k, 'study', 'studies')} pooled ({pooled.method}{knapp})",
        f"  {shown.word:14}  {shown.text(pooled.estimate)} ({P95}: "
        f"{interval_text(shown, pooled.ci_low, pooled.ci_high)}){_p(run)}",
        *wrapped(f"{'a new study':14}  {_prediction(run)}", hanging=" " * 18),
        f"  {'heterogeneity':14}  {_heterogeneity(pooled)}",
    ]
    return "\n".join([*lines, *_group_lines(run), *_small_lines(run)])


def _p(run: PairwiseRun) -> str:
    # The logit of one half is no question that anybody asked.
    return "" if run.asked.scale == "logit" else f", {p_text(run.pooled.p_value)}"


def _prediction(run: PairwiseRun) -> str:
    said = prediction_says(run)
    return said or f"no prediction interval: it {NO_PREDICTION}"


def prediction_says(run: PairwiseRun) -> str:
    """Return where the true effect of a new study would lie; empty where nothing tells."""
    pooled, shown = run.pooled, run.shown
    low, high = pooled.prediction_low, pooled.prediction_high
    if low is None or high is None:
        return ""
    said = f"between {shown.text(low)} and {shown.text(high)} ({P95} prediction interval)"
    return said if pooled.tau2 else f"{said}, taking tau2 as 0{_not_shown(pooled)}"


def _not_shown(pooled: Pooled) -> str:
    """Return how far the data allow a variance between studies that was estimated as 0."""
    if not pooled.tau2_high:
        return ""
    return f", which the data do not show ({P95}: 0 to {pooled.tau2_high:.3g})"


def _heterogeneity(pooled: Pooled) -> str:
    if pooled.k == 1:
        return "one study tells nothing of it"
    return (
        f"tau2 {pooled.tau2:.4f}{_tau2(pooled)}, I2 {pooled.i2:.0f} %, "
        f"Q {pooled.q:.1f} on {pooled.k - 1}, {p_text(pooled.q_p_value)}"
    )


def _tau2(pooled: Pooled) -> str:
    if pooled.tau2_low is None or pooled.tau2_high is None:
        return ""
    return f" ({pooled.tau2_low:.4f} to {pooled.tau2_high:.4f})"


def _group_lines(run: PairwiseRun) -> list[str]:
    groups, shown = run.groups, run.shown
    if groups is None:
        return []
    width = min(max(len(name) for name in groups.groups), 40)
    lines = ["", "By group"]
    for name, pooled in zip(groups.groups, groups.pooled, strict=True):
        value = (
            f"{shown.text(pooled.estimate)} ({interval_text(shown, pooled.ci_low, pooled.ci_high)})"
        )
        studies = count(pooled.k, "study", "studies")
        lines.append(f"  {' '.join(name.split())[:width]:{width}}  {value:28}  {studies}")
    test = f"Q {groups.q_between:.1f} on {groups.df}, {p_text(groups.p_value)}"
    return [*lines, f"  difference between groups: {test}"]


def _small_lines(run: PairwiseRun) -> list[str]:
    said = (egger_says(run), selection_says(run))
    return ["", "Small studies", *(line for text in said for line in wrapped(text))]


def egger_says(run: PairwiseRun) -> str:
    """Return one sentence on Egger's test."""
    found = run.egger
    if isinstance(found, str):
        return f"Egger's test: none, as {found}."
    verdict = "no sign that smaller studies differ"
    if found.p_value < HINT:
        verdict = "a hint that smaller studies differ, no more"
    ends = f"{found.ci_low:.2f} to {found.ci_high:.2f}"
    return (
        f"Egger's test: bias {found.bias:.2f} ({P95}: {ends}), {p_text(found.p_value)}: {verdict}."
    )


def selection_says(run: PairwiseRun) -> str:
    """Return one sentence on the selection model."""
    found, shown = run.selection, run.shown
    if isinstance(found, str):
        return f"Selection model: none, as {found}."
    ends = interval_text(shown, found.ci_low, found.ci_high)
    return (
        f"Selection model: {shown.text(found.estimate)} ({ends}) after allowing for unpublished "
        f"results, {p_text(found.lrt_p_value)} for selection."
    )
