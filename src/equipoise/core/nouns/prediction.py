"""What an option may do for this person."""

from __future__ import annotations

from dataclasses import dataclass

from equipoise.core.nouns.choice import (
    Combination,
    Continuation,
    InformationValue,
    PreferenceChange,
    SafetyTest,
    YearComparison,
    YearPlan,
)
from equipoise.core.nouns.numbers import Chance, Interval, Points
from equipoise.core.nouns.weighing import Weighing

__all__ = ["Decision", "Driver", "HeadToHead", "Prediction", "Shift"]


@dataclass(frozen=True, slots=True)
class Driver:
    """What moved a prediction: a measure, its share of the shift in chances, its grade.

    `outlook` is True for what moves every option alike, which is no part of the fit.
    """

    measure: str
    moderation: str
    amount: Chance
    grade: str
    outlook: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """The fit: the difference of this person's chance from the average due to moderators.

    `words` is ``better``, ``worse``, ``the_same`` (95 % within the dead band), ``cannot_tell``, or
    ``not_estimated`` where no moderator of the layer acts on the option: its shift is then 0 by
    construction, which is no finding.
    """

    mean: Chance
    ci80: tuple[Chance, Chance]
    ci95: tuple[Chance, Chance]
    chance_positive: Chance
    words: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """One option in one layer.

    Parameters
    ----------
    treatment, title : str
        Option.
    layer : {"established", "exploratory"}
        The established layer uses moderators of grade A and B only, and ranks.
    response, remission, dropout : Interval
        Chances by week 8.
    average : Chance
        Response of an average person of the same stage.
    shift : Shift
        Fit, apart from general outlook.
    outlook : Chance
        Shift common to all options (general prognosis).
    better_than_average, worse_than_average : bool
        By the rule of the decision model.
    utility : Points
        Expected utility, 0 to 100, by quadrature.
    p_best : Chance
        Share of draws in which the option is best, ties shared.
    tied : bool
        Whether the option belongs to the tie group of the first choice.
    drivers : tuple of Driver
        What moved it, most first.
    evidence_path : {"randomised", "anchored"}
        Whether a chain of randomised comparisons ties the option to most of the others; one that
        is anchored was never compared with them.
    extrapolated : bool
        Whether the number is for a stage that was not studied.
    grade, checked : str
        Of the evidence for the option.
    references : tuple of str
        Keys of `tables/references`.
    history : Chance
        Part of the shift that comes from treatments tried before, beyond the usual history of the
        stage.
    weeks_to_response : Interval or None
        Time to response among those who respond.
    remission_outlook : Chance
        Shift of remission by known facts that bear on it alone, such as severity.
    """

    treatment: str
    title: str
    layer: str
    response: Interval
    remission: Interval
    dropout: Interval
    average: Chance
    shift: Shift
    outlook: Chance
    better_than_average: bool
    worse_than_average: bool
    utility: Points
    p_best: Chance
    tied: bool
    drivers: tuple[Driver, ...]
    evidence_path: str
    extrapolated: bool
    grade: str
    checked: str
    references: tuple[str, ...]
    history: Chance = 0.0
    weeks_to_response: Interval | None = None
    remission_outlook: Chance = 0.0


@dataclass(frozen=True, slots=True)
class HeadToHead:
    """A randomised comparison of two ranked options.

    Parameters
    ----------
    source : str
        Id of the trial or pooled comparison.
    treatment, comparator : str
        Ids of the two options.
    outcome : str
        ``response`` or ``remission``.
    estimate, standard_error : float
        Log odds ratio; positive favours `treatment`.
    population : str
        Who was studied.
    weeks : float or None
        Time of the outcome.
    pooled : bool
        Whether the joint estimate of the rates uses it.
    grade, checked : str
        Of the comparison.
    references : tuple of str
        Keys of `tables/references`.
    """

    source: str
    treatment: str
    comparator: str
    outcome: str
    estimate: float
    standard_error: float
    population: str
    weeks: float | None
    pooled: bool
    grade: str
    checked: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """All predictions of one person.

    Parameters
    ----------
    stage : int
        Stage that the predictions rest on.
    predictions : tuple of Prediction
        Established layer, best utility first, ties by id; empty while `withheld`.
    exploratory : tuple of Prediction
        The same options in the same order with all moderators; never used to rank.
    unranked : tuple of tuple of str
        (treatment, why it has no place in the ranking).
    sentence : str
        The answer in words.
    weights : tuple of tuple
        (attribute, weight) used; `weights_source` says whose they are.
    withheld : str or None
        Why the ranking is withheld.
    head_to_head : tuple of HeadToHead
        Randomised comparisons of ranked options with each other.
    tests, exploratory_tests : tuple of InformationValue
        What each test not yet done is worth in either layer, most first; the whole work-up at once
        comes last.
    tests_sentence : str
        What the tests would change, in words.
    perfect : Points or None
        What knowing everything about literature and person would be worth.
    safety_tests : tuple of SafetyTest
        Tests that safety or dose ask for.
    continuations : tuple of Continuation
        What the change so far says about treatments under way.
    preference_changes : tuple of PreferenceChange
        Small changes of a weight that would put another option first.
    combinations : tuple of Combination
        Treatments given together.
    year_plans : tuple of YearPlan
        Whole plans over 52 weeks, most weeks in remission first.
    year_comparisons : tuple of YearComparison
        The first plan against each of the others.
    weighing : Weighing or None
        What ranks the options under other weights; None while nothing is ranked.
    """

    stage: int
    predictions: tuple[Prediction, ...]
    exploratory: tuple[Prediction, ...]
    unranked: tuple[tuple[str, str], ...]
    sentence: str
    weights: tuple[tuple[str, float], ...]
    weights_source: str
    withheld: str | None
    head_to_head: tuple[HeadToHead, ...] = ()
    tests: tuple[InformationValue, ...] = ()
    exploratory_tests: tuple[InformationValue, ...] = ()
    tests_sentence: str = ""
    perfect: Points | None = None
    safety_tests: tuple[SafetyTest, ...] = ()
    continuations: tuple[Continuation, ...] = ()
    preference_changes: tuple[PreferenceChange, ...] = ()
    combinations: tuple[Combination, ...] = ()
    year_plans: tuple[YearPlan, ...] = ()
    year_comparisons: tuple[YearComparison, ...] = ()
    weighing: Weighing | None = None
