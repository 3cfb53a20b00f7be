"""Chances of treatments given together: from trials where there are any, else composed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.casing import within
from equipoise.core.gaussian import logistic, logit
from equipoise.core.nouns import Combination, Interval
from equipoise.core.streams import antithetic_normals
from equipoise.core.tables import setting
from equipoise.predict.calibrate import calibrate_intercept, expect
from equipoise.predict.combinations.gains import (
    Gain,
    Rules,
    added_by_third,
    gains_of,
    load_rules,
)
from equipoise.predict.combinations.parts import candidates
from equipoise.predict.layers import LEVELS, bounds
from equipoise.predict.ranking import in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from equipoise.core.nouns import EvidenceBase
    from equipoise.predict.layers import Case, Layer

    Array = NDArray[np.float64]

__all__ = ["combinations"]

GRADES: Final = ("A", "B", "C", "D", "N")
CHECKS: Final = ("checked", "derived", "recalled")
NEVER: Final = (
    "never tested together against the better part alone, so put together from the parts with a"
    " wider error"
)
NO_ESTIMATE: Final = (
    "trials of it give no estimate of the gain, so it was put together from the parts with a wider"
    " error"
)


@dataclass(frozen=True, slots=True)
class _Together:
    """One combination: its parts, the better of them, and what the others add to it."""

    parts: tuple[int, ...]
    better: int
    mean: float
    sd: float
    gains: tuple[Gain, ...]

    @property
    def stream(self) -> str:
        """Return the name of the stream of its gain."""
        return "+".join(f"{gain.added}/{gain.over}" for gain in self.gains)

    @property
    def tested(self) -> bool:
        """Return whether a trial gave the gain over the better part."""
        return len(self.gains) == 1 and self.gains[0].tested


def combinations(evidence: EvidenceBase, case: Case, layer: Layer) -> tuple[Combination, ...]:
    """Return the combinations worth showing to a person.

    Parameters
    ----------
    evidence : EvidenceBase
        For what each kind of treatment adds to an inert comparator.
    case : Case
        Literature, person and wishes.
    layer : Layer
        The layer that ranks.

    Returns
    -------
    tuple of Combination
        Highest expected response first. Only of options that are ranked, so none with a hard stop,
        and none that a caution says to avoid; one drug, one psychotherapy and one kind of
        stimulation at most, those of highest expected utility.

    Notes
    -----
    The better part keeps its own chance and its own uncertainty; the others add a gain in log odds.
    Remission among responders stays that of the better part, and no lower drop-out is assumed.
    """
    treatments = [option.treatment for option in case.options]
    may = case.proposable()
    order = [t for t in in_order(layer.utility, [one.id for one in treatments]) if may[t]]
    rules = load_rules()
    gains = gains_of({one.id: one for one in evidence.effects}, rules)
    found = [
        together
        for parts in candidates(treatments, order)
        if (together := _together(parts, layer.expected.response, gains, rules)) is not None
    ]
    if not found:
        return ()
    shown = _work_out(found, case, layer)
    shown.sort(key=lambda one: (-one.response.mean, one.parts))
    return tuple(shown[: int(setting("predict_combinations_shown"))])


def _together(
    parts: dict[str, int],
    response: Array,
    gains: dict[tuple[str, str], Gain],
    rules: Rules,
) -> _Together | None:
    """Return what the other parts add to the better one; None where nothing is known of it."""
    better = max(parts, key=lambda kind: float(response[parts[kind]]))
    others = [kind for kind in parts if kind != better]
    if any((kind, better) not in gains for kind in others):
        return None
    own = tuple(gains[kind, better] for kind in others)
    mean, sd = own[0].mean, own[0].sd
    if len(own) > 1:
        # The one that adds more counts whole, the other in part.
        own = tuple(sorted(own, key=lambda gain: (-gain.mean, gain.added)))
        mean, sd = added_by_third(own[0], own[1], rules)
    return _Together(tuple(parts.values()), parts[better], mean, sd, own)


def _work_out(found: Sequence[_Together], case: Case, layer: Layer) -> list[Combination]:
    """Return the chances of all combinations: means by quadrature, ends by draws."""
    numerics = case.settings.numerics
    columns = np.array([one.better for one in found])
    mean, sd = np.array([one.mean for one in found]), np.array([one.sd for one in found])
    alone = layer.expected.response[columns]
    spread = _logit_spread(layer.drawn.spread.response[:, columns])
    centre = calibrate_intercept(alone, spread**2, numerics)
    both, _ = expect(centre + mean, spread**2 + sd**2, numerics.nodes)
    names = [case.options[t].treatment.id for t in columns]
    part = centre + spread * _normals(f"combination/{{}}/{layer.name}", names, case)
    drawn = logistic(part + mean + sd * _normals("gain/{}", [one.stream for one in found], case))
    kept, remitting = _remission(case, layer, columns)
    ends = bounds(drawn), bounds(drawn * remitting), bounds(drawn - logistic(part))
    means = both, both * kept, both - alone
    return [
        _combination(one, case, [_interval(m, e, k) for m, e in zip(means, ends, strict=True)])
        for k, one in enumerate(found)
    ]


def _logit_spread(ends: Array) -> Array:
    """Return the standard deviation of a logit, read from the ends of its 95 % interval."""
    low, high = logit(ends[2]), logit(ends[3])
    normal = NormalDist()
    width = normal.inv_cdf(LEVELS[3] / 1000) - normal.inv_cdf(LEVELS[2] / 1000)
    return np.asarray((high - low) / width)


def _normals(pattern: str, names: Sequence[str], case: Case) -> Array:
    seed, draws = case.person.seed, case.settings.numerics.draws
    drawn = {
        name: antithetic_normals(pattern.format(name), seed, draws) for name in dict.fromkeys(names)
    }
    return np.stack([drawn[name] for name in names]).T


def _remission(case: Case, layer: Layer, columns: NDArray[np.intp]) -> tuple[Array, Array]:
    """Return the remission among responders of the better part: expected, and in draws."""
    kept = layer.expected.remission[columns] / layer.expected.response[columns]
    sd = np.array([case.literature.baselines[t].remission_given_response.sd for t in columns])
    centre = calibrate_intercept(kept, sd**2, case.settings.numerics)
    names = [case.options[t].treatment.id for t in columns]
    return kept, logistic(centre + sd * _normals("combination/{}/remission", names, case))


def _interval(mean: Array, ends: Array, k: int) -> Interval:
    low80, high80, low95, high95 = (float(end) for end in ends[:, k])
    return Interval(float(mean[k]), (low80, high80), (low95, high95))


def _combination(one: _Together, case: Case, numbers: Sequence[Interval]) -> Combination:
    options = [case.options[t] for t in one.parts]
    response, remission, gain = numbers
    grades = [*(each.baseline.grade for each in options), *(each.grade for each in one.gains)]
    checks = [*(each.baseline.checked for each in options), *(each.checked for each in one.gains)]
    keys = {key for each in one.gains for key in each.references}
    return Combination(
        parts=tuple(each.treatment.id for each in options),
        title=_title([each.treatment.title for each in options]),
        response=response,
        remission=remission,
        gain=gain,
        path="randomised" if one.tested else "composed",
        why=_why(one),
        grade=max(grades, key=GRADES.index),
        checked=max(checks, key=CHECKS.index),
        references=tuple(sorted(keys.union(*(each.baseline.references for each in options)))),
    )


def _why(one: _Together) -> str:
    studied = len(one.gains) == 1 and one.gains[0].studied
    rests = [] if one.tested else [NO_ESTIMATE if studied else NEVER]
    said = [*rests, *(each.words for each in one.gains)]
    return "; ".join(text[:1].lower() + text[1:] for text in said)


def _title(titles: Sequence[str]) -> str:
    """Return the titles joined; names and abbreviations keep their capitals."""
    first, *rest = titles
    *most, last = [first, *map(within, rest)]
    return f"{', '.join(most)} and {last}"
