"""How measures shift effects: the published findings that act, with their posteriors.

Signs: a positive estimate means that `treatment` is better than `comparator` at a higher *score*;
the column `score` of the table says what higher means.

Findings on one pair of options and one measure are one coefficient and are joined. An option that
two different pairs share on one measure, itself or by its class, would be counted twice, and is
refused.

A finding within one arm is mostly prognosis: what it says of the option is only the share that the
option's coefficient has in the prior variance of both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from equipoise.core.errors import TableError
from equipoise.core.nouns import Moderation
from equipoise.core.tables import Row, load_table, setting
from equipoise.evidence.findings import PROGNOSTIC, check_row, later_studies
from equipoise.evidence.slope_posterior import (
    Estimate,
    Grid,
    Miss,
    Prior,
    censored_standard_error,
    own_share,
    posterior,
)

__all__ = ["budget_scale", "option_variances", "read_moderations"]

EXPLORATORY: Final = ("C", "D", "N")
ONE_ARM: Final = "one_arm"
GUIDED: Final = "guided"


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
        or a slope, or shares an option or a class on one measure with another pair, or if the
        established rows exceed their budget.
    """
    rows = sorted(load_table("moderators/moderators"), key=lambda row: row.text("id"))
    for row in rows:
        check_row(row)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        if row.text("acts") != "none":
            groups.setdefault(_coefficient(row), []).append(row)
    classes = _classes()
    firsts = {key: _widest(group) for key, group in groups.items()}
    _check_overlap([group[0] for group in groups.values()], classes)
    _check_budget(firsts.values(), classes)
    exploratory = [row for row in firsts.values() if row.text("grade") in EXPLORATORY]
    variances = option_variances(exploratory, classes)
    budget = setting("evidence_exploratory_budget")
    found: dict[tuple[str, ...], Moderation] = {}
    # Prognosis first: a finding within one arm is read against it.
    for key in sorted(groups, key=lambda one: one[-1] != PROGNOSTIC):
        outlook = found.get((key[0], PROGNOSTIC))
        exceeds = firsts[key] in exploratory
        scale = budget_scale(firsts[key], variances, budget) if exceeds else 1.0
        found[key] = _moderation(groups[key], scale, outlook)
    return tuple(sorted(found.values(), key=lambda one: one.id))


def option_variances(rows: Iterable[Row], classes: Mapping[str, str]) -> dict[str, float]:
    """Return the summed prior variance of the coefficients of each option.

    Parameters
    ----------
    rows : iterable of Row
        Of `moderators/moderators`; those that do not move a person's options one against another
        count for nothing.
    classes : mapping of str to str
        Class of every treatment; a comparator that is none of them is inert.

    Returns
    -------
    dict of str to float
        Squared logit per standard deviation of the true score. Two active options take half of the
        variance of their contrast each; against an inert alternative the treatment takes it all.
        A classmate has the variance of the option that is named.
    """
    found: dict[str, float] = {}
    for row in rows:
        if row.text("acts") != "person" or row.text("row_type") == PROGNOSTIC:
            continue
        named = [name for name in _pair(row) if name in classes]
        share = row.number("prior_sd") ** 2 / max(len(named), 1)
        for name in _with_classmates(named, classes):
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


def _classes() -> dict[str, str]:
    table = load_table("treatments/treatments")
    return {
        row.text("id"): row.text("drug_class") for row in table if row.text("kind") != "comparator"
    }


def _with_classmates(named: Iterable[str], classes: Mapping[str, str]) -> list[str]:
    meant = {classes[name] for name in named}
    return sorted(name for name, one in classes.items() if one in meant)


def _coefficient(row: Row) -> tuple[str, ...]:
    kind = row.text("row_type")
    if kind == PROGNOSTIC:
        return (row.text("measure"), PROGNOSTIC)
    if kind == ONE_ARM:
        return (row.text("measure"), row.text("treatment"), ONE_ARM)
    return (row.text("measure"), *sorted(_pair(row)))


