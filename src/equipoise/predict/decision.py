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
from equipoise.predict.layers import average_utility, layers, prepare
from equipoise.predict.preferences.changes import preference_changes
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
    if appraisal.emergency and not acknowledged:
        because = withheld_because(appraisal)
        return _empty(appraisal, unranked, weights, because, withheld=because)
    if not options:
        return _empty(appraisal, unranked, weights, NOTHING)
    settings = load_settings()
    case = prepare(profile, appraisal, evidence, (options, weights), (seed, settings))
    established, exploratory = layers(case)
    names = [option.treatment.id for option in options]
    order = arrange(established.utility, established.tied, names)
    worth = worth_of_tests(case, (established, exploratory), profile, appraisal)
    year = year_plans(evidence, appraisal, case, established)
    predictions = predictions_of(established, options, order, settings)
    said = Order(
        same=not reordered(average_utility(case), established.utility, settings.tie_points),
        apart=not case.comparisons.direct[np.ix_(established.tied, established.tied)].all(),
    )
    return Decision(
        stage=appraisal.stage.used,
        predictions=predictions,
        exploratory=predictions_of(exploratory, options, order, settings),
        unranked=unranked,
        sentence=answer(predictions, options, profile, appraisal, said),
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
    )


def _empty(
    appraisal: Appraisal,
    unranked: tuple[tuple[str, str], ...],
    weights: Weights,
    sentence: str,
    withheld: str | None = None,
) -> Decision:
    return Decision(
        stage=appraisal.stage.used,
        predictions=(),
        exploratory=(),
        unranked=unranked,
        sentence=sentence,
        weights=weights.shares,
        weights_source=weights.source,
        withheld=withheld,
    )
