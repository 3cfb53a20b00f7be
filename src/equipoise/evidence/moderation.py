"""How measures shift effects: the published findings that act, with their posteriors.

Signs: a positive estimate means that `treatment` is better than `comparator` at a higher *score*;
the column `score` of the table says what higher means.

Findings on one pair of options and one measure are one coefficient and are joined. An option that
two different pairs share on one measure would be counted twice, and is refused.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from equipoise.core.errors import TableError
from equipoise.core.nouns import Moderation
from equipoise.core.tables import Row, load_table, setting
from equipoise.evidence.findings import check_row, later_studies
from equipoise.evidence.slope_posterior import (
    Estimate,
    Grid,
    Miss,
    censored_standard_error,
    posterior,
)

__all__ = ["budget_scale", "option_variances", "read_moderations"]

EXPLORATORY: Final = ("C", "D", "N")


def read_moderations() -> tuple[Moderation, ...]:
    """Return the findings of `tables/moderators` that act, with their posteriors, sorted by id.

    Returns
    -------
    tuple of Moderation
        One for each pair of options and measure; the id is that of its first finding.

    Raises
    ------
    TableError
        If a row is graded above C without a prospective randomised test, acts without a measure
        or a slope, or shares an option on one measure with another pair.
    """
    rows = sorted(load_table("moderators/moderators"), key=lambda row: row.text("id"))
    for row in rows:
        check_row(row)
    acting = [row for row in rows if row.text("acts") != "none"]
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in acting:
        groups.setdefault(_coefficient(row), []).append(row)
    active = _active()
    _check_overlap([group[0] for group in groups.values()], active)
    firsts = [_widest(group) for group in groups.values()]
    exploratory = [row for row in firsts if row.text("grade") in EXPLORATORY]
    variances = option_variances(exploratory, active)
    budget = setting("evidence_exploratory_budget")
    return tuple(
        _moderation(group, budget_scale(first, variances, budget) if first in exploratory else 1.0)
        for group, first in zip(groups.values(), firsts, strict=True)
    )


def option_variances(rows: Sequence[Row], active: frozenset[str]) -> dict[str, float]:
    """Return the summed prior variance of the coefficients of each option.

    Parameters
    ----------
    rows : sequence of Row
        Of `moderators/moderators`; those that do not move a person's options one against another
        count for nothing.
    active : frozenset of str
        Every treatment; a comparator that is none of them is inert.

    Returns
    -------
    dict of str to float
        Squared logit per standard deviation of the true score. Two active options take half of the
        variance of their contrast each; against an inert alternative the treatment takes it all.
    """
    found: dict[str, float] = {}
    for row in rows:
        if row.text("acts") != "person" or row.text("row_type") != "contrast":
            continue
        named = [name for name in _pair(row) if name in active]
        for name in named:
            share = row.number("prior_sd") ** 2 / len(named)
            found[name] = found.get(name, 0.0) + share
    return found


def budget_scale(row: Row, variances: dict[str, float], budget: float) -> float:
    """Return the factor that keeps every contrast of a row's options within the budget.

    Parameters
    ----------
    row : Row
        Of `moderators/moderators`.
    variances : dict of str to float
        By option, from :func:`option_variances`.
    budget : float
        Prior standard deviation that all rows of one contrast may have together.

    Returns
    -------
    float
        At most 1; for the prior standard deviation. Every row of an option is scaled at least as
        far as its widest contrast asks, so that no pair of options exceeds the budget.
    """
    scales = [1.0]
    for name in _pair(row):
        if name in variances:
            others = [value for other, value in variances.items() if other != name]
            widest = variances[name] + max(others, default=0.0)
            scales.append(budget / math.sqrt(widest))
    return min(scales)


def _pair(row: Row) -> tuple[str, str]:
    return row.text("treatment"), row.text("comparator")


def _active() -> frozenset[str]:
    table = load_table("treatments/treatments")
    return frozenset(row.text("id") for row in table if row.text("kind") != "comparator")


def _coefficient(row: Row) -> tuple[str, ...]:
    if row.text("row_type") == "prognostic":
        return (row.text("measure"), "prognostic")
    return (row.text("measure"), *sorted(_pair(row)))


def _check_overlap(rows: Sequence[Row], active: frozenset[str]) -> None:
    seen: dict[tuple[str, str], Row] = {}
    for row in rows:
        for name in sorted(active.intersection(_pair(row))):
            key = (row.text("measure"), name)
            if key in seen:
                raise TableError(
                    "two pairs of options share one option on one measure: it would count twice",
                    where=row.where,
                    got=f"{name} in {seen[key].text('id')} and {row.text('id')}",
                    todo="set acts of one of them to none and say why",
                )
            seen[key] = row


def _widest(group: Sequence[Row]) -> Row:
    return max(group, key=lambda row: row.number("prior_sd"))


def _grid() -> Grid:
    return Grid(
        nodes=int(setting("evidence_grid_nodes")),
        width=setting("evidence_grid_width"),
        level=setting("evidence_significance_level"),
    )


def _moderation(group: Sequence[Row], scale: float) -> Moderation:
    row, widest = group[0], _widest(group)
    sources = [(one, _sign(one, row)) for one in group]
    estimates, misses = _terms(sources)
    mean, sd = posterior(estimates, misses, widest.number("prior_sd") * scale, _grid())
    later = [other for one in group for other in later_studies(one)]
    agreed = sum(other.text("result") == "same" for other in later)
    references = {key for one in (*group, *later) for key in one.items("reference")}
    return Moderation(
        id=row.text("id"),
        measure=row.text("measure"),
        treatment=row.text("treatment"),
        comparator=row.text("comparator"),
        row_type=row.text("row_type"),
        estimate=mean,
        standard_error=sd,
        published=row.number("published"),
        published_standard_error=row.number("published_standard_error"),
        reliability=row.number("reliability"),
        reporting=row.number("reporting"),
        replications=agreed,
        failed_replications=len(later) - agreed,
        grade=widest.text("grade"),
        checked=row.text("checked"),
        references=tuple(sorted(references)),
    )


def _sign(row: Row, first: Row) -> int:
    """Return -1 where a row names the pair of the first row the other way round."""
    turned = row.text("row_type") == "contrast" and row.text("treatment") != first.text("treatment")
    return -1 if turned else 1


def _terms(sources: Sequence[tuple[Row, int]]) -> tuple[list[Estimate], list[Miss]]:
    estimates: list[Estimate] = []
    misses: list[Miss] = []
    for row, sign in sources:
        reliability = row.number("reliability")
        error = row.number("published_standard_error")
        published = sign * row.number("published")
        estimates.append(Estimate(published, error, reliability, row.number("reporting")))
        spread = setting("evidence_replication_spread") * _grade_sd(row)
        for other in later_studies(row):
            value = other.optional_number("estimate")
            if value is not None:
                error = math.hypot(other.number("standard_error"), spread)
                estimates.append(Estimate(sign * value, error, reliability, 1.0))
            elif other.text("result") != "same":
                misses.append(_miss(other, reliability, 1 if published < 0 else -1))
    return estimates, misses


def _miss(row: Row, reliability: float, against: int) -> Miss:
    error = censored_standard_error(int(row.number("people")))
    return Miss(error, reliability, against if row.text("result") == "opposite" else 0)


def _grade_sd(row: Row) -> float:
    return setting(f"moderator_sd_{row.text('grade').lower()}")
