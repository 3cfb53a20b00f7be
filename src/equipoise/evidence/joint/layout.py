"""The unknowns of the joint model and what is believed of them before any trial.

Every treatment or comparator ("node") has three logits: response by intention to treat at the
reference stage, remission among responders, drop-out. Every group has one slope: how strongly its
response falls from stage to stage, as a share of the fall of drugs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from equipoise.core.errors import TableError
from equipoise.core.gaussian import logistic, logit
from equipoise.core.tables import Row, load_table, setting
from equipoise.evidence.effects import limit_width

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Layout", "Prior", "counted", "log_odds", "prior_of", "read_layout", "remitted"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each unknown stands in the vector.

    Parameters
    ----------
    nodes : tuple of str
        Treatments and comparators, sorted; shape (t,).
    groups : tuple of str
        Stage-slope groups, sorted; shape (g,).
    group_of : tuple of int
        Group of each node, shape (t,).
    slope_of : tuple of int
        Group whose slope each node takes, mostly its own; shape (t,).
    options : tuple of bool
        Whether each node is a treatment; the others are comparators. Shape (t,).
    curve : mapping of int to float
        Logit of response to a drug by stage.
    reference : int
        Stage at which the response of every node is counted.
    """

    nodes: tuple[str, ...]
    groups: tuple[str, ...]
    group_of: tuple[int, ...]
    slope_of: tuple[int, ...]
    options: tuple[bool, ...]
    curve: Mapping[int, float]
    reference: int

    @property
    def size(self) -> int:
        """Number of unknowns, 3 t + g."""
        return 3 * len(self.nodes) + len(self.groups)

    def node(self, name: str) -> int:
        """Return the position of a node; also that of its response."""
        return self.nodes.index(name)

    def slope(self, node: int) -> int:
        """Return the position of the slope that a node takes."""
        return len(self.nodes) + self.slope_of[node]

    def share(self, node: int) -> int:
        """Return the position of remission among responders."""
        return len(self.nodes) + len(self.groups) + node

    def dropout(self, node: int) -> int:
        """Return the position of drop-out."""
        return 2 * len(self.nodes) + len(self.groups) + node

    def fall(self, stage: float) -> float:
        """Return the curve at `stage` less that at the reference stage, linear between stages."""
        stages = sorted(self.curve)
        here = float(np.interp(stage, stages, [self.curve[one] for one in stages]))
        return here - self.curve[self.reference]


@dataclass(frozen=True, slots=True)
class Prior:
    """Mean, shape (p,), and covariance, shape (p, p), of the unknowns."""

    mean: Array
    covariance: Array


def log_odds(chance: float) -> float:
    """Return the logit of a chance strictly between 0 and 1."""
    return math.log(chance) - math.log1p(-chance)


def counted(events: float, people: float) -> tuple[float, float]:
    """Return the logit of a share and its variance of sampling.

    Parameters
    ----------
    events, people : float
        People with the outcome, and all. One half is added to both cells where one is empty.

    Returns
    -------
    logit, variance : float
        In log odds.
    """
    if events in {0, people}:
        events, people = events + 0.5, people + 1.0
    chance = events / people
    return log_odds(chance), 1 / (people * chance * (1 - chance))


def remitted(response: Array, share: Array) -> tuple[Array, Array, Array]:
    """Return the logit of remission of all, with its slopes.

    Parameters
    ----------
    response, share : ndarray of one shape
        Logits of response and of remission among responders.

    Returns
    -------
    logit, by_response, by_share : ndarray
        Remission of all is the product of the two chances; the slopes are its derivatives by
        `response` and `share`.
    """
    responds, remits = logistic(response), logistic(share)
    both = responds * remits
    return logit(both), (1 - responds) / (1 - both), (1 - remits) / (1 - both)


def read_layout() -> Layout:
    """Return the layout of the tables in force.

    Returns
    -------
    Layout
        Every row of `treatments/treatments` that has a group is a node.

    Raises
    ------
    TableError
        If a group is unknown or the reference stage has no rate.
    """
    rows = [r for r in load_table("treatments/treatments") if r.optional_text("group") is not None]
    grouped = {row.text("id"): row.text("group") for row in rows}
    compared = {row.text("id") for row in rows if row.text("kind") == "comparator"}
    groups = tuple(sorted(row.text("id") for row in load_table("baselines/groups")))
    for name, group in grouped.items():
        if group not in groups:
            raise TableError("no such group", where=f"treatments/treatments, {name}", got=group)
    nodes = tuple(sorted(grouped))
    curve = {
        int(row.number("stage")): log_odds(row.number("response"))
        for row in load_table("baselines/stage_curve")
    }
    reference = int(setting("evidence_reference_stage"))
    if reference not in curve:
        raise TableError("no such stage", where="baselines/stage_curve", got=str(reference))
    places = tuple(groups.index(grouped[name]) for name in nodes)
    unlike = {row.text("treatment"): row.text("like") for row in load_table("baselines/slopes")}
    slopes = tuple(groups.index(unlike.get(name, grouped[name])) for name in nodes)
    options = tuple(name not in compared for name in nodes)
    return Layout(nodes, groups, places, slopes, options, curve, reference)


def prior_of(layout: Layout) -> Prior:
    """Return the prior of the tables in force.

    Parameters
    ----------
    layout : Layout
        The unknowns.

    Returns
    -------
    Prior
        Treatments of one group are alike: response, drop-out and remission among responders have a
        part that the group shares and one of the treatment's own, so that what a small trial saw
        is drawn towards its group. The response of a comparator stands alone, with a wide prior,
        and so does a treatment that falls with stage unlike its group.
    """
    mean, covariance = np.zeros(layout.size), np.zeros((layout.size, layout.size))
    count = len(layout.nodes)
    mean[:count] = setting("evidence_prior_mean")
    everyone = np.arange(count)
    covariance[everyone, everyone] = setting("evidence_comparator_prior_sd") ** 2
    rows = {row.text("id"): row for row in load_table("baselines/groups")}
    for place, name in enumerate(layout.groups):
        row = rows[name]
        mean[count + place] = row.number("slope")
        covariance[count + place, count + place] = row.number("slope_sd") ** 2
        members = np.array([n for n in range(count) if layout.group_of[n] == place], dtype=np.intp)
        alike = np.array([n for n in members if _alike(layout, n)], dtype=np.intp)
        own = setting("evidence_response_own_sd") ** 2
        covariance[np.ix_(alike, alike)] = setting("evidence_prior_sd") ** 2 - own
        covariance[alike, alike] = setting("evidence_prior_sd") ** 2
        for outcome, first in (("remission", layout.share(0)), ("dropout", layout.dropout(0))):
            where = members + first
            centre, shared = _share(row, outcome)
            mean[where] = centre
            covariance[np.ix_(where, where)] = shared**2
            covariance[where, where] += setting(f"evidence_{outcome}_own_sd") ** 2
    return Prior(mean, covariance)


def _alike(layout: Layout, node: int) -> bool:
    return layout.options[node] and layout.slope_of[node] == layout.group_of[node]


def _share(row: Row, name: str) -> tuple[float, float]:
    """Return mean and standard deviation of the logit of a share of `baselines/groups`."""
    lower, upper = (log_odds(row.number(f"{name}_{end}")) for end in ("lower", "upper"))
    width = limit_width(row.number("level"))
    return log_odds(row.number(name)), (upper - lower) / width
