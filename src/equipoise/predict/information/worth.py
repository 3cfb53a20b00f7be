"""What every test is worth in both layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.nouns import InformationValue
from equipoise.predict.information.catalogue import (
    ALL,
    Candidate,
    choice_tests,
    open_parts,
    whole_work_up,
)
from equipoise.predict.information.facts import value_of_reading
from equipoise.predict.information.kernels import Beliefs, Value
from equipoise.predict.information.numerics import Fineness, load_fineness
from equipoise.predict.information.reading import Reading, read
from equipoise.predict.information.safety import safety_tests
from equipoise.predict.information.value import perfect_information
from equipoise.predict.information.words import all_the_same, reason, sentence_of
from equipoise.predict.preferences import utilities, values_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.core.nouns import Appraisal, Profile, SafetyTest
    from equipoise.predict.layers import Case, Layer

    Array = NDArray[np.float64]

__all__ = ["Worth", "beliefs_of", "information", "tests_left", "worth_of_tests"]

PEOPLE: Final = 100


@dataclass(frozen=True, slots=True)
class Worth:
    """Values by layer, what to say of them, the value of knowing everything, tests for safety."""

    established: tuple[InformationValue, ...]
    exploratory: tuple[InformationValue, ...]
    sentence: str
    perfect: float | None
    safety: tuple[SafetyTest, ...]


def worth_of_tests(
    case: Case, both: tuple[Layer, Layer], profile: Profile, appraisal: Appraisal
) -> Worth:
    """Return what the tests not yet done are worth.

    Parameters
    ----------
    case : Case
        Literature, person and wishes.
    both : tuple of Layer
        Established and exploratory.
    profile : Profile
        For what was measured already.
    appraisal : Appraisal
        For the tests that safety asks for.

    Returns
    -------
    Worth
        Every value is 0 or more.
    """
    fineness = load_fineness()
    first, second = both
    left = tests_left(case, profile, appraisal, fineness)
    parts = sorted({part for _, parts in left for part in parts})
    whole = read(parts, profile, second.scores, case.settings)
    readings = [(test, whole.of(parts)) for test, parts in left]
    firm = _worth(case, first, readings, fineness)
    every = _worth(case, second, readings, fineness)
    tied = {case.options[t].treatment.id for t in np.flatnonzero(first.tied)}
    safety = safety_tests(appraisal, case.options)
    return Worth(
        established=firm,
        exploratory=every,
        sentence=f"{sentence_of(firm, every, tied, fineness)}{all_the_same(len(safety))}",
        perfect=_perfect(case, first),
        safety=safety,
    )


def _perfect(case: Case, layer: Layer) -> float:
    may = case.proposable()
    kept = np.flatnonzero(may) if may.any() else np.arange(may.size)
    return perfect_information(layer.drawn.utility[:, kept], int(np.argmax(layer.utility[kept])))


def tests_left(
    case: Case, profile: Profile, appraisal: Appraisal, fineness: Fineness
) -> list[tuple[Candidate, tuple[str, ...]]]:
    """Return the tests that were not done, all of them together last.

    Parameters
    ----------
    case : Case
        For the settings.
    profile : Profile
        For what was measured.
    appraisal : Appraisal
        For what the record tells.
    fineness : Fineness
        For when a value is fresh.

    Returns
    -------
    list of (test, parts)
        With the measures and covariates that each would settle.
    """
    found = []
    for test in choice_tests():
        parts = open_parts(test, profile, appraisal, case.settings, fineness.fresh)
        if parts is not None:
            found.append((test, parts))
    if found:
        together = tuple(sorted({part for _, parts in found for part in parts}))
        found.append((whole_work_up([test for test, _ in found]), together))
    return found


def _worth(
    case: Case, layer: Layer, readings: list[tuple[Candidate, Reading]], fineness: Fineness
) -> tuple[InformationValue, ...]:
    beliefs = beliefs_of(case, layer)
    values = [_value(case, layer, beliefs, pair, fineness) for pair in readings]
    return tuple(sorted(values, key=lambda one: (one.test == ALL, -one.evsi, one.test)))


def _value(
    case: Case,
    layer: Layer,
    beliefs: Beliefs,
    pair: tuple[Candidate, Reading],
    fineness: Fineness,
) -> InformationValue:
    test, reading = pair
    value = value_of_reading(beliefs, reading, fineness, case.person.seed)
    return information(case, layer, test, value)


def information(case: Case, layer: Layer, test: Candidate, value: Value) -> InformationValue:
    """Return the value of a test with what it is about, and in words why.

    Parameters
    ----------
    case : Case
        For the names of the options.
    layer : Layer
        Established or exploratory.
    test : Candidate
        One test, or several as one.
    value : Value
        What it is worth.

    Returns
    -------
    InformationValue
        Options that come first in fewer than half of one of 100 people are not named.
    """
    titles = [option.treatment.title for option in case.options]
    names = [option.treatment.id for option in case.options]
    may = case.proposable()
    leads = [option for option, share in value.leads if round(PEOPLE * share) and may[option]]
    return InformationValue(
        test=test.id,
        title=test.title,
        evsi=value.evsi,
        evsi_error=value.error,
        p_changes_choice=value.changes,
        would_lead=tuple(names[option] for option in leads),
        measures=(*test.measures, *test.covariates),
        why=reason(
            layer.name,
            [titles[option] for option in value.moves],
            [titles[option] for option in leads],
            test.findings,
            everything=len(value.moves) == len(titles),
        ),
        cost_band=test.cost_band,
        burden=test.burden,
        wait=test.wait,
    )


def beliefs_of(case: Case, layer: Layer) -> Beliefs:
    """Return what is believed of the options and of the person in one layer.

    Parameters
    ----------
    case : Case
        Literature and wishes.
    layer : Layer
        Slopes, state and expected utility.

    Returns
    -------
    Beliefs
        The utility is linear in the chance of response among those who stay.
    """
    state, may = layer.state, case.proposable()
    scores, count = len(state.names), len(layer.utility)
    weights = np.zeros((count, state.mean.size))
    spread = np.zeros_like(weights)
    weights[:, scores:] = state.loadings
    for slope in layer.slopes:
        column = state.names.index(slope.moderation.measure)
        weights[:, column] += slope.shares * slope.mean
        spread[:, column] += (slope.shares * slope.sd) ** 2
    return Beliefs(
        intercept=layer.intercept,
        weights=weights,
        spread=spread,
        literature=layer.intercept_variance,
        mean=state.mean,
        covariance=state.covariance,
        utility=layer.utility,
        gain=_gain(case, layer.expected.dropout),
        # What a caution says to avoid can neither be first nor become so.
        eligible=may if may.any() else np.ones_like(may),
    )


def _gain(case: Case, dropout: Array) -> Array:
    """Return the utility of a certain response among those who stay, above that of none."""
    stay = 1.0 - dropout
    response = np.stack([np.zeros_like(stay), stay])
    chances = response, response * case.literature.remission, np.stack([dropout, dropout])
    treatments = [option.treatment for option in case.options]
    shares = np.array([share for _, share in case.weights.shares])
    none, all_of_them = utilities(
        values_of(case.weights, treatments, chances, case.settings), shares
    )
    return np.asarray(all_of_them - none)
