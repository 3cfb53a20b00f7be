"""What sets of tests are worth together; slower than the rest, so only on request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from equipoise.predict.choices import rankable
from equipoise.predict.information.catalogue import ALL, Candidate, as_one
from equipoise.predict.information.numerics import load_fineness
from equipoise.predict.information.sets import DECIMALS, Question, best_set, forward
from equipoise.predict.information.worth import beliefs_of, information, tests_left
from equipoise.predict.layers import layers, prepare
from equipoise.predict.preferences import choose_weights
from equipoise.predict.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from equipoise.core.answers import Answer
    from equipoise.core.nouns import (
        Appraisal,
        EvidenceBase,
        InformationValue,
        Preferences,
        Profile,
    )
    from equipoise.predict.layers import Case, Layer

__all__ = ["worth_of_sets"]

SIZES: Final = (2, 3)
LEAST: Final = 10**-DECIMALS


def worth_of_sets(
    profile: Profile,
    appraisal: Appraisal,
    evidence: EvidenceBase,
    *,
    preferences: Answer[Preferences],
    seed: int,
    acknowledged: bool = False,
) -> tuple[tuple[InformationValue, ...], tuple[InformationValue, ...]]:
    """Return which tests are best done together.

    Parameters
    ----------
    profile : Profile
        The person's state.
    appraisal : Appraisal
        Stage, past trials, safety.
    evidence : EvidenceBase
        Treatments, rates, moderations.
    preferences : Answer of Preferences
        Swing weights.
    seed : int
        Of the run.
    acknowledged : bool, optional
        Whether a clinician has acknowledged an emergency.

    Returns
    -------
    established, exploratory : tuple of InformationValue
        The best test, the best to add to it and so on while that adds anything; then the best pair
        and the best triple, where they are others and worth more than every smaller set. Empty
        where no test is worth anything, or nothing is ranked.
    """
    options, _ = rankable(evidence, appraisal)
    if not options or (appraisal.emergency and not acknowledged):
        return (), ()
    weights = choose_weights(preferences, [option.treatment for option in options])
    settings = load_settings()
    case = prepare(profile, appraisal, evidence, (options, weights), (seed, settings))
    left = {
        test: parts
        for test, parts in tests_left(case, profile, appraisal, load_fineness())
        if parts and test.id != ALL
    }
    first, second = layers(case)
    return _sets(case, first, profile, left), _sets(case, second, profile, left)


def _sets(
    case: Case, layer: Layer, profile: Profile, left: Mapping[Candidate, tuple[str, ...]]
) -> tuple[InformationValue, ...]:
    question = Question(
        beliefs=beliefs_of(case, layer),
        profile=profile,
        scores=layer.scores,
        settings=case.settings,
        fineness=load_fineness(),
        seed=case.person.seed,
    )
    parts = {test.id: settled for test, settled in left.items()}
    tests = {test.id: test for test in left}
    found = dict(forward(question, parts))
    if not found:
        return ()
    for size in SIZES:
        names, value = best_set(question, parts, size)
        # A set is not named for a test in it that adds nothing.
        most = max((one.evsi for known, one in found.items() if len(known) < size), default=0.0)
        if value.evsi > most + 2 * value.error + LEAST:
            found.setdefault(names, value)
    return tuple(
        information(case, layer, _together([tests[name] for name in names]), value)
        for names, value in found.items()
    )


def _together(tests: list[Candidate]) -> Candidate:
    if len(tests) == 1:
        return tests[0]
    name = "+".join(test.id for test in tests)
    return as_one(tests, name, " and ".join(test.title for test in tests))
