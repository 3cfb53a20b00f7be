"""Whether the change in the first weeks foretells response, in people of two open data sets.

Two open data sets: a trial of an antidepressant against placebo (HAM-D17, weeks 1, 2, 4, 6; 172
people) and inpatients on imipramine (HDRS; a week on placebo, then four weeks; 66 people). Each
model foretells response at the last visit from the change at week 1 or 2 alone:

- base rate: the share of responders, from the other folds;
- table: `baselines/early` as it ships, with that share; nothing is refitted;
- refit: a logistic line, fitted in the other folds;
- rule: improved by 20 % or not, with the shares of responders of either group in the other folds;
- published rule (week 2): the same answer with the published sensitivity and specificity.

Week 2 of the table comes from other trials; week 1 was set between these two data sets, so there
the table is not tested from outside.

Run: ``python benchmarks/early_response.py [--data DIR] [--write]``; ``--write`` renews the charts
and the table of `docs/early-change.md`.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from equipoise.core.gaussian import logistic, logit
from equipoise.core.streams import stream
from equipoise.core.tables import load_table, setting
from equipoise.predict.early.course import line_at
from equipoise.predict.early.update import after_answer, after_change, shift_of_change

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

ROOT: Final = Path(__file__).resolve().parents[1]
DATA: Final = ROOT.parent / "shared" / "data"
PAGE: Final = ROOT / "docs" / "early-change.md"
FIRST, LAST = "<!-- figures -->\n", "<!-- end of figures -->\n"
SEED: Final = 20240601
FOLDS, REPEATS, RESAMPLES = 10, 20, 1000
STEPS: Final = 25
CLOSE: Final = 1e-10
COURSE: Final = 8.0
WEEKS: Final = (1, 2)
PUBLISHED: Final = 2
MODELS: Final = ("base rate", "table", "refit", "rule", "published rule")


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """One data set at one week: percent fall so far, and response at the end."""

    name: str
    week: int
    change: Array
    response: Array


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval over resampled people."""

    value: float
    low: float
    high: float

    def words(self, digits: int = 2) -> str:
        """Return value and interval."""
        return f"{self.value:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


# --- the data ------------------------------------------------------------------------------------


