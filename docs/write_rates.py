"""Write ``docs/rates.md``: every treatment's absolute rates beside the trials' own figures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import NormalDist

import numpy as np

from equipoise import evidence
from equipoise.core.gaussian import expected_logistic
from equipoise.core.nouns import LogitEstimate, OptionBaseline
from equipoise.core.tables import load_table, table_names
from equipoise.evidence.baselines import remission_of
from equipoise.evidence.effects import read_effects
from equipoise.evidence.joint.left_out import Foretold, foretell, foretell_effects
from equipoise.evidence.trials import Trial, read_trials

PAGE = Path(__file__).parent / "rates.md"
STAGES = (0, 2, 4)
NODES = 31
TOPICS = ("baselines", "claims", "effects", "moderators", "references", "treatments")
INTRODUCTION = """# Rates of every treatment

What 100 people may expect from each treatment by week 8, out of the joint posterior of all trials
in `tables/effects`: response (a fall of at least half, or remission) by intention to treat,
remission, and drop-out for any reason, with 80 % intervals. The columns are the number of failed
adequate drug trials in the episode. *Italic*: the trials behind the rate do not speak for that
stage; the number is carried there by the slope of its group, and below the stage of its trials
nothing is ranked. Trials that ask for at least two failed drugs speak for people with more.

Drop-out is taken to be the same at every stage; it follows the trials' differences of arms, and is
its group's where no trial counted it. The last column holds what trials saw, for comparison: a
trial's figure is that of its people and its care; how far it may lie from a clinic stands in the
tables below. Options without a rate, and options that are not ranked for another reason, stand at
the end.

