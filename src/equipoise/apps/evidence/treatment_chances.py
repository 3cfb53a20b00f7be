"""What an average person may expect from one treatment, and whom that rests on."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np

from equipoise.apps.evidence.answer import wrapped
from equipoise.apps.evidence.sources import short
from equipoise.apps.evidence.treatment import Gathered
from equipoise.apps.report.numbers import P80, of_100, range_of_100
from equipoise.core.gaussian import expected_logistic, logistic
from equipoise.core.nouns import LogitEstimate, OptionBaseline
from equipoise.core.tables import setting
from equipoise.evidence.baselines import read_joint, remission_of
from equipoise.evidence.joint.posterior import Link

__all__ = ["chance", "chance_lines"]

COLUMN = 26
CARRIED = "  * carried to a stage for which the trials behind the rate do not speak"

Rate = tuple[float, float, float]


def chance(one: OptionBaseline) -> dict[str, Any]:
    """Return the chances of one treatment at one stage as plain values.

    Parameters
    ----------
    one : OptionBaseline
        The rates.

    Returns
    -------
    dict
        Expected chances, as the report of a person has them, with 80 % intervals.
    """
    found: dict[str, Any] = {"stage": one.stage, "extrapolated": one.extrapolated}
    for name, (middle, low, high) in zip(
        ("response", "remission", "dropout"), _rates(one), strict=True
    ):
        found[name] = {"mean": round(middle, 4), "ci80": [round(low, 4), round(high, 4)]}
    anchors = read_joint().anchors
    return found | {
        "grade": one.grade,
        "checked": one.checked,
        "population": one.population,
        "references": list(one.references),
        "rests_on": [
            {
                "source": link.source,
                "population": link.population,
                "level_from_it": link.source in anchors,
                "references": list(link.references),
            }
            for link in _links(one)
        ],
    }


def chance_lines(known: Gathered) -> list[str]:
    """Return the chances by stage as lines for people, and whom they rest on.

    Parameters
    ----------
    known : Gathered
        The treatment.

    Returns
    -------
    list of str
        Empty for a comparator.
    """
    if known.option is None:
        return []
    lines = [f"Of 100 average people, by week 8 ({P80} interval), by failed drug trials"]
    if known.unranked:
        lines += wrapped(f"Not ranked: {known.unranked}")
    if not known.baselines:
        return [*lines, "  No rate can be told."]
    heads = ("respond", "remit", "drop out")
    lines.append(f"  {'':4}{''.join(head.ljust(COLUMN) for head in heads)}".rstrip())
    for one in known.baselines:
        mark = "*" if one.extrapolated else ""
        cells = "".join(_cell(rate).ljust(COLUMN) for rate in _rates(one))
        lines.append(f"  {f'{one.stage}{mark}':4}{cells}".rstrip())
    if any(one.extrapolated for one in known.baselines):
        lines.append(CARRIED)
    last = known.baselines[-1]
    return [*lines, f"  Grade {last.grade}, {last.checked}. Rests on:", *_rests(known.baselines)]


def _cell(rate: Rate) -> str:
    middle, *ends = rate
    return f"{of_100(middle)} ({range_of_100((ends[0], ends[1]))})"


def _rates(one: OptionBaseline) -> tuple[Rate, Rate, Rate]:
    """Return response, remission and drop-out, each expected, with the ends of its interval."""
    remits = _expected(one.response) * _expected(one.remission_given_response)
    return (
        (_expected(one.response), *_ends(one.response)),
        (remits, *_ends(remission_of(one))),
        (_expected(one.dropout), *_ends(one.dropout)),
    )


def _expected(logit: LogitEstimate) -> float:
    mean, variance = np.array([logit.mean]), np.array([logit.sd**2])
    return float(expected_logistic(mean, variance, int(setting("predict_nodes")))[0])


def _ends(logit: LogitEstimate) -> tuple[float, float]:
    reach = NormalDist().inv_cdf(1 - 1 / 10) * logit.sd
    low, high = logistic(np.array([logit.mean - reach, logit.mean + reach]))
    return float(low), float(high)


def _links(one: OptionBaseline) -> tuple[Link, ...]:
    return read_joint().rests_on([one.treatment], one.stage)[0]


def _rests(baselines: tuple[OptionBaseline, ...]) -> list[str]:
    """Return one line for each source of any stage, the one that moves the rate most first."""
    anchors, lines = read_joint().anchors, []
    links = {link.source: link for one in baselines for link in _links(one)}
    for link in links.values():
        level = " (level from it)" if link.source in anchors else ""
        said = f"{short(link.references)}: {link.population}{level}"
        lines += wrapped(said, indent="    ", hanging="      ")
    return lines
