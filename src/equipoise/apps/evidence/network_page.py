"""The page of a network meta-analysis."""

from __future__ import annotations

from statistics import NormalDist

from equipoise.apps.evidence.charts.forest import (
    Forest,
    ForestGroup,
    ForestRow,
    forest_chart,
    forest_svg,
)
from equipoise.apps.evidence.charts.frame import minus
from equipoise.apps.evidence.charts.network import Net, NetNode, net_drawing, net_numbers, net_svg
from equipoise.apps.evidence.network import NetworkRun
from equipoise.apps.evidence.network_files import BY_CHANCE, estimate_rows, q_says
from equipoise.apps.evidence.page import NetView, Page, Section, left_out, notices, render
from equipoise.apps.evidence.shown import P95, Shown, interval_text, p_text
from equipoise.apps.report.numbers import count
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import capital

__all__ = ["files", "forest_picture", "network_picture", "page"]

RANK_LIMIT = (
    "A P-score is the mean certainty of being better than another treatment of this network. It "
    "ranks; it does not say by how much. Whether two treatments differ stands in the table of "
    "pairs, not in the overlap of these lines."
)
SQUARE = 12
"""Treatments up to which the page has a square table of all pairs."""

MEANS = {
    "log_odds_ratio": "odds ratio of the outcome",
    "mean_difference": "mean difference",
    "standardised_mean_difference": "standardised mean difference",
}


def files(run: NetworkRun) -> dict[str, str]:
    """Return the pictures and the page by file name.

    Parameters
    ----------
    run : NetworkRun
        The fitted network.

    Returns
    -------
    dict of str to str
        Each stands alone: nothing is fetched.
    """
    return {
        "network.svg": network_picture(run),
        "forest.svg": forest_picture(run),
        "report.html": page(run),
    }


def page(run: NetworkRun) -> str:
    """Return the page of a network.

    Parameters
    ----------
    run : NetworkRun
        The fitted network.

    Returns
    -------
    str
        One HTML document.
    """
    fit = run.fit
    facts = run.source.origin.facts
    return render(
        Page(
            brand="Network meta-analysis",
            title=f"{fit.n_nodes} treatments in {count(fit.k_studies, 'study', 'studies')}",
            facts=(
                ("Data", facts.name),
                ("Reference", fit.reference),
                ("Model", _model(run)),
            ),
            notes=notices(run.source),
            sections=(
                _answer(run),
                _network(run),
                _disagreement(run),
                _pairs(run),
                left_out(run.source),
            ),
        )
    )


def _model(run: NetworkRun) -> str:
    return "common effect" if run.fit.method == "common" else f"random effects, {run.fit.method}"


def _forest(run: NetworkRun) -> Forest:
    """Return the treatments against the reference, the best P-score first."""
    fit, direct = run.fit, run.data.comparisons()
    rows = []
    for name, estimate, _, low, high, score in sorted(estimate_rows(run), key=lambda r: -r[-1]):
        if name == fit.reference:
            rows.append(ForestRow(name, 0.0, 0.0, 0.0, "reference", note=f"P-score {score:.2f}"))
            continue
        pair = (min(name, fit.reference), max(name, fit.reference))
        tie = "never compared directly"
        if pair in direct:
            tie = f"compared directly in {count(direct[pair], 'study', 'studies')}"
        ends = (low, high)
        note = f"P-score {score:.2f}"
        rows.append(ForestRow(name, estimate, *ends, "treatment", under=tie, note=note))
    word = run.shown.word
    return Forest(
        id="forest",
        title=f"Every treatment against {fit.reference}",
        summary=f"Forest of {len(rows)} treatments. {_extremes(run)} The rows hold all numbers.",
        caption=f"Sorted by P-score. {RANK_LIMIT}",
        heads=("Treatment", f"{capital(word)} ({P95})"),
        axis=f"{word} against {fit.reference}",
        shown=run.shown,
        groups=(ForestGroup(None, tuple(rows)),),
        better="right" if run.asked.larger_is_better else "left",
    )


def _extremes(run: NetworkRun) -> str:
    """Return the largest and the smallest estimate in words."""
    rows = [row for row in estimate_rows(run) if row[0] != run.fit.reference]
    shown = run.shown
    parts = [
        f"{word} {row[0]} with {shown.text(row[1])} ({interval_text(shown, row[3], row[4])})"
        for word, row in (
            ("Largest:", max(rows, key=lambda row: row[1])),
            ("smallest:", min(rows, key=lambda row: row[1])),
        )
    ]
    return minus(f"{', '.join(parts)}.")


