"""Response to one option at one stage, by the path that `tables/baselines/paths` names.

- ``stage_curve``: the reference drug, whose rate by stage is that of STAR*D;
- ``network``: the reference drug's rate moved by the difference of two odds ratios against the same
  comparator, so randomisation between drugs is kept;
- ``bridge``: another option's rate moved by one randomised comparison;
- ``anchor``: a rate of its own, carried along stages by the slope of its group;
- ``none``: no usable rate, so no place in the ranking.

Every absolute rate carries the spread between places in full.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from equipoise.core.errors import TableError
from equipoise.core.nouns import Effect, LogitEstimate
from equipoise.core.tables import Row, load_table
from equipoise.evidence.effects import limit_width, read_effects
from equipoise.evidence.stages import (
    Anchor,
    Slope,
    along_stages,
    log_odds,
    response_of_remission,
)

__all__ = [
    "Link",
    "Rate",
    "Tables",
    "contrast",
    "group_row",
    "group_share",
    "read_tables",
    "response_rate",
]


@dataclass(frozen=True, slots=True)
class Link:
    """One source that a rate rests on."""

    grade: str | None
    checked: str
    population: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rate:
    """Response at one stage: logit, how it is tied to other options, what it rests on.

    `network` names the option whose absolute rate it leans on, `network_variance` is the part of
    `variance` that all options of the network share.
    """

    mean: float
    variance: float
    evidence_path: str
    extrapolated: bool
    links: tuple[Link, ...]
    network: str
    network_variance: float


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables in force, read once."""

    curve: Mapping[int, float]
    effects: Mapping[str, Effect]
    settings: Mapping[str, float]
    groups: Mapping[str, str]


def read_tables() -> Tables:
    """Return what the rates need from the tables in force.

    Returns
    -------
    Tables
        Read once, handed to every rate.

    Raises
    ------
    TableError
        If a table lacks a row or a number.
    """
    curve = {int(r.number("stage")): log_odds(r.number("response")) for r in _stage_rows()}
    settings = load_table("hyperparameters/hyperparameters")
    names = ("reference_spread", "stage_spread", "between_study_sd")
    return Tables(
        curve=curve,
        effects=read_effects(),
        settings={name: settings.row(id=f"evidence_{name}").number("value") for name in names},
        groups={row.text("id"): row.cells["group"] for row in load_table("treatments/treatments")},
    )


def _stage_rows() -> list[Row]:
    return sorted(load_table("baselines/stage_curve"), key=lambda row: row.number("stage"))


def response_rate(treatment: str, stage: int, tables: Tables) -> Rate:
    """Return response by intention to treat of an average person of one stage.

    Parameters
    ----------
    treatment : str
        Id of a treatment or comparator that has a path.
    stage : int
        Failed adequate drug trials in this episode.
    tables : Tables
        The tables in force.

    Returns
    -------
    Rate
        On the logit scale.

    Raises
    ------
    TableError
        If the treatment has no rate, or its path names a row that is not there.
    """
    if stage not in tables.curve:
        raise TableError("no such stage", where="table baselines/stage_curve", got=str(stage))
    path = load_table("baselines/paths").row(treatment=treatment)
    kind = path.text("path")
    if kind == "stage_curve":
        return _curve_rate(treatment, stage, tables)
    if kind == "network":
        return _network_rate(path, stage, tables)
    if kind == "bridge":
        return _bridge_rate(path, stage, tables)
    if kind == "anchor":
        return _anchor_rate(treatment, stage, tables)
    raise TableError("no rate of response", where=path.where, got=kind)