def _check_overlap(rows: Sequence[Row], classes: Mapping[str, str]) -> None:
    seen: dict[tuple[str, str], Row] = {}
    for row in rows:
        named = [name for name in sorted(_pair(row)) if name in classes]
        if row.text("row_type") == PROGNOSTIC:
            continue
        for one in sorted({classes[name] for name in named}):
            key = (row.text("measure"), one)
            if key in seen:
                raise TableError(
                    "two pairs of options share one option on one measure, or one class: it would "
                    "count twice",
                    where=row.where,
                    got=f"{', '.join(named)} in {seen[key].text('id')} and {row.text('id')}",
                    todo="set acts of one of them to none and say why",
                )
            seen[key] = row


def _check_budget(rows: Iterable[Row], classes: Mapping[str, str]) -> None:
    firm = [row for row in rows if row.text("grade") not in EXPLORATORY]
    widest = sorted(option_variances(firm, classes).values(), reverse=True)[:2]
    budget = setting("evidence_moderator_budget")
    if math.sqrt(sum(widest)) > budget:
        raise TableError(
            "the established moderators of one contrast have more room than the variances of drug "
            "and placebo leave",
            where="table moderators/moderators, column prior_sd",
            got=f"{math.sqrt(sum(widest)):.3g}",
            allowed=f"at most {budget:g} together",
            todo="grade one of them C, or set acts to none and say why",
        )


def _widest(group: Sequence[Row]) -> Row:
    return max(group, key=_prior_sd)


def _prior_sd(row: Row) -> float:
    if row.text("row_type") == PROGNOSTIC:
        return setting("predict_prognostic_sd")
    return row.number("prior_sd")


def _grid() -> Grid:
    return Grid(
        nodes=int(setting("evidence_grid_nodes")),
        width=setting("evidence_grid_width"),
        level=setting("evidence_significance_level"),
    )


def _moderation(group: Sequence[Row], scale: float, outlook: Moderation | None) -> Moderation:
    row, widest = group[0], _widest(group)
    sources = [(one, _sign(one, row)) for one in group]
    mean, sd = _believed(row, _terms(sources), _prior_sd(widest) * scale, outlook)
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
        reporting=_reporting(row),
        replications=agreed,
        failed_replications=len(later) - agreed,
        grade=widest.text("grade"),
        checked=row.text("checked"),
        references=tuple(sorted(references)),
    )


def _believed(
    row: Row,
    terms: tuple[list[Estimate], list[Miss]],
    prior_sd: float,
    outlook: Moderation | None,
) -> tuple[float, float]:
    """Return mean and sd of the coefficient, in one arm that of the option alone."""
    estimates, misses = terms
    if row.text("row_type") != ONE_ARM:
        return posterior(estimates, misses, Prior(prior_sd), _grid())
    centre = 0.0 if outlook is None else outlook.estimate
    common = setting("predict_prognostic_sd") if outlook is None else outlook.standard_error
    whole = Prior(math.hypot(prior_sd, common), centre)
    return own_share(posterior(estimates, misses, whole, _grid()), Prior(prior_sd), whole)


def _sign(row: Row, first: Row) -> int:
    """Return -1 where a row names the pair of the first row the other way round."""
    pairs = row.text("row_type") not in {PROGNOSTIC, ONE_ARM}
    return -1 if pairs and row.text("treatment") != first.text("treatment") else 1


def _terms(sources: Sequence[tuple[Row, int]]) -> tuple[list[Estimate], list[Miss]]:
    estimates: list[Estimate] = []
    misses: list[Miss] = []
    for row, sign in sources:
        reliability = row.number("reliability")
        moved = row.number("guided_change") if row.text("row_type") == GUIDED else 1.0
        error = row.number("published_standard_error") / abs(moved)
        published = sign * row.number("published") / moved
        estimates.append(Estimate(published, error, reliability, _reporting(row)))
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


def _reporting(row: Row) -> float:
    """Return the chance that the result would have been reported without significance."""
    return setting(f"moderator_reporting_{row.text('reporting')}")


def _grade_sd(row: Row) -> float:
    if row.text("row_type") == PROGNOSTIC:
        return setting("predict_prognostic_sd")
    return setting(f"moderator_sd_{row.text('grade').lower()}")