def _answer(run: NetworkRun) -> Section:
    rows = [row for row in estimate_rows(run) if row[0] != run.fit.reference]
    apart = sum(row[3] > 0 or row[4] < 0 for row in rows)
    title = (
        f"{apart} of {count(len(rows), 'treatment')} told apart from {run.fit.reference}"
        if apart
        else f"No treatment is told apart from {run.fit.reference}"
    )
    better = "larger" if run.asked.larger_is_better else "smaller"
    scale = MEANS.get(run.data.measure, run.shown.word)
    words = f"Numbers are the {scale} against {run.fit.reference}; {better} counts as better."
    return Section(
        *("answer", "The answer", title),
        paragraphs=(_extremes(run), words),
        charts=(forest_chart(_forest(run)),),
    )


def _net(run: NetworkRun) -> Net:
    data, people = run.data, dict(run.people)
    held = data.incidence().sum(axis=0).tolist()
    sizes = [people.get(name, 0.0) for name in data.treatments] if people else held
    place = {name: k for k, name in enumerate(data.treatments)}
    pairs = data.comparisons()
    return Net(
        title=f"Who was compared with whom: {len(data.treatments)} treatments",
        summary=(
            f"Network of {len(data.treatments)} treatments and "
            f"{count(len(pairs), 'pair')} compared directly. {_busiest(pairs)} "
            "All pairs stand in the table of comparisons."
        ),
        nodes=tuple(
            NetNode(name, size, name == run.fit.reference)
            for name, size in zip(data.treatments, sizes, strict=True)
        ),
        edges=tuple((place[one], place[other], k) for (one, other), k in sorted(pairs.items())),
    )


def _busiest(pairs: dict[tuple[str, str], int]) -> str:
    most = max(pairs.values())
    one, other = min(pair for pair, k in pairs.items() if k == most)
    return f"Most often: {one} and {other}, in {count(most, 'study', 'studies')}."


def _network(run: NetworkRun) -> Section:
    net, data, people = _net(run), run.data, dict(run.people)
    held = dict(zip(data.treatments, data.incidence().sum(axis=0).tolist(), strict=True))
    head = ("Treatment", "Number", "Studies") + (("People",) if people else ())
    rows = tuple(
        (name, str(k + 1), f"{held[name]:.0f}") + ((f"{people[name]:.0f}",) if people else ())
        for k, name in enumerate(data.treatments)
    )
    of_what = "people" if people else "studies"
    return Section(
        *("network", "The network", f"{count(len(net.edges), 'pair')} compared directly"),
        paragraphs=(_busiest(data.comparisons()),),
        net=NetView(
            title="Who was compared with whom",
            summary=net.summary,
            wide=net_drawing(net),
            narrow=net_numbers(net),
            caption=f"A larger circle holds more {of_what}, a thicker line more studies. The open "
            "circle is the reference.",
        ),
        tables=(DataTable("Treatments of the network", head, rows),),
        folded=(
            DataTable(
                "Comparisons made directly",
                ("Pair", "Studies"),
                tuple(
                    (f"{one} and {other}", str(k))
                    for (one, other), k in sorted(data.comparisons().items())
                ),
            ),
        ),
    )


def _disagreement(run: NetworkRun) -> Section:
    fit = run.fit
    title = f"I\N{SUPERSCRIPT TWO} {fit.i2:.0f} %: how far the studies disagree"
    if not fit.q_df:
        title = "Nothing tells how far the studies disagree"
    words = _q_words(run)
    if not run.splits:
        none = "No comparison has both direct and indirect evidence: nothing to set side by side."
        return Section(*("disagreement", "Disagreement", title), paragraphs=(*words, none))
    chance = f"{capital(BY_CHANCE)} alone at p < 0.05, and the tests of one network lean on each"
    return Section(
        *("disagreement", "Disagreement", title),
        paragraphs=words,
        tables=(_splits(run),),
        small=(f"{chance} other.",),
    )