def _curve_rate(treatment: str, stage: int, tables: Tables) -> Rate:
    rows = _stage_rows()
    here = load_table("baselines/stage_curve").row(stage=str(stage))
    spread = tables.settings["reference_spread"] ** 2
    anchors = []
    for row in rows:
        if row.flag("studied"):
            chance, people = row.number("response"), row.number("people")
            variance = spread + 1 / (people * chance * (1 - chance))
            anchors.append(Anchor(int(row.number("stage")), log_odds(chance), variance))
    slope = _slope(group_row(treatment, tables), tables)
    mean, variance = along_stages(anchors, stage, tables.curve, slope)
    links = [_link(row) for row in _bracket([r for r in rows if r.flag("studied")], stage)]
    links += [] if here.flag("studied") else [_link(here)]
    return Rate(
        mean, variance, "randomised", not here.flag("studied"), tuple(links), treatment, variance
    )


def _network_rate(path: Row, stage: int, tables: Tables) -> Rate:
    partner = _partner_rate(path, ("network", "bridge"), stage, tables)
    mean, variance, links = contrast(path, "response", stage, tables)
    return Rate(
        partner.mean + mean,
        partner.variance + variance,
        "randomised",
        partner.extrapolated,
        (*partner.links, *links),
        partner.network,
        partner.network_variance,
    )


def _partner_rate(path: Row, barred: tuple[str, ...], stage: int, tables: Tables) -> Rate:
    """Return the partner's rate; a partner that leans on others like this one could go in rings."""
    partner = path.text("partner")
    kind = load_table("baselines/paths").row(treatment=partner).text("path")
    if kind in barred:
        raise TableError(
            "the partner's own path leans on another treatment",
            where=f"{path.where}, column partner",
            got=f"{partner} ({kind})",
        )
    return response_rate(partner, stage, tables)


def contrast(
    path: Row, outcome: str, stage: int, tables: Tables
) -> tuple[float, float, tuple[Link, ...]]:
    """Return the difference of two log odds ratios against one comparator.

    Parameters
    ----------
    path : Row
        Row of `baselines/paths` with treatment, partner and comparator.
    outcome : str
        Outcome of `effects/effects`.
    stage : int
        Failed adequate drug trials of the person.
    tables : Tables
        The tables in force.

    Returns
    -------
    mean, variance : float
        Treatment minus partner, in log odds.
    links : tuple of Link
        The effects used.

    Notes
    -----
    The two odds ratios share trials and so are correlated; leaving that out errs on the wide side.
    Each step between the trials' stage and the person's adds the stage spread.
    """
    comparator = path.text("comparator")
    mean = variance = 0.0
    found = []
    for treatment, sign in ((path.text("treatment"), 1.0), (path.text("partner"), -1.0)):
        if treatment != comparator:
            effect = _effect_against(treatment, comparator, outcome, tables)
            mean += sign * effect.estimate
            variance += effect.standard_error**2
            found.append(effect)
    steps = max(abs(stage - (effect.stage or 0.0)) for effect in found)
    variance += steps * tables.settings["stage_spread"] ** 2
    return mean, variance, tuple(_effect_link(effect) for effect in found)


def _effect_against(treatment: str, comparator: str, outcome: str, tables: Tables) -> Effect:
    for effect in tables.effects.values():
        if (effect.treatment, effect.comparator, effect.outcome) == (
            treatment,
            comparator,
            outcome,
        ):
            return effect
    raise TableError(
        "no such effect",
        where="table effects/effects",
        got=f"{treatment} against {comparator}, {outcome}",
        todo="add the row, or give the treatment another path in baselines/paths",
    )


def _bridge_rate(path: Row, stage: int, tables: Tables) -> Rate:
    partner = _partner_rate(path, ("bridge",), stage, tables)
    effect = tables.effects.get(path.text("effect"))
    if effect is None:
        raise TableError("no such effect", where=path.where, got=path.text("effect"))
    studied = effect.stage or 0.0
    variance = effect.standard_error**2 + tables.settings["between_study_sd"] ** 2
    variance += abs(stage - studied) * tables.settings["stage_spread"] ** 2
    return Rate(
        partner.mean + effect.estimate,
        partner.variance + variance,
        partner.evidence_path,
        partner.extrapolated or stage < studied,
        (*partner.links, _effect_link(effect)),
        partner.network,
        partner.network_variance,
    )


