"""All predictions of one person, ranked."""

from __future__ import annotations

import numpy as np

from equipoise.core.answers import Answer
from equipoise.core.nouns import Appraisal, Decision, EvidenceBase, Preferences, Profile
from equipoise.predict.assemble import predictions_of
from equipoise.predict.choices import rankable
from equipoise.predict.combinations import combinations
from equipoise.predict.comparisons import head_to_head
from equipoise.predict.early import continuations
from equipoise.predict.information import worth_of_tests
from equipoise.predict.layers import Case, Layer, average_utility, layers, prepare
from equipoise.predict.preferences.changes import preference_changes
from equipoise.predict.preferences.weighing import weighing
from equipoise.predict.preferences.weights import Weights, choose_weights
from equipoise.predict.ranking import arrange, reordered
from equipoise.predict.sequences import year_plans
from equipoise.predict.settings import load_settings
from equipoise.predict.words import NOTHING, Order, answer, withheld_because

__all__ = ["predict"]


def predict(
    profile: Profile,
    appraisal: Appraisal,
    evidence: EvidenceBase,
    *,
    preferences: Answer[Preferences],
    seed: int,
    acknowledged: bool = False,
) -> Decision:
    """Return what every option may do for a person, best expected utility first.

    Parameters
    ----------
    profile : Profile
        State of the mechanisms.
    appraisal : Appraisal
        Stage, past trials, red flags, safety verdicts.
    evidence : EvidenceBase
        Treatments, rates by stage, moderations.
    preferences : Answer of Preferences
        Swing weights; defaults where none are set.
    seed : int
        Of the run.
    acknowledged : bool, optional
        Whether a clinician has acknowledged an emergency.

    Returns
    -------
    Decision
        Two layers: the established one ranks, the exploratory one adds moderators of grade C and
        D and never ranks. Empty, with the reason, in an emergency that nobody has acknowledged.

    Raises
    ------
    InputError
        If a preference names no attribute, or a table does not fit.

    Notes
    -----
    Every number that ranks comes from quadrature; draws serve for intervals, for the chance of a
    shift and for the chance of being first. A person of whom nothing was measured gets the average
    of the stage.
    """
    options, unranked = rankable(evidence, appraisal)
    weights = choose_weights(preferences, [option.treatment for option in options])
    withheld = withheld_because(appraisal) if appraisal.emergency and not acknowledged else None
    if withheld or not options:
        return _empty(appraisal, unranked, weights, withheld)
    settings = load_settings()
    case = prepare(profile, appraisal, evidence, (options, weights), (seed, settings))
    established, exploratory = layers(case)
    order = arrange(
        established.utility, established.tied, [option.treatment.id for option in options]
    )
    worth = worth_of_tests(case, (established, exploratory), profile, appraisal)
    year = year_plans(evidence, appraisal, case, established)
    predictions = predictions_of(established, options, order, settings)
    return Decision(
        stage=appraisal.stage.used,
        predictions=predictions,
        exploratory=predictions_of(exploratory, options, order, settings),
        unranked=unranked,
        sentence=answer(predictions, options, profile, appraisal, _order(case, established)),
        weights=weights.shares,
        weights_source=weights.source,
        withheld=None,
        head_to_head=head_to_head(options, evidence.effects),
        tests=worth.established,
        exploratory_tests=worth.exploratory,
        tests_sentence=worth.sentence,
        perfect=worth.perfect,
        safety_tests=worth.safety,
        continuations=continuations(evidence, appraisal, case, established),
        preference_changes=preference_changes(case, established),
        combinations=combinations(evidence, case, established),
        year_plans=year.plans,
        year_comparisons=year.comparisons,
        weighing=weighing(case, established),
    )


def _order(case: Case, established: Layer) -> Order:
    """Return whether the order is that of the average, and whether any two tied never met."""
    usual, tied = average_utility(case), established.tied
    return Order(
        same=not reordered(usual, established.utility, case.settings.tie_points),
        apart=not case.comparisons.direct[np.ix_(tied, tied)].all(),
    )


def _empty(
    appraisal: Appraisal,
    unranked: tuple[tuple[str, str], ...],
    weights: Weights,
    withheld: str | None,
) -> Decision:
    return Decision(
        stage=appraisal.stage.used,
        predictions=(),
        exploratory=(),
        unranked=unranked,
        sentence=withheld or NOTHING,
        weights=weights.shares,
        weights_source=weights.source,
        withheld=withheld,
    )