@cache
def read_trial(folder: Path, week: int) -> People:
    """Return the trial: visits 4 and 5 are weeks 1 and 2, visit 7 is week 6."""
    visits: dict[str, dict[int, float]] = {}
    first: dict[str, float] = {}
    with (folder / "clinical/ipd/rbmi_antidepressant_hamd17.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            visits.setdefault(row["PATIENT"], {})[int(row["VISIT"])] = float(row["HAMDTL17"])
            first[row["PATIENT"]] = float(row["BASVAL"])
    seen = {1: 4, 2: 5, 4: 6}[week]
    pairs = [
        (first[one], held[seen], held[7])
        for one, held in visits.items()
        if seen in held and 7 in held
    ]
    return _people("HAM-D17 trial", week, pairs)


@cache
def read_inpatients(folder: Path, week: int) -> People:
    """Return the inpatients: week 1 of the file ends the placebo week, week 5 is the last."""
    weeks: dict[str, dict[int, float]] = {}
    with (folder / "clinical/ipd/riesby_imipramine_hdrs.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["hdrs"] not in {"", "NA", "."}:
                weeks.setdefault(row["id"], {})[int(row["week"])] = float(row["hdrs"])
    start, seen, end = 1, week + 1, 5
    pairs = [
        (held[start], held[seen], held[end])
        for held in weeks.values()
        if {start, seen, end} <= set(held)
    ]
    return _people("Riesby inpatients", week, pairs)


def _people(name: str, week: int, scores: list[tuple[float, float, float]]) -> People:
    start, seen, end = np.array(scores).T
    limits = (setting("predict_early_lowest"), setting("predict_early_highest"))
    change = np.clip(100 * (1 - seen / start), *limits)
    return People(name, week, change, (end <= start / 2).astype(float))


# --- the models ----------------------------------------------------------------------------------


def fit_line(change: Array, response: Array) -> Array:
    """Return intercept and slope of a logistic line by Newton's method."""
    design = np.column_stack([np.ones(len(change)), change])
    line = np.zeros(2)
    for _ in range(STEPS):
        chance = logistic(design @ line)
        weight = chance * (1 - chance)
        step = np.linalg.solve((design.T * weight) @ design, design.T @ (response - chance))
        line = line + step
        if np.abs(step).max() < CLOSE:
            break
    return np.asarray(line)


def slope_with_error(people: People) -> tuple[float, float]:
    """Return the logistic slope of all people and its standard error."""
    line = fit_line(people.change, people.response)
    design = np.column_stack([np.ones(len(people.change)), people.change])
    chance = logistic(design @ line)
    covariance = np.linalg.inv((design.T * (chance * (1 - chance))) @ design)
    return float(line[1]), float(np.sqrt(covariance[1, 1]))


def by_table(change: Array, rate: float, week: int) -> Array:
    """Return the chances of the table as it ships, at a base rate."""
    line, _ = line_at(week, COURSE)
    return after_change(logit(np.array(rate)), shift_of_change(change, line, (-np.inf, np.inf)))


def _by_rule(cut: float, change: Array, response: Array, asked: Array) -> Array:
    improved, missed = change >= cut, change < cut
    # Half a person is added to each count, so that no group foretells 0 or 1.
    share = [(response[g].sum() + 0.5) / (g.sum() + 1) for g in (missed, improved)]
    return np.asarray(np.where(asked >= cut, share[1], share[0]), dtype=np.float64)


@cache
def foretold(people: People) -> dict[str, Array]:
    """Return each model's chance for each person from people in other folds, shape (n,).

    The mean over the repeats.
    """
    change, response, count = people.change, people.response, len(people.change)
    row = load_table("baselines/early").row(id="week_2")
    cut = row.number("cut")
    told = row.number("sensitivity"), row.number("specificity")
    total = {name: np.zeros(count) for name in MODELS}
    draws = stream(f"folds/{people.name}/{people.week}", SEED)
    for _ in range(REPEATS):
        fold = draws.permutation(count) % FOLDS
        for held in range(FOLDS):
            out, known = fold == held, fold != held
            rate = float(response[known].mean())
            line = fit_line(change[known], response[known])
            prior = np.full(int(out.sum()), rate)
            total["base rate"][out] += prior
            total["table"][out] += by_table(change[out], rate, people.week)
            total["refit"][out] += logistic(line[0] + line[1] * change[out])
            total["rule"][out] += _by_rule(cut, change[known], response[known], change[out])
            hit = after_answer(prior, True, *told)
            miss = after_answer(prior, False, *told)
            total["published rule"][out] += np.where(change[out] >= cut, hit, miss)
    return {name: chances / REPEATS for name, chances in total.items()}


# --- how good they are ---------------------------------------------------------------------------


def brier(chance: Array, response: Array) -> float:
    """Return the mean squared error."""
    return float(np.mean((chance - response) ** 2))


def calibration(chance: Array, response: Array) -> tuple[float, float]:
    """Return the calibration slope, and the intercept at slope 1."""
    level = logit(chance)
    slope = float(fit_line(level, response)[1])
    intercept = 0.0
    for _ in range(STEPS):
        now = logistic(level + intercept)
        step = float((response - now).sum() / (now * (1 - now)).sum())
        intercept += step
        if abs(step) < CLOSE:
            break
    return slope, intercept


def auc(score: Array, response: Array) -> float:
    """Return the chance that a responder scored higher than another, ties counting half."""
    good, bad = score[response == 1], score[response == 0]
    above = (good[:, None] > bad[None, :]).mean()
    return float(above + (good[:, None] == bad[None, :]).mean() / 2)


def net_benefit(chance: Array, response: Array, threshold: Array) -> Array:
    """Return the net benefit of looking closer where response is unlikely.

    A person is picked whose chance of no response reaches the threshold; a responder who is picked
    counts against it by the odds of the threshold.
    """
    picked = (1 - chance)[None, :] >= threshold[:, None]
    right = (picked * (1 - response)).mean(axis=1)
    wrong = (picked * response).mean(axis=1)
    return np.asarray(right - wrong * threshold / (1 - threshold))


def resampled(
    people: People, figures: Callable[[NDArray[np.intp]], tuple[float, ...]], name: str
) -> tuple[Figure, ...]:
    """Return figures with their intervals over people drawn with replacement."""
    count = len(people.response)
    draws = stream(f"resample/{people.name}/{people.week}/{name}", SEED)
    values: list[tuple[float, ...]] = []
    while len(values) < RESAMPLES:
        drawn = draws.integers(0, count, count)
        if 1 < people.response[drawn].sum() < count - 1:
            values.append(figures(drawn))
    low, high = np.quantile(np.array(values), [0.025, 0.975], axis=0)
    found = figures(np.arange(count))
    return tuple(Figure(*three) for three in zip(found, low, high, strict=True))


@dataclass(frozen=True, slots=True)
class Result:
    """What one model reached on one data set, every chance from people of other folds.

    `gain` is the fall of the Brier score from the base rate, `over_rule` that from the 20 % rule.
    """

    people: People
    model: str
    brier: float
    gain: Figure
    over_rule: Figure
    slope: Figure
    intercept: Figure
    auc: Figure


@cache
def results(people: People) -> tuple[Result, ...]:
    """Return the result of every model but the base rate, which only has a Brier score."""
    chances, y = foretold(people), people.response
    base, rule = chances["base rate"], chances["rule"]

    cut = load_table("baselines/early").row(id="week_2").number("cut")

    def result(model: str) -> Result:
        p = chances[model]
        # Order needs no fit: chances of different folds would mix up people who are alike.
        score = (people.change >= cut).astype(float) if "rule" in model else people.change

        def figures(i: NDArray[np.intp]) -> tuple[float, ...]:
            own = brier(p[i], y[i])
            gains = (brier(base[i], y[i]) - own, brier(rule[i], y[i]) - own)
            return (*gains, *calibration(p[i], y[i]), auc(score[i], y[i]))

        return Result(people, model, brier(p, y), *resampled(people, figures, "people"))

    return tuple(result(model) for model in MODELS[1 : None if people.week == PUBLISHED else -1])


def every_set(folder: Path) -> tuple[People, ...]:
    """Return both data sets at weeks 1 and 2."""
    return tuple(read(folder, week) for read in (read_trial, read_inpatients) for week in WEEKS)


# --- words and charts ----------------------------------------------------------------------------


def markdown(folder: Path) -> str:
    """Return the table of the documentation."""
    lines = [
        "| people | week | model | Brier score | below the base rate | below the 20 % rule |"
        " calibration slope | intercept | AUC |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for people in every_set(folder):
        responded = int(people.response.sum())
        who = f"{people.name}: {len(people.response)}, {responded} responded"
        base = brier(foretold(people)["base rate"], people.response)
        lines.append(f"| {who} | {people.week} | base rate | {base:.3f} | - | - | - | - | - |")
        for one in results(people):
            over = "-" if one.model == "rule" else one.over_rule.words(3)
            lines.append(
                f"| {people.name} | {people.week} | {one.model} | {one.brier:.3f} |"
                f" {one.gain.words(3)} | {over} | {one.slope.words()} | {one.intercept.words()} |"
                f" {one.auc.words()} |"
            )
    return "\n".join(lines) + "\n"


WIDTH, HEIGHT, LEFT, TOP, SIDE = 640, 330, 50, 30, 240
COLOURS: Final = {"table": "#1f5f8b", "rule": "#b3541e", "all": "#777777", "none": "#222222"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One square of a chart: its left edge, and the values at its bottom and top."""

    left: float
    lowest: float
    highest: float

    def x(self, value: float) -> float:
        """Return the place of a value between 0 and 1."""
        return self.left + SIDE * value

    def y(self, value: float) -> float:
        """Return the height of a value."""
        share = (value - self.lowest) / (self.highest - self.lowest)
        return TOP + SIDE * (1 - min(max(share, 0), 1))

    def line(self, places: Array, values: Array, colour: str, dash: str = "") -> str:
        """Return a line through points."""
        points = " ".join(
            f"{self.x(a):.1f},{self.y(b):.1f}" for a, b in zip(places, values, strict=True)
        )
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        return (
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
        )

    def frame(self, title: str, below: str) -> str:
        """Return the frame with its words and ticks."""
        marks = [_text(self.left + SIDE / 2, TOP - 10, title, "middle")]
        marks.append(_text(self.left + SIDE / 2, TOP + SIDE + 36, below, "middle"))
        for tick in (0.0, 0.5, 1.0):
            marks.append(_text(self.x(tick), TOP + SIDE + 18, f"{100 * tick:.0f}", "middle"))
            value = self.lowest + tick * (self.highest - self.lowest)
            marks.append(_text(self.left - 6, self.y(value) + 4, f"{100 * value:.0f}", "end"))
        box = f'<rect x="{self.left}" y="{TOP}" width="{SIDE}" height="{SIDE}" fill="none"'
        return "\n".join([f'{box} stroke="#999999"/>', *marks])


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def _svg(title: str, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' font-family="sans-serif" font-size="12" fill="#222222">\n<title>{title}</title>'
        f'\n<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    )
    return "\n".join([head, *parts, "</svg>"]) + "\n"


def wilson(good: float, count: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share."""
    z, share = 1.959964, good / count
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return float(middle - half), float(middle + half)


def calibration_chart(sets: tuple[People, ...]) -> str:
    """Return foretold against seen, in five groups of like size."""
    parts = []
    for place, people in enumerate(sets):
        panel = Panel(LEFT + place * (SIDE + 60), 0.0, 1.0)
        parts.append(panel.frame(f"{people.name}, week {people.week}", "foretold, of 100"))
        parts.append(panel.line(np.array([0.0, 1]), np.array([0.0, 1]), "#999999", "4 4"))
        chance = foretold(people)["table"]
        for group in np.array_split(np.argsort(chance, kind="stable"), 5):
            seen, told = people.response[group], float(chance[group].mean())
            ends = np.array(wilson(float(seen.sum()), len(group)))
            parts.append(panel.line(np.array([told, told]), ends, COLOURS["table"]))
            where = f'cx="{panel.x(told):.1f}" cy="{panel.y(float(seen.mean())):.1f}"'
            parts.append(f'<circle {where} r="4" fill="{COLOURS["table"]}"/>')
    parts.append(
        _text(LEFT, HEIGHT - 6, "dots: responders seen, of 100, with 95 % limits", "start")
    )
    return _svg("Response foretold by the table against response seen", parts)


def decision_chart(sets: tuple[People, ...]) -> str:
    """Return the net benefit of looking closer at those who are unlikely to respond."""
    parts, threshold = [], np.linspace(0.2, 0.95, 76)
    for place, people in enumerate(sets):
        panel = Panel(LEFT + place * (SIDE + 60), -0.1, 0.7)
        chances, y = foretold(people), people.response
        parts.append(panel.frame(f"{people.name}, week {people.week}", "threshold, %"))
        everyone = net_benefit(np.zeros(len(y)), y, threshold)
        drawn = everyone >= -0.1
        parts.append(panel.line(threshold[drawn], everyone[drawn], COLOURS["all"], "2 4"))
        parts.append(panel.line(threshold, np.zeros(len(threshold)), COLOURS["none"]))
        # The rule picks whoever missed, at any threshold.
        cut = load_table("baselines/early").row(id="week_2").number("cut")
        hit = (people.change >= cut).astype(float)
        for name, chance in (("rule", hit), ("table", chances["table"])):
            benefit = net_benefit(chance, y, threshold)
            drawn = benefit >= panel.lowest
            parts.append(panel.line(threshold[drawn], benefit[drawn], COLOURS[name]))
    legend = "net benefit, of 100: blue table, orange 20 % rule, dotted everyone, black nobody"
    parts.append(_text(LEFT, HEIGHT - 6, legend, "start"))
    return _svg("Net benefit of looking closer where response is unlikely", parts)


def write(folder: Path) -> None:
    """Renew the table and the charts of the documentation."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(FIRST)
    tail = rest.split(LAST)[1]
    PAGE.write_text(head + FIRST + markdown(folder) + LAST + tail, encoding="utf-8")
    sets = (read_trial(folder, 2), read_inpatients(folder, 2))
    static = PAGE.parent / "_static"
    (static / "early-calibration.svg").write_text(calibration_chart(sets), encoding="utf-8")
    (static / "early-decision.svg").write_text(decision_chart(sets), encoding="utf-8")


def main() -> None:
    """Print the table, or renew the documentation."""
    parser = argparse.ArgumentParser(description="Does early change foretell response?")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    if not told.data.is_dir():
        print("the outside data are not here; name their folder with --data")
        return
    if told.write:
        write(told.data)
        return
    for people in (read_trial(told.data, 2), read_inpatients(told.data, 2)):
        slope, error = slope_with_error(people)
        print(f"{people.name}, week 2: logistic slope {slope:.3f} ({error:.3f})")
    print(markdown(told.data))


if __name__ == "__main__":
    main()
