"""What an average person of each stage may expect from each option, out of the joint posterior."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import JointRates, LogitEstimate, OptionBaseline, Treatment
from equipoise.core.tables import setting, tables_digest
from equipoise.evidence.effects import read_effects
from equipoise.evidence.joint.layout import remitted
from equipoise.evidence.joint.posterior import Joint, Link, Rates, fit_joint, studied
from equipoise.evidence.trials import read_trials

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = [
    "build_baselines",
    "expected_response",
    "joint_rates",
    "read_joint",
    "remission_of",
    "unranked",
]

GRADES: Final = ("A", "B", "C", "D", "N")
CHECKS: Final = ("checked", "derived", "recalled")
NO_RATE: Final = "No rate of response or remission is known well enough."
NO_LEVEL: Final = (
    "It was compared only with treatments whose own response in a clinic is not known here."
)


def read_joint() -> Joint:
    """Return the joint posterior of the tables in force; it is worked out once for each digest."""
    return _joint(tables_digest())


@lru_cache(maxsize=1)
def _joint(_digest: str) -> Joint:
    return fit_joint(read_trials(), tuple(read_effects().values()))


def unranked(options: tuple[Treatment, ...]) -> tuple[tuple[str, str], ...]:
    """Return (treatment, why it has no place in the ranking), sorted by treatment.

    Parameters
    ----------
    options : tuple of Treatment
        The options.

    Returns
    -------
    tuple of tuple of str
        Empty where every option has a rate and may be ranked.
    """
    joint = read_joint()
    found = []
    for option in sorted(options, key=lambda option: option.id):
        if not option.ranked:
            found.append((option.id, option.unranked_because or NO_RATE))
        elif option.id not in joint.stages:
            found.append((option.id, NO_RATE))
        elif not joint.rated(option.id):
            found.append((option.id, NO_LEVEL))
    return tuple(found)


def build_baselines(options: tuple[Treatment, ...]) -> tuple[OptionBaseline, ...]:
    """Return the baseline of every option with a rate at every stage.

    Parameters
    ----------
    options : tuple of Treatment
        The options; comparators are not among them.

    Returns
    -------
    tuple of OptionBaseline
        Sorted by treatment, then stage. Options that are not ranked for another reason than a
        missing rate are among them.
    """
    joint, names = read_joint(), rated(options)
    main = _main_component(joint, names)
    dropout, share = joint.dropout(names), joint.remission(names)
    stages = sorted(joint.layout.curve)
    levels = {stage: joint.response(names, stage) for stage in stages}
    links = {stage: joint.rests_on(names, stage) for stage in stages}
    return tuple(
        _baseline(
            joint,
            (name, stage),
            tuple(_estimate(one, place) for one in (levels[stage], dropout, share)),
            (links[stage][place], main),
        )
        for place, name in enumerate(names)
        for stage in stages
    )


def rated(options: tuple[Treatment, ...]) -> tuple[str, ...]:
    """Return the options with an absolute rate, sorted by id."""
    joint = read_joint()
    return tuple(sorted(one.id for one in options if joint.rated(one.id)))


def joint_rates(options: tuple[Treatment, ...]) -> tuple[JointRates, ...]:
    """Return how the rates hang together at each stage.

    Parameters
    ----------
    options : tuple of Treatment
        The options; those without a rate are left out.

    Returns
    -------
    tuple of JointRates
        One for each stage.
    """
    joint, names = read_joint(), rated(options)
    dropout, share = _factor(joint.dropout(names)), _factor(joint.remission(names))
    return tuple(
        JointRates(stage, names, _factor(joint.response(names, stage)), dropout, share)
        for stage in sorted(joint.layout.curve)
    )


def expected_response(treatment: str, stage: int) -> LogitEstimate:
    """Return response by intention to treat of an average person; comparators included.

    Parameters
    ----------
    treatment : str
        Id of a treatment or comparator.
    stage : int
        Failed adequate drug trials, 0 to 4.

    Returns
    -------
    LogitEstimate
        Mean and standard deviation of the logit.
    """
    return _estimate(read_joint().response([treatment], stage), 0)


def remission_of(row: OptionBaseline) -> LogitEstimate:
    """Return remission of all: response times remission among responders.

    Parameters
    ----------
    row : OptionBaseline
        One option at one stage.

    Returns
    -------
    LogitEstimate
        Its standard deviation is to first order.
    """
    response, share = row.response, row.remission_given_response
    level, *slopes = (float(x) for x in remitted(np.array(response.mean), np.array(share.mean)))
    return LogitEstimate(level, math.hypot(slopes[0] * response.sd, slopes[1] * share.sd))


def _estimate(rates: Rates, place: int) -> LogitEstimate:
    return LogitEstimate(float(rates.mean[place]), math.sqrt(rates.covariance[place, place]))


def _factor(rates: Rates) -> tuple[tuple[float, ...], ...]:
    jitter = setting("numerics_jitter") * np.eye(len(rates.mean))
    factor = np.linalg.cholesky(rates.covariance + jitter)
    return tuple(tuple(row) for row in factor.tolist())


def _main_component(joint: Joint, names: tuple[str, ...]) -> str:
    """Return the component that holds most options; of equal ones the first by name."""
    held: dict[str, int] = {}
    for name in names:
        held[joint.component[name]] = held.get(joint.component[name], 0) + 1
    return min(held, key=lambda one: (-held[one], one), default="")


def _baseline(
    joint: Joint,
    key: tuple[str, int],
    rates: tuple[LogitEstimate, ...],
    rest: tuple[tuple[Link, ...], str],
) -> OptionBaseline:
    (name, stage), (links, main) = key, rest
    component = joint.component[name]
    response, dropout, share = rates
    grades = [link.grade for link in links if link.grade is not None]
    return OptionBaseline(
        treatment=name,
        stage=stage,
        response=response,
        dropout=dropout,
        remission_given_response=share,
        evidence_path="randomised" if component == main else "anchored",
        extrapolated=_extrapolated(joint, name, stage),
        grade=max(grades, key=GRADES.index, default="D"),
        checked=max((link.checked for link in links), key=CHECKS.index),
        population="; ".join(dict.fromkeys(link.population for link in links)),
        references=tuple(sorted({key for link in links for key in link.references})),
        component=component,
    )


def _extrapolated(joint: Joint, name: str, stage: int) -> bool:
    """Tell whether nobody of this stage stands behind the rate of a treatment."""
    layout = joint.layout
    group = layout.groups[layout.group_of[layout.node(name)]]
    lowest, highest = studied(group, joint.stages[name])
    return not lowest <= stage <= highest