def _anchor_rate(treatment: str, stage: int, tables: Tables) -> Rate:
    rows = [r for r in load_table("baselines/anchors") if r.text("treatment") == treatment]
    if not rows:
        raise TableError("no anchor", where="table baselines/anchors", got=treatment)
    group = group_row(treatment, tables)
    anchors = [_anchor(row, group, tables) for row in rows]
    mean, variance = along_stages(anchors, stage, tables.curve, _slope(group, tables))
    studied = any(_studied(row, stage) for row in rows)
    links = tuple(_link(row) for row in _bracket(rows, stage))
    return Rate(mean, variance, "anchored", not studied, links, treatment, variance)


def _bracket(rows: list[Row], stage: int) -> list[Row]:
    """Return the row at `stage`, or those next below and above: what the rate rests on."""
    below = [row for row in rows if row.number("stage") <= stage]
    above = [row for row in rows if row.number("stage") > stage]
    low = max(below, key=lambda row: row.number("stage"), default=None)
    high = min(above, key=lambda row: row.number("stage"), default=None)
    if low is not None and low.number("stage") == stage:
        return [low]
    return [row for row in (low, high) if row is not None]


def _anchor(row: Row, group: Row, tables: Tables) -> Anchor:
    rate, people = row.number("rate"), row.optional_number("people")
    spread = tables.settings["reference_spread"] ** 2
    sampling = 0.0 if people is None else rate * (1 - rate) / people
    if row.text("outcome") == "remission":
        share = group_share(group, "remission")
        try:
            mean, variance = response_of_remission(
                rate, sampling, group.number("remission"), share.sd
            )
        except ValueError as error:
            raise TableError(str(error), where=f"{row.where}, column rate") from None
    else:
        mean, variance = log_odds(rate), sampling / (rate * (1 - rate)) ** 2
    if row.text("spread") == "predictive":
        variance = max(spread, _limits_variance(row))
    else:
        variance += spread
    return Anchor(int(row.number("stage")), mean, variance)


def _limits_variance(row: Row) -> float:
    lower, upper = row.optional_number("lower"), row.optional_number("upper")
    if lower is None or upper is None:
        return 0.0
    return ((log_odds(upper) - log_odds(lower)) / limit_width(row.number("level"))) ** 2


def _studied(row: Row, stage: int) -> bool:
    first, last = row.optional_number("studied_from"), row.optional_number("studied_to")
    return first is not None and last is not None and first <= stage <= last


def group_share(group: Row, name: str) -> LogitEstimate:
    """Return a share of `baselines/groups` on the logit scale.

    Parameters
    ----------
    group : Row
        Row of the group.
    name : {"dropout", "remission"}
        Which share.

    Returns
    -------
    LogitEstimate
        The range of the table is read as limits of its level.
    """
    lower, upper = (log_odds(group.number(f"{name}_{end}")) for end in ("lower", "upper"))
    width = limit_width(group.number("level"))
    return LogitEstimate(log_odds(group.number(name)), (upper - lower) / width)


def group_row(treatment: str, tables: Tables) -> Row:
    """Return the row of `baselines/groups` of a treatment.

    Parameters
    ----------
    treatment : str
        Id of a treatment.
    tables : Tables
        The tables in force.

    Returns
    -------
    Row
        Its group's row.

    Raises
    ------
    TableError
        If there is no such treatment, or it has no group.
    """
    group = tables.groups.get(treatment)
    if group is None:
        raise TableError("no such treatment", where="table treatments/treatments", got=treatment)
    return load_table("baselines/groups").row(id=group)


def _slope(group: Row, tables: Tables) -> Slope:
    return Slope(group.number("slope"), group.number("slope_sd"), tables.settings["stage_spread"])


def _link(row: Row) -> Link:
    return Link(
        row.optional_text("grade"),
        row.text("checked"),
        row.text("population"),
        row.items("reference"),
    )


def _effect_link(effect: Effect) -> Link:
    return Link(effect.grade, effect.checked, effect.population, effect.references)
