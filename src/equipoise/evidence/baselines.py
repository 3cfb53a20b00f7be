"""What an average person of each stage may expect from each option.

Until the joint network of treatments is fitted, every ranked option reaches its rate by one path
(:mod:`equipoise.evidence.rates`), named with its reason in `tables/baselines/paths`.
"""

from __future__ import annotations

import math
from typing import Final

from equipoise.core.nouns import LogitEstimate, OptionBaseline, Treatment
from equipoise.core.tables import load_table
from equipoise.evidence.rates import (
    Tables,
    contrast,
    group_row,
    group_share,
    read_tables,
    response_rate,
)

__all__ = ["build_baselines", "expected_response", "unranked"]

GRADES: Final = ("A", "B", "C", "D", "N")
CHECKS: Final = ("checked", "derived", "recalled")


def build_baselines(options: tuple[Treatment, ...]) -> tuple[OptionBaseline, ...]:
    """Return the baseline of every ranked option at every stage.

    Parameters
    ----------
    options : tuple of Treatment
        The options; comparators are not among them.

    Returns
    -------
    tuple of OptionBaseline
        Sorted by treatment, then stage.

    Raises
    ------
    TableError
        If a path names a row that is not there.
    """
    tables = read_tables()
    left_out = {name for name, _ in unranked(options)}
    return tuple(
        _baseline(option.id, stage, tables)
        for option in sorted(options, key=lambda option: option.id)
        if option.id not in left_out
        for stage in tables.curve
    )


def unranked(options: tuple[Treatment, ...]) -> tuple[tuple[str, str], ...]:
    """Return (treatment, why it has no place in the ranking), sorted by treatment.

    Parameters
    ----------
    options : tuple of Treatment
        The options.

    Returns
    -------
    tuple of tuple of str
        Empty where every option has a rate.
    """
    paths = load_table("baselines/paths")
    found = []
    for option in sorted(options, key=lambda option: option.id):
        row = paths.find(treatment=option.id)
        if row is None:
            found.append((option.id, "No rate of response is in the tables."))
        elif row.text("path") == "none":
            found.append((option.id, row.text("reason")))
    return tuple(found)


def expected_response(treatment: str, stage: int) -> LogitEstimate:
    """Return response by intention to treat of an average person; comparators included.

    Parameters
    ----------
    treatment : str
        Id of a treatment or comparator that has a path.
    stage : int
        Failed adequate drug trials, 0 to 4.

    Returns
    -------
    LogitEstimate
        Mean and standard deviation of the logit.
    """
    rate = response_rate(treatment, stage, read_tables())
    return LogitEstimate(rate.mean, math.sqrt(rate.variance))


def _baseline(treatment: str, stage: int, tables: Tables) -> OptionBaseline:
    rate = response_rate(treatment, stage, tables)
    grades = [link.grade for link in rate.links if link.grade is not None]
    return OptionBaseline(
        treatment=treatment,
        stage=stage,
        response=LogitEstimate(rate.mean, math.sqrt(rate.variance)),
        dropout=_dropout(treatment, tables),
        remission_given_response=group_share(group_row(treatment, tables), "remission"),
        evidence_path=rate.evidence_path,
        extrapolated=rate.extrapolated,
        grade=max(grades, key=GRADES.index),
        checked=max((link.checked for link in rate.links), key=CHECKS.index),
        population="; ".join(dict.fromkeys(link.population for link in rate.links)),
        references=tuple(sorted({key for link in rate.links for key in link.references})),
        component=rate.network,
    )


def _dropout(treatment: str, tables: Tables) -> LogitEstimate:
    """Return the group's drop-out, moved by the network's odds ratios where there are any."""
    share = group_share(group_row(treatment, tables), "dropout")
    path = load_table("baselines/paths").row(treatment=treatment)
    if path.text("path") == "stage_curve":
        return share
    if path.text("path") == "network":
        mean, variance, _ = contrast(path, "dropout", 0, tables)
    else:
        # An option stands as far from its group's rate as trials stand from each other.
        mean, variance = 0.0, tables.settings["between_study_sd"] ** 2
    return LogitEstimate(share.mean + mean, math.hypot(share.sd, math.sqrt(variance)))
