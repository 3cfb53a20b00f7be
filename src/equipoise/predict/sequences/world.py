"""The simulated people of a plan: each draw has its literature, its person and its luck."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.gaussian import logistic
from equipoise.core.nouns import Treatment
from equipoise.predict.sequences.washouts import Between
from equipoise.predict.timing import Clock, relapse_weeks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Places = NDArray[np.intp]

__all__ = ["LUCK", "Chances", "Rules", "World"]

LUCK: Final = ("drop", "respond", "remit", "time", "relapse")
"""Uniforms, one stream for each option: the same person meets the same luck in every plan."""


@dataclass(frozen=True, slots=True)
class Chances:
    """Chances of every person with every option.

    Parameters
    ----------
    intercept : ndarray, shape (stages, 3, p)
        Parabola in the literature's error that gives the log-odds of response of those who stay.
    error, own : ndarray, shape (n, p)
        Standard normal error of the literature; what the person adds to the log-odds.
    dropout, remission : ndarray, shape (n, p)
        Drop-out, and remission among responders.
    rated : ndarray of bool, shape (stages, p)
        Whether a rate is known.
    """

    intercept: Array
    error: Array
    own: Array
    dropout: Array
    remission: Array
    rated: Flags

    def staying(self, option: int, stage: Places) -> Array:
        """Return the chance of response of those who stay, shape (n,)."""
        level, line, bend = self.intercept[stage, :, option].T
        error = self.error[:, option]
        return logistic(level + error * (line + error * bend) + self.own[:, option])

    def every(self, stage: Places, people: Places) -> tuple[Array, Array, Array]:
        """Return response, remission and drop-out of some people, each of shape (p,)."""
        parts = self.intercept[stage[people]]
        error = self.error[people]
        logit = parts[:, 0] + error * (parts[:, 1] + error * parts[:, 2]) + self.own[people]
        dropout = self.dropout[people]
        response = (1.0 - dropout) * logistic(logit)
        remission = response * self.remission[people]
        return response.mean(axis=0), remission.mean(axis=0), dropout.mean(axis=0)

    def of(self, people: Places) -> Chances:
        """Return the chances of some people."""
        return replace(
            self,
            error=self.error[people],
            own=self.own[people],
            dropout=self.dropout[people],
            remission=self.remission[people],
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for each of p options.

    Parameters
    ----------
    treatments : tuple of Treatment
        Sorted by id.
    clocks : tuple of Clock
        Times.
    floors : tuple of int
        Failed drug trials before it may be given.
    counted, base, adjunct : tuple of bool
        Whether its failure counts as a drug trial, it takes the place of the antidepressant before,
        or it is given only beside one.
    visits : tuple of float
        Of a whole course.
    risk : ndarray, shape (stages, p)
        Relapse within `year` weeks of a remission that came at a stage.
    year, shape : float
        Of the risk, and of its Weibull distribution.
    between : Between
        Washouts and what must not meet.
    taking : bool
        Whether an antidepressant is taken at the start.
    under_way : tuple of Treatment
        What is going on at the start.
    start : tuple of int
        First stage, and failed drug trials at the start.
    """

    treatments: tuple[Treatment, ...]
    clocks: tuple[Clock, ...]
    floors: tuple[int, ...]
    counted: tuple[bool, ...]
    base: tuple[bool, ...]
    adjunct: tuple[bool, ...]
    visits: tuple[float, ...]
    risk: Array
    year: float
    shape: float
    between: Between
    taking: bool
    under_way: tuple[Treatment, ...]
    start: int


@dataclass(frozen=True, slots=True)
class World:
    """People, rules and luck; shape of every uniform (n, p)."""

    rules: Rules
    chances: Chances
    luck: dict[str, Array]
    _times: dict[int, tuple[Array, Array]] = field(default_factory=dict, compare=False, repr=False)
    _relapses: dict[int, Array] = field(default_factory=dict, compare=False, repr=False)

    @property
    def people(self) -> int:
        """Number of people."""
        return len(self.chances.error)

    def place(self, treatment: str) -> int:
        """Return the place of an option."""
        names = [one.id for one in self.rules.treatments]
        return names.index(treatment)

    def of(self, people: Places) -> World:
        """Return some of the people."""
        luck = {name: part[people] for name, part in self.luck.items()}
        return World(self.rules, self.chances.of(people), luck)

    def times(self, option: int) -> tuple[Array, Array]:
        """Return the weeks to response and to drop-out, should they come, each of shape (n,)."""
        if option not in self._times:
            clock, share = self.rules.clocks[option], self.luck["time"][:, option]
            self._times[option] = clock.response_weeks(share), clock.dropout_weeks(share)
        return self._times[option]

    def relapses(self, option: int, stage: Places) -> Array:
        """Return the weeks from a remission that came at a stage to its end, shape (n,)."""
        if option not in self._relapses:
            rules, share = self.rules, self.luck["relapse"][:, option]
            self._relapses[option] = np.stack([
                relapse_weeks(share, risk, rules.shape, rules.year)
                for risk in rules.risk[:, option]
            ])
        return np.asarray(self._relapses[option][stage, np.arange(self.people)])