Written from the tables by `make schemas`.
"""


def page() -> str:
    """Return the page as Markdown text."""
    base = evidence.load()
    trials, effects = read_trials(), tuple(read_effects().values())
    foretold = foretell(trials, effects)
    return "\n".join([
        INTRODUCTION,
        _rates(base.baselines, _seen(trials), {one.id: one.title for one in base.treatments}),
        _steps(base.baselines),
        _check(foretold, foretell_effects(trials, effects)),
        _parts(base.baselines),
        _unranked(base.unranked, {one.id: one.title for one in base.treatments}),
        _counts(),
    ])


def _rates(
    baselines: Sequence[OptionBaseline], seen: dict[str, list[str]], titles: dict[str, str]
) -> str:
    rows: dict[str, dict[int, OptionBaseline]] = {}
    for one in baselines:
        rows.setdefault(one.treatment, {})[one.stage] = one
    head = ["treatment"]
    head += [f"response {stage}" for stage in STAGES]
    head += [f"remission {stage}" for stage in STAGES]
    lines = [_row([*head, "drop-out", "grade", "seen in trials"]), _row(["---"] * 10)]
    for name in sorted(rows, key=lambda one: titles[one].lower()):
        cells = [titles[name]]
        cells += [_chance(rows[name][stage].response, rows[name][stage]) for stage in STAGES]
        cells += [_chance(remission_of(rows[name][stage]), rows[name][stage]) for stage in STAGES]
        cells += [_chance(rows[name][2].dropout, None), rows[name][2].grade]
        lines.append(_row([*cells, "; ".join(seen.get(name, ["only comparisons"]))]))
    return "\n".join(lines) + "\n"


def _seen(trials: Iterable[Trial]) -> dict[str, list[str]]:
    """Return what trials saw of each treatment, of 100 people."""
    seen: dict[str, list[str]] = {}
    for trial in trials:
        for arm in trial.arms:
            counts = (
                ("respond", arm.response),
                ("remit", arm.remission),
                ("drop out", arm.dropout),
            )
            known = [f"{100 * n / arm.people:.0f} {what}" for what, n in counts if n is not None]
            if known:
                text = f"{trial.title} (stage {trial.stage:g}): {', '.join(known)}"
                seen.setdefault(arm.treatment, []).append(text)
    return seen


def _percent(logit: float) -> str:
    return f"{100 / (1 + math.exp(-logit)):.0f}"


def _ratio(log_odds: float) -> str:
    return f"{math.exp(log_odds):.2f}"


def _study(name: str) -> str:
    row = load_table("effects/studies").find(id=name)
    return name.replace("_", " ") if row is None else row.text("title")


def _title(name: str) -> str:
    return load_table("treatments/treatments").row(id=name).text("title")


def _chance(logit: LogitEstimate, row: OptionBaseline | None) -> str:
    reach = NormalDist().inv_cdf(0.5 + 80 / 200) * logit.sd
    low, high = (_percent(logit.mean + way) for way in (-reach, reach))
    average = expected_logistic(np.array([logit.mean]), np.array([logit.sd**2]), NODES)[0]
    text = f"{100 * average:.0f} ({low}-{high})"
    return f"*{text}*" if row is not None and row.extrapolated else text


def _steps(baselines: Sequence[OptionBaseline]) -> str:
    """Return the average antidepressant beside the steps of STAR*D."""
    lines = [
        "## The next antidepressant, step by step",
        "",
        "STAR*D by level (people of 100; at level 2 more remitted than responded, as response was"
        " counted from entry to the level) beside the average of the antidepressants above.",
        "",
        _row(["failed trials", "STAR*D responds", "remits", "average drug responds", "remits"]),
        _row(["---"] * 5),
    ]
    group = {row.text("id"): row.text("group") for row in load_table("treatments/treatments")
             if row.optional_text("group") is not None}  # fmt: skip
    for stage, name in enumerate(("stard_l1", "stard_l2_all", "stard_l3_all", "stard_l4_all")):
        arm = next(one for one in read_trials() if one.id == name).arms[0]
        rows = [r for r in baselines if r.stage == stage and group[r.treatment] == "drug"]
        rows = [r for r in rows if "cipriani2018" in r.references]
        average = [
            sum(float(_percent(one.mean)) for one in logits) / len(rows)
            for logits in ([r.response for r in rows], [remission_of(r) for r in rows])
        ]
        seen = [f"{100 * (n or 0) / arm.people:.1f}" for n in (arm.response, arm.remission)]
        lines.append(_row([str(stage), *seen, *(f"{one:.0f}" for one in average)]))
    return "\n".join(lines) + "\n"


def _check(foretold: Sequence[Foretold], pooled: Sequence[Foretold]) -> str:
    claimed = [one for one in foretold if one.claimed]
    levels = [one for one in foretold if one.comparator is None]
    stard = [one for one in claimed if one.study.startswith("stard") and one.comparator is None]
    parts = (
        [one for one in claimed if one.comparator],
        [one for one in claimed if one.comparator is None],
    )
    lines = [
        "## Each trial foretold without itself",
        "",
        "Every trial was left out with its whole programme and foretold from the rest. The joint"
        " model claims to know the differences of a trial's arms, and the level of an arm only"
        " where the trial is an anchor, that is, its people and care are like those of a clinic."
        f" Within the 80 % predictive interval lie {_share(parts[0])} of these differences and"
        f" {_share(parts[1])} of these levels. They are not independent: arms of one trial come"
        f" together, and {len(stard)} of the levels are of STAR*D, whose fall from step to step"
        " stands in the table of stages even when its trials are left out.",
        "",
        f"Of the published contrasts that other rows tie together as well, {_share(pooled)} lie"
        " inside when they are foretold without themselves.",
        "",
        "Outside lie, among others, ELEKT-D and the pooled trials of ECT and ketamine, each"
        " foretold from the other: they contradict each other, and the joint estimate stands"
        " between them.",
        "",
        f"Levels of other trials stray further, and nothing is claimed of them: of all levels"
        f" {_share(levels)} lie inside, as blinded trials, trials that count those who finished,"
        " and trials with kinder outcomes are not clinics.",
        "",
        *_table("Differences of arms (odds ratios)", [o for o in foretold if o.comparator], _ratio),
        "",
        *_table("Published contrasts (odds ratios)", pooled, _ratio),
        "",
        *_table("Levels of arms (of 100)", levels, _percent),
    ]
    return "\n".join(lines) + "\n"


def _share(rows: Sequence[Foretold]) -> str:
    return f"{sum(one.inside for one in rows)} of {len(rows)}"


def _table(title: str, rows: Iterable[Foretold], printed: Callable[[float], str]) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    head = ["source", "of", "against", "stage", "people", "seen", "expected (80 %)"]
    yield _row([*head, "interval", "claim"])
    yield _row(["---"] * 9)
    for one in rows:
        low, high = (printed(one.expected + way * one.reach) for way in (-1, 1))
        yield _row([
            _study(one.study),
            _title(one.treatment),
            _title(one.comparator) if one.comparator else "",
            f"{one.stage:g}",
            str(one.people),
            f"{printed(one.seen)} {one.outcome}",
            f"{printed(one.expected)} ({low} to {high})",
            "inside" if one.inside else "*outside*",
            "claimed" if one.claimed else "not claimed",
        ])


def _parts(baselines: Sequence[OptionBaseline]) -> str:
    parts: dict[str, list[str]] = {}
    for one in baselines:
        if one.stage == 0:
            parts.setdefault(one.component, []).append(one.treatment)
    main = max(parts.values(), key=len)
    alone = sorted(name for part in parts.values() if part is not main for name in part)
    said = ", ".join(alone) if alone else "none"
    return (
        "## Never compared directly\n\n"
        f"{len(main)} options hang together by chains of randomised comparisons. Never compared"
        f" directly with any of them: {said}.\n"
    )


def _unranked(reasons: Iterable[tuple[str, str]], titles: dict[str, str]) -> str:
    lines = ["## Not ranked", "", _row(["treatment", "why"]), _row(["---"] * 2)]
    lines += [_row([titles[name], why]) for name, why in reasons]
    return "\n".join(lines) + "\n"


def _counts() -> str:
    lines = [
        "## How many rows were checked",
        "",
        _row(["table", "rows", "checked", "derived", "recalled"]),
        _row(["---"] * 5),
    ]
    for name in table_names():
        rows = tuple(load_table(name)) if name.split("/")[0] in TOPICS else ()
        if not rows or "checked" not in rows[0].cells:
            continue
        kinds = [row.text("checked") for row in rows]
        counts = [str(kinds.count(kind)) for kind in ("checked", "derived", "recalled")]
        lines.append(_row([name, str(len(rows)), *counts]))
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