def _q_words(run: NetworkRun) -> tuple[str, ...]:
    """Return the tests of disagreement that have something to test."""
    fit = run.fit
    parts = (
        ("Between sets of treatments, the sign of inconsistency", fit.between_designs),
        ("Between studies of the same treatments", fit.within_designs),
    )
    said = " ".join(f"{name}: {q_says(test)}." for name, test in parts if test.df)
    if not fit.q_df:
        return ()
    variance = (
        f"Variance between studies (tau\N{SUPERSCRIPT TWO}) {fit.tau2:.4f}; Q {fit.q:.1f} on "
        f"{fit.q_df} degrees of freedom, {p_text(fit.q_p_value)}."
    )
    return (variance, said) if said else (variance,)


def _splits(run: NetworkRun) -> DataTable:
    shown = run.shown
    rows = tuple(
        (
            f"{split.treat1} against {split.treat2}",
            _with_interval(shown, split.direct, split.direct_se),
            _with_interval(shown, split.indirect, split.indirect_se),
            _with_interval(shown, split.difference, split.difference_se),
            p_text(split.p_value).removeprefix("p = ").removeprefix("p "),
            str(split.k_direct),
        )
        for split in sorted(run.splits, key=lambda split: split.p_value)
    )
    both = "Ratio of the two" if shown.kind == "log" else "Difference of the two"
    head = ("Comparison", f"Direct {shown.word}", "Indirect", both, "p", "Studies")
    caption = f"Direct against indirect evidence, with {P95} intervals"
    return DataTable(caption, head, rows, widths=(25, 19, 19, 19, 9, 9))


def _with_interval(shown: Shown, estimate: float, error: float) -> str:
    reach = NormalDist().inv_cdf(1 - 1 / 40) * error
    ends = interval_text(shown, estimate - reach, estimate + reach)
    return minus(f"{shown.text(estimate)} ({ends})")


def _square(run: NetworkRun) -> DataTable:
    """Return the square league table, the best P-score first."""
    league, shown = run.league, run.shown
    names = [row[0] for row in sorted(estimate_rows(run), key=lambda row: -row[-1])]
    place = {name: k for k, name in enumerate(league.treatments)}

    def cell(one: str, other: str) -> str:
        """Return the row's treatment against the column's."""
        if one == other:
            return "\N{EM DASH}"
        at = (place[one], place[other])
        ends = interval_text(shown, float(league.low[at]), float(league.high[at]))
        return minus(f"{shown.text(float(league.estimate[at]))} ({ends})")

    return DataTable(
        f"League table, the best P-score first: {shown.word} of the row against the column",
        ("Treatment", *(f"against {name}" for name in names)),
        tuple((one, *(cell(one, other) for other in names)) for one in names),
    )


def _pairs(run: NetworkRun) -> Section:
    league, direct, shown = run.league, run.data.comparisons(), run.shown
    rows = []
    for i, one in enumerate(league.treatments):
        for j, other in enumerate(league.treatments):
            if i <= j:
                continue
            number = direct.get((min(one, other), max(one, other)), 0)
            ends = interval_text(shown, float(league.low[i, j]), float(league.high[i, j]))
            value = f"{shown.text(float(league.estimate[i, j]))} ({ends})"
            tie = count(number, "study", "studies") if number else "never compared directly"
            rows.append((f"{one} against {other}", minus(value), tie))
    caption = f"All {len(rows)} pairs, one row a pair: {shown.word} with {P95} interval"
    head = ("Pair", f"{capital(shown.word)} ({P95})", "Compared directly in")
    never = sum(row[2].startswith("never") for row in rows)
    title = f"{never} of {count(len(rows), 'pair')} never compared directly"
    words = "What was never compared directly rests on the other treatments alone."
    return Section(
        *("league", "All pairs", title if never else "Every pair was compared directly"),
        paragraphs=(words,) if never else (),
        square=_square(run) if len(league.treatments) <= SQUARE else None,
        folded=(DataTable(caption, head, tuple(rows), widths=(45, 30, 25)),),
        small=(f"league.csv has a row for each pair in either order, as {shown.computed}.",),
    )


def network_picture(run: NetworkRun) -> str:
    """Return the network plot as a file."""
    return net_svg(_net(run))


def forest_picture(run: NetworkRun) -> str:
    """Return the forest of treatments against the reference as a file."""
    return forest_svg(_forest(run))
