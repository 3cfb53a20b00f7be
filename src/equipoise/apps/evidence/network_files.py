"""The files of a network meta-analysis, and its text for the terminal."""

from __future__ import annotations

from typing import Any, Final

from equipoise.apps.evidence.answer import exclusion_lines, header, wrapped
from equipoise.apps.evidence.folder import SUMMARY, csv_text, json_text
from equipoise.apps.evidence.network import NetworkRun
from equipoise.apps.evidence.shown import P95, exact, interval_text, p_text
from equipoise.apps.report.numbers import count

__all__ = [
    "BY_CHANCE",
    "FILES",
    "document",
    "estimate_rows",
    "files",
    "notes",
    "q_says",
    "text",
]

ESTIMATES: Final = ("treatment", "estimate", "se", "ci_low", "ci_high", "p_score")
LEAGUE: Final = (
    *("treatment", "comparator", "estimate", "se", "ci_low", "ci_high", "k_direct"),
    "measure",
)
SPLITS: Final = (
    *("treat1", "treat2", "direct", "direct_se", "indirect", "indirect_se"),
    *("difference", "difference_se", "p_value", "k_direct"),
)
FILES: Final = (
    *("estimates.csv", "league.csv", "splits.csv", "network.svg", "forest.svg"),
    *("report.html", SUMMARY),
)
"""Names of all files, so that nothing else is replaced."""

BY_CHANCE: Final = "about one comparison in twenty differs by chance"


def estimate_rows(run: NetworkRun) -> list[tuple[str, float, float, float, float, float]]:
    """Return one row for each treatment, the reference (all zero) first."""
    league = run.league
    columns = (league.estimate, league.se, league.low, league.high)
    estimate, se, low, high = (table[:, 0].tolist() for table in columns)
    return list(zip(run.fit.treatments, estimate, se, low, high, run.p_scores, strict=True))


def league_rows(run: NetworkRun) -> list[tuple[Any, ...]]:
    """Return one row for every ordered pair of treatments."""
    league, direct = run.league, run.data.comparisons()
    columns = (league.estimate, league.se, league.low, league.high)
    return [
        (
            *(one, other),
            *(float(table[i, j]) for table in columns),
            direct.get((min(one, other), max(one, other)), 0),
            run.shown.computed.removesuffix("s").replace(" ", "_"),
        )
        for i, one in enumerate(league.treatments)
        for j, other in enumerate(league.treatments)
        if i != j
    ]


def split_rows(run: NetworkRun) -> list[tuple[Any, ...]]:
    """Return one row for each comparison with direct and indirect evidence."""
    return [tuple(getattr(split, column) for column in SPLITS) for split in run.splits]


def document(run: NetworkRun) -> dict[str, Any]:
    """Return the summary of a network as plain values.

    Parameters
    ----------
    run : NetworkRun
        The fitted network.

    Returns
    -------
    dict
        Among others ``tau2 q i2 k_studies n_nodes``, the estimates and what was left out.
    """
    fit = run.fit
    held = run.data.incidence().sum(axis=0).tolist()
    people = dict(run.people)
    return header("network", run.source) | {
        "measure": run.data.measure,
        "method": fit.method,
        "reference": fit.reference,
        "reference_given": run.asked.reference is not None,
        "larger_is_better": run.asked.larger_is_better,
        "level": exact(run.league.level),
        "tau2": exact(fit.tau2),
        "q": exact(fit.q),
        "q_df": fit.q_df,
        "q_p_value": exact(fit.q_p_value),
        "i2": exact(fit.i2),
        "q_within_designs": _q_test(fit.within_designs),
        "q_between_designs": _q_test(fit.between_designs),
        "k_studies": fit.k_studies,
        "n_nodes": fit.n_nodes,
        "corrected_studies": list(run.data.corrected),
        "studies_on_rows_apart": [
            {"study": one.study, "lines": list(one.lines)} for one in run.apart
        ],
        "estimates": [
            {key: exact(v) if isinstance(v, float) else v for key, v in _named(row).items()}
            for row in estimate_rows(run)
        ],
        "treatments": [
            {"treatment": name, "studies": int(k)}
            | ({"people": int(people[name])} if name in people else {})
            for name, k in zip(run.data.treatments, held, strict=True)
        ],
        "comparisons": [
            {"treat1": one, "treat2": two, "studies": k}
            for (one, two), k in sorted(run.data.comparisons().items())
        ],
        "splits": len(run.splits),
    }


