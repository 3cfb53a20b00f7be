"""Which option to try next: the highest utility, and a search that looks beyond the next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.nouns import Treatment
from equipoise.core.tables import setting
from equipoise.predict.preferences.weights import Weights, utilities, values_of
from equipoise.predict.sequences.simulate import Course, Steps, allowed, begin, pairs, take
from equipoise.predict.sequences.world import World
from equipoise.predict.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Judge", "follow", "linear_utility", "search"]

Options = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Judge:
    """People, and what counts how much for the person who decides.

    Parameters
    ----------
    world : World
        Simulated people.
    linear : ndarray, shape (4, p)
        Utility of each option: constant, and what response, remission and drop-out add.
    weeks : float
        How long plans are followed.
    most : int
        Steps of a plan at most.
    alike : int
        Steps of one class at most.
    """

    world: World
    linear: Array
    weeks: float
    most: int
    alike: int
    _kept: dict[Options, Course] = field(default_factory=dict, compare=False, repr=False)
    _worth: dict[Options, Array] = field(default_factory=dict, compare=False, repr=False)

    def course(self, options: Options) -> Course:
        """Return where everybody stands after some steps; shared by plans that begin alike."""
        if options not in self._kept:
            if options:
                before = self.course(options[:-1])
                self._kept[options] = take(self.world, self._steps(options), before, options[-1])
            else:
                self._kept[options] = begin(self.world)
        return self._kept[options]

    def worth(self, options: Options) -> Array:
        """Return the expected utility of every option for those who still need one, shape (p,)."""
        if options not in self._worth:
            course = self.course(options)
            people = np.flatnonzero(course.week < self.weeks)
            rules = self.world.rules
            found = np.full(len(rules.treatments), -np.inf)
            if people.size:
                chances = np.stack(self.world.chances.every(course.stage, people))
                found = self.linear[0] + (self.linear[1:] * chances).sum(axis=0)
            self._worth[options] = found
        return self._worth[options]

    def usable(self, options: Options) -> Iterator[int]:
        """Give what most of those who still need treatment may begin, best by utility first."""
        return self.ordered(options, self.worth(options))

    def ordered(self, options: Options, worth: Array) -> Iterator[int]:
        """Give the options that most of those in need may begin, by a given utility.

        A class that did not help as often as `alike` allows is not tried again.
        """
        course = self.course(options)
        need = course.week < self.weeks
        count = int(need.sum())
        classes = [one.drug_class for one in self.world.rules.treatments]
        taken = Counter(classes[option] for option in options)
        left = sorted(set(range(len(worth))) - set(options), key=lambda t: (-worth[t], t))
        for option in left if count else ():
            if taken[classes[option]] >= self.alike:
                continue
            if 2 * int((allowed(self.world, course, option) & need).sum()) > count:
                yield option

    def _steps(self, options: Options) -> Steps:
        return Steps(options, None, self.weeks)


def linear_utility(weights: Weights, treatments: Sequence[Treatment], settings: Settings) -> Array:
    """Return the utility of each option as constant, response, remission and drop-out parts.

    Parameters
    ----------
    weights : Weights
        Of the ranking.
    treatments : sequence of Treatment
        Shape (p,).
    settings : Settings
        Of the ranking.

    Returns
    -------
    ndarray, shape (4, p)
        Utility is linear in the three chances, so four points give it whole.
    """
    corners = np.repeat(np.eye(4)[:, 1:, None], len(treatments), axis=2)
    chances = (corners[:, 0], corners[:, 1], corners[:, 2])
    shares = np.array([share for _, share in weights.shares])
    found = utilities(values_of(weights, treatments, chances, settings), shares)
    found = np.broadcast_to(found, (4, len(treatments))).copy()
    found[1:] -= found[0]
    return found


def follow(judge: Judge, first: Options, among: frozenset[int] | None = None) -> Options:
    """Return a plan that goes on with the highest utility at every step.

    Parameters
    ----------
    judge : Judge
        People and weights.
    first : tuple of int
        Steps that are given.
    among : frozenset of int, optional
        Options that may follow; all of them by default.

    Returns
    -------
    tuple of int
        It ends where nothing is left that most of those in need may begin.
    """
    options = first
    while len(options) < judge.most:
        ordered = (t for t in judge.usable(options) if among is None or t in among)
        best = next(ordered, None)
        if best is None:
            break
        options = (*options, best)
    return options


def search(judge: Judge) -> Options:
    """Return the plan with the most weeks in remission that a search by rollout finds.

    Parameters
    ----------
    judge : Judge
        People and weights.

    Returns
    -------
    tuple of int
        At each step the best options by utility are tried, each followed by the highest utility;
        the search ends where none of them gains enough over the first.
    """
    tried, gain = int(setting("predict_year_candidates")), setting("predict_year_gain")
    errors = setting("predict_year_lead_errors")
    usual = follow(judge, ())
    worths = [judge.worth(usual[:step]) for step in range(len(usual))]
    plan: Options = ()
    while len(plan) < judge.most:
        candidates = list(islice(judge.usable(plan), tried))
        if not candidates:
            return plan
        whole = [_onward(judge, (*plan, one), worths) for one in candidates]
        weeks = [judge.course(one).well for one in whole]
        best = max(range(len(whole)), key=lambda place: (weeks[place].mean(), -place))
        lead, error = pairs(weeks[best] - weeks[0])
        if lead < gain or lead < errors * error:
            return follow(judge, plan)
        plan = (*plan, candidates[best])
    return plan


def _onward(judge: Judge, options: Options, worths: Sequence[Array]) -> Options:
    """Return the plan that goes on with the utilities of the usual plan, step by step."""
    while len(options) < judge.most:
        worth = worths[min(len(options), len(worths) - 1)]
        best = next(judge.ordered(options, worth), None)
        if best is None:
            break
        options = (*options, best)
    return options
