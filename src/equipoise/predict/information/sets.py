"""What sets of tests are worth together: greedy, best pair, best triple. Only on request."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

from equipoise.predict.information.facts import value_of_reading
from equipoise.predict.information.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from equipoise.core.nouns import Profile
    from equipoise.predict.information.kernels import Beliefs, Value
    from equipoise.predict.information.numerics import Fineness
    from equipoise.predict.scores import Scores
    from equipoise.predict.settings import Settings

__all__ = ["DECIMALS", "Question", "best_set", "forward"]

DECIMALS: Final = 9


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every test: how it moves the choice of one person in one layer.

    Parameters
    ----------
    beliefs : Beliefs
        Of the ranked options.
    profile : Profile
        The person's state.
    scores : Scores
        Scores that moderate.
    settings : Settings
        Of the predictions.
    fineness : Fineness
        Points and nodes.
    seed : int
        Of the run.
    """

    beliefs: Beliefs
    profile: Profile
    scores: Scores
    settings: Settings
    fineness: Fineness
    seed: int

    def worth(self, measures: Sequence[str]) -> Value:
        """Return what new values of some measures would be worth together."""
        reading = read(measures, self.profile, self.scores, self.settings)
        return value_of_reading(self.beliefs, reading, self.fineness, self.seed)


def forward(
    question: Question, tests: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[tuple[str, ...], Value], ...]:
    """Return the best test, the best to add to it, and so on, while that adds anything.

    Parameters
    ----------
    question : Question
        Person and layer.
    tests : mapping of str to tuple of str
        The measures that each test reads.

    Returns
    -------
    tuple of (tests, value)
        Sets that grow by one; of equal tests the first by id. Two standard errors more count as
        more.
    """
    chosen: tuple[str, ...] = ()
    steps: list[tuple[tuple[str, ...], Value]] = []
    worth = 0.0
    while len(chosen) < len(tests):
        wider = [tuple(sorted((*chosen, name))) for name in sorted(set(tests) - set(chosen))]
        chosen, value = _best(question, tests, wider)
        if value.evsi <= worth + 2 * value.error:
            break
        worth = value.evsi
        steps.append((chosen, value))
    return tuple(steps)


def best_set(
    question: Question, tests: Mapping[str, tuple[str, ...]], size: int
) -> tuple[tuple[str, ...], Value]:
    """Return the best set of so many tests, a pair or a triple.

    Parameters
    ----------
    question : Question
        Person and layer.
    tests : mapping of str to tuple of str
        The measures that each test reads.
    size : int
        Tests in a set; all of them where there are fewer.

    Returns
    -------
    tests, value : tuple of str and Value
        Of equal sets the first by id.
    """
    return _best(question, tests, combinations(sorted(tests), min(size, len(tests))))


def _best(
    question: Question,
    tests: Mapping[str, tuple[str, ...]],
    sets: Iterable[tuple[str, ...]],
) -> tuple[tuple[str, ...], Value]:
    found = [
        (names, question.worth([one for name in names for one in tests[name]])) for names in sets
    ]
    # Of equals the first, not the one that rounding favours.
    return max(found, key=lambda pair: round(pair[1].evsi, DECIMALS))