def _named(row: tuple[str, float, float, float, float, float]) -> dict[str, str | float]:
    return dict(zip(ESTIMATES, row, strict=True))


def _q_test(test: Any) -> dict[str, Any]:
    return {"q": exact(test.q), "df": test.df, "p_value": exact(test.p_value)}


def files(run: NetworkRun) -> dict[str, str]:
    """Return the tables and the summary of a network by file name.

    Parameters
    ----------
    run : NetworkRun
        The fitted network.

    Returns
    -------
    dict of str to str
        The same network gives the same text; pictures and page are of `network_page`.
    """
    return {
        "estimates.csv": csv_text(ESTIMATES, estimate_rows(run)),
        "league.csv": csv_text(LEAGUE, league_rows(run)),
        "splits.csv": csv_text(SPLITS, split_rows(run)),
        SUMMARY: json_text(document(run)),
    }


def notes(run: NetworkRun) -> tuple[str, ...]:
    """Return what must be said beside the results."""
    return (*run.source.notes, *exclusion_lines(run.source))


def text(run: NetworkRun) -> str:
    """Return a network as lines for people, the best P-score first."""
    fit, shown = run.fit, run.shown
    better = "larger" if run.asked.larger_is_better else "smaller"
    rows = sorted(estimate_rows(run), key=lambda row: -row[-1])
    width = min(max(len(name) for name in ("treatment", *fit.treatments)), 40)
    lines = [
        f"{count(fit.k_studies, 'study', 'studies')}, {fit.n_nodes} treatments, compared with "
        f"{fit.reference} ({fit.method})",
        *_disagreement(run),
        "",
        f"  {'treatment':{width}}  {f'{shown.word} ({P95})':32}  P-score ({better} is better)",
    ]
    for name, estimate, _, low, high, score in rows:
        value = "reference"
        if name != fit.reference:
            value = f"{shown.text(estimate):>6} ({interval_text(shown, low, high)})"
        lines.append(f"  {' '.join(name.split())[:width]:{width}}  {value:32}  {score:.2f}")
    lines += ["", *_split_lines(run)]
    return "\n".join(lines)


def _disagreement(run: NetworkRun) -> list[str]:
    """Return how far the studies disagree; nothing where nothing can tell."""
    fit = run.fit
    lines = []
    if fit.q_df:
        lines.append(
            f"  tau2 {fit.tau2:.4f}, I2 {fit.i2:.0f} %, Q {fit.q:.1f} on {fit.q_df} degrees of "
            f"freedom, {p_text(fit.q_p_value)}"
        )
    if fit.between_designs.df:
        lines.append(f"  between designs: {q_says(fit.between_designs)}")
    return lines


def q_says(test: Any) -> str:
    """Return a Q with its degrees of freedom: ``Q 3.1 on 2, p = 0.212``."""
    return f"Q {test.q:.1f} on {test.df}, {p_text(test.p_value)}"


def _split_lines(run: NetworkRun) -> list[str]:
    if not run.splits:
        return ["No comparison has both direct and indirect evidence: nothing to compare."]
    odd = sum(split.p_value < 1 / 20 for split in run.splits)
    said = (
        f"Direct against indirect evidence: {odd} of "
        f"{count(len(run.splits), 'comparison differs', 'comparisons differ')} (p < 0.05); "
        f"{BY_CHANCE}."
    )
    return wrapped(said, indent="", hanging="  ")
