"""Whether what the model believes of invented people is as often true as it says.

Run it with ``python benchmarks/calibration.py [--runs N] [--write]``. In each run the truth is
drawn from the prior, then what a clinic and its journals would see of it: slopes reach print
through the selection of what is significant, measurements carry their errors, past trials succeed
or fail. The kernels of the model infer, and the truth is ranked among 399 draws of what they
believe. If they are right, every rank is as likely as every other (Talts 2018), and intervals of
95 % hold 95 of 100.

With ``--write`` the table ``validation/calibration`` is written anew; the page and the picture of
the documentation are made from it.
"""

from __future__ import annotations

import argparse
import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from equipoise import evidence
from equipoise.core.gaussian import logistic
from equipoise.core.nouns import (
    Measurement,
    Moderation,
    NormedMeasurement,
    NormUsed,
    Provenance,
    Quantity,
)
from equipoise.core.streams import stream
from equipoise.core.tables import Row, load_table, setting
from equipoise.evidence.slope_posterior import Estimate, Grid, Miss, posterior
from equipoise.predict.history.learning import Beliefs, Outcome, learn
from equipoise.predict.literature import Literature, read_literature
from equipoise.predict.scores import scores_of
from equipoise.predict.settings import Settings, load_settings
from equipoise.predict.slopes import Slope, slopes_of
from equipoise.profile import infer, kernels

Array = NDArray[np.float64]
ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "src/equipoise/tables/validation/calibration.tsv"
RUNS, SEED = 2000, 7
DRAWS = 399
BINS = 20
# Of 400 equally likely ranks these are the middle 320 and 380.
MIDDLE = {80: (40, 360), 95: (10, 390)}


@dataclass(frozen=True, slots=True)
class Finding:
    """A published slope: prior, error, reliability, chance of being reported, what came after."""

    prior_sd: float
    error: float
    reliability: float
    reporting: float
    repeated: float | None = None
    missed: float | None = None


# Grades A to D, from a registered trial to a subgroup of a small one; the last have a replication
# with an estimate, or one that only said "not significant".
FINDINGS = {
    "slope, grade A, registered": Finding(0.25, 0.10, 0.8, 1.0),
    "slope, grade B, planned": Finding(0.15, 0.12, 0.7, 0.5),
    "slope, grade B, post hoc": Finding(0.15, 0.10, 0.6, 0.1),
    "slope, grade A, post hoc": Finding(0.25, 0.16, 0.6, 0.1),
    "slope, grade C, post hoc, repeated": Finding(0.10, 0.10, 0.5, 0.1, repeated=0.12),
    "slope, grade C, post hoc, failed": Finding(0.10, 0.10, 0.5, 0.1, missed=0.08),
}
MEASURES = ("blood.crp_hs", "blood.leucocytes", "blood.hba1c", "blood.glucose")
PLACED = ("blood.crp_hs", "scales.phq9")
OPTIONS = {
    "cbt": ("cbt", "psychotherapy"),
    "escitalopram": ("ssri", "drug"),
    "nortriptyline": ("tca", "drug"),
    "rtms": ("magnetic", "stimulation"),
    "sertraline": ("ssri", "drug"),
    "venlafaxine": ("snri", "drug"),
}
NAMES = tuple(OPTIONS)
# Which rows of the invented literature act: contrast of two drugs, one against sham, prognosis.
ROWS = (
    ("blood.crp_hs", "nortriptyline", "escitalopram", "contrast", "A", "slope, grade A, post hoc"),
    ("blood.hba1c", "rtms", "sham", "contrast", "B", "slope, grade B, planned"),
)


def grid() -> Grid:
    """Return the numerics of the shipped tables, with fewer points: 6 digits stay the same."""
    return Grid(501, setting("evidence_grid_width"), setting("evidence_significance_level"))


def published(
    true: float, finding: Finding, draws: np.random.Generator
) -> tuple[list[Estimate], list[Miss]]:
    """Return what print would say of a true slope: drawn again until it is reported."""
    seen = math.sqrt(finding.reliability) * true
    while True:
        estimate = draws.normal(seen, finding.error)
        # 1.96 standard errors either way: significant at 5 %.
        if abs(estimate) > 1.959964 * finding.error or draws.random() < finding.reporting:
            break
    estimates = [Estimate(estimate, finding.error, finding.reliability, finding.reporting)]
    misses: list[Miss] = []
    if finding.repeated is not None:
        again = draws.normal(seen, finding.repeated)
        estimates.append(Estimate(again, finding.repeated, finding.reliability, 1.0))
    if finding.missed is not None:
        again = draws.normal(seen, finding.missed)
        side = 0 if abs(again) < 1.959964 * finding.missed else int(math.copysign(1, again))
        misses.append(Miss(finding.missed, finding.reliability, side))
    return estimates, misses


def slopes(runs: int, seed: int = SEED) -> dict[str, Array]:
    """Return the rank of each true slope among draws of its posterior.

    The published sign is turned to plus first: what is believed too much of what was published
    then lies on one side, and shows.
    """
    numerics, found = grid(), {}
    for name, finding in FINDINGS.items():
        draws, ranks = stream(f"calibration/{name}", seed), np.zeros(runs)
        for run in range(runs):
            true = draws.normal(0.0, finding.prior_sd)
            estimates, misses = published(true, finding, draws)
            mean, sd = posterior(estimates, misses, finding.prior_sd, numerics)
            sign = math.copysign(1, estimates[0].estimate)
            ranks[run] = (sign * draws.normal(mean, sd, DRAWS) < sign * true).sum()
        found[name] = ranks
    return found


@dataclass(frozen=True, slots=True)
class Model:
    """The measurement model of some measures: prior, rows of true scores, reliabilities."""

    prior: Array
    rows: Array
    reliability: Array


def measurement_model() -> Model:
    """Return the model of the shipped tables."""
    mechanisms = sorted({_loading(one)[0] for one in MEASURES})
    loadings = np.zeros((len(MEASURES), len(mechanisms)))
    for place, one in enumerate(MEASURES):
        mechanism, loading = _loading(one)
        loadings[place, mechanisms.index(mechanism)] = loading
    prior = kernels.prior_covariance(len(mechanisms), len(MEASURES), 0.1)
    table = load_table("measures/measures")
    reliability = np.array([table.row(id=one).number("reliability") for one in MEASURES])
    return Model(prior, kernels.true_scores(loadings, prior), reliability)


def _loading(measure: str) -> tuple[str, float]:
    row = load_table("mechanisms/loadings").row(measure=measure)
    return row.text("mechanism"), row.number("loading")


def measured(
    model: Model, state: Array, draws: np.random.Generator
) -> tuple[NDArray[np.intp], kernels.Errors, Array]:
    """Return some measures of a person: which, their errors, and what was seen."""
    there = np.flatnonzero(draws.random(len(MEASURES)) < 0.7)
    count, r = len(there), model.reliability[there]
    own, norm = draws.uniform(0.0, 0.8, count), draws.uniform(0.1, 0.2, count)
    present, coverage = draws.uniform(0.6, 1.0, count), draws.uniform(0.5, 1.0, count)
    noise = np.maximum(1 - r, own**2) + norm**2 + r * (1 - present**2)
    true = model.rows[there] @ state
    seen = present * np.sqrt(r) * true + draws.normal(0.0, np.sqrt(noise / coverage))
    errors = kernels.Errors(r, own, norm, present, coverage, np.zeros((count, count)))
    return there, errors, seen


def believed(
    model: Model, there: NDArray[np.intp], errors: kernels.Errors, seen: Array
) -> tuple[Array, Array]:
    """Return mean and covariance of the true scores of all measures."""
    mean, covariance, _ = kernels.posterior(model.prior, model.rows[there], errors, seen, 1e-12)
    return model.rows @ mean, model.rows @ covariance @ model.rows.T


def scores(runs: int, seed: int = SEED) -> dict[str, Array]:
    """Return the rank of each true score among draws of the profile."""
    model, draws = measurement_model(), stream("calibration/scores", seed)
    root, ranks = np.linalg.cholesky(model.prior), np.zeros((runs, len(MEASURES)))
    for run in range(runs):
        state = root @ draws.standard_normal(len(root))
        mean, covariance = believed(model, *measured(model, state, draws))
        drawn = _normals(mean, covariance, draws)
        ranks[run] = (drawn < model.rows @ state).sum(axis=0)
    return {f"true score, {one}": ranks[:, k] for k, one in enumerate(MEASURES)}


def _normals(mean: Array, covariance: Array, draws: np.random.Generator) -> Array:
    root = np.linalg.cholesky(covariance + 1e-10 * np.eye(len(mean)))
    return np.asarray(mean + draws.standard_normal((DRAWS, len(mean))) @ root.T)


def patients(runs: int, seed: int = SEED) -> dict[str, Array]:
    """Return the rank of true scores of patients who come with places among healthy people."""
    draws, today = stream("calibration/patients", seed), "2026-03-10"
    rows = {row.text("measure"): row for row in load_table("norms/patients")}
    ranks = np.zeros((runs, len(PLACED)))
    for run in range(runs):
        true = draws.standard_normal(len(PLACED))
        normed = tuple(
            _placed(one, float(tau), rows[one], today, draws)
            for one, tau in zip(PLACED, true, strict=True)
        )
        scores = scores_of(infer(normed, today=today), PLACED, load_settings())
        ranks[run] = (_normals(scores.mean, scores.covariance, draws) < true).sum(axis=0)
    return {f"true score of a patient, {one}": ranks[:, k] for k, one in enumerate(PLACED)}


def _placed(
    measure: str, true: float, patient: Row, today: str, draws: np.random.Generator
) -> NormedMeasurement:
    """Return what is seen of a true score, as a place among healthy people."""
    row = load_table("measures/measures").row(id=measure)
    r, error = row.number("reliability"), setting("norms_error") / patient.number("spread")
    seen = math.sqrt(r) * true + draws.normal(0.0, math.sqrt(1 - r + error**2))
    place = patient.number("shift") + patient.number("spread") * seen
    quantity = Quantity(1.0, row.text("unit"))
    one = Measurement(measure, quantity, today, 1.0, (), Provenance((), "invented"))
    norm = NormUsed(patient.optional_text("norm") or "any", "", "", "n/a", "derived")
    return NormedMeasurement(one, norm, place, setting("norms_error"), 50.0, False, None)


@dataclass(frozen=True, slots=True)
class World:
    """What all people of the whole model share: rates by stage, settings, measures, deviations."""

    stages: tuple[Literature, ...]
    settings: Settings
    model: Model
    loadings: Array
    spread: Array


def world() -> World:
    """Return options with the rates of the shipped evidence."""
    base, settings = evidence.load(), load_settings()
    rates = {(one.treatment, one.stage): one for one in base.baselines}
    stages = tuple(
        read_literature([rates[name, stage] for name in NAMES], settings.numerics)
        for stage in range(3)
    )
    kinds = [{pair[level] for pair in OPTIONS.values()} for level in (0, 1)]
    columns = [
        [float(OPTIONS[name][level] == kind) for name in NAMES]
        for level in (0, 1)
        for kind in sorted(kinds[level])
    ]
    loadings = np.hstack([np.array(columns).T, np.eye(len(NAMES))])
    sds = [setting(f"predict_{one}_sd") for one in ("class", "group", "option")]
    counts = [len(kinds[0]), len(kinds[1]), len(NAMES)]
    return World(stages, settings, measurement_model(), loadings, np.repeat(sds, counts))


def rows(estimates: dict[str, tuple[float, float]]) -> tuple[Moderation, ...]:
    """Return the literature on moderators with the given mean and sd of each slope."""
    found = []
    for measure, first, second, kind, grade, _ in ROWS:
        mean, sd = estimates[measure]
        found.append(
            Moderation(
                id=f"{measure} {first}",
                measure=measure,
                treatment=first,
                comparator=second,
                row_type=kind,
                estimate=mean,
                standard_error=sd,
                published=mean,
                published_standard_error=sd,
                reliability=1.0,
                reporting=1.0,
                replications=0,
                failed_replications=0,
                grade=grade,
                checked="derived",
                references=("equipoise_method",),
            )
        )
    return tuple(found)


def acting(world: World, estimates: dict[str, tuple[float, float]]) -> tuple[Slope, ...]:
    """Return the slopes of the model for the literature of a run."""
    return slopes_of(rows(estimates), NAMES, frozenset(NAMES), world.settings)


def _columns(slopes_now: tuple[Slope, ...]) -> list[int]:
    return [MEASURES.index(one.moderation.measure) for one in slopes_now]


def whole(runs: int, seed: int = SEED) -> dict[str, Array]:
    """Return the rank of each option's true log-odds among draws of all that is believed."""
    here, draws = world(), stream("calibration/whole", seed)
    ranks = np.zeros((runs, len(NAMES) + 1))
    for run in range(runs):
        ranks[run] = one_person(here, draws)
    found = {f"log-odds of response, {name}": ranks[:, t] for t, name in enumerate(NAMES)}
    return {**found, "own deviation for the option tried first": ranks[:, -1]}


def one_person(world: World, draws: np.random.Generator) -> Array:
    """Draw a person and a literature, let the model infer, return the ranks of the truth.

    The last rank is that of the person's own deviation for the option tried first, turned so that
    its outcome speaks for more: what a trial taught too much or too little lies on one side.
    """
    findings = {measure: FINDINGS[finding] for measure, *_, finding in ROWS}
    before = acting(world, {m: (0.0, one.prior_sd) for m, one in findings.items()})
    gamma = np.array([draws.normal(one.mean, one.sd) for one in before])
    after = acting(world, _read(before, gamma, findings, draws))
    root = np.linalg.cholesky(world.model.prior)
    state = root @ draws.standard_normal(len(root))
    deviations = world.spread * draws.standard_normal(len(world.spread))
    true = world.model.rows @ state
    shares = np.stack([one.shares for one in before])
    added = (gamma * true[_columns(before)]) @ shares + world.loadings @ deviations
    mean, covariance = believed(world.model, *measured(world.model, state, draws))
    beliefs = _joined(mean, covariance, world.spread)
    stage = int(draws.integers(1, 3))
    tried = draws.choice(len(NAMES), stage, replace=False)
    signs: list[int] = []
    for place, option in enumerate(tried):
        level = _level(world.stages[place], int(option), draws)
        happened = bool(draws.random() < logistic(np.array(level + added[option])))
        outcome = _outcome(world, after, int(option), world.stages[place], happened=happened)
        beliefs = learn(beliefs, outcome, world.settings.numerics.nodes)
        signs.append(1 if happened else -1)
    levels = np.array([_level(world.stages[stage], t, draws) for t in range(len(NAMES))])
    drawn = _eta(world, after, beliefs, world.stages[stage], draws)
    own = _normals(beliefs.mean, beliefs.covariance, draws)[:, len(MEASURES) :]
    first = signs[0] * world.loadings[tried[0]]
    last = (own @ first < first @ deviations).sum()
    return np.append((drawn < levels + added).sum(axis=0), last).astype(np.float64)


def _read(
    before: tuple[Slope, ...],
    gamma: Array,
    findings: dict[str, Finding],
    draws: np.random.Generator,
) -> dict[str, tuple[float, float]]:
    """Return what the literature leaves to believe of each published slope."""
    found, numerics = {}, grid()
    for slope, true in zip(before, gamma, strict=True):
        one = slope.moderation
        if slope.name == f"moderation/{one.id}":
            terms = published(float(true), findings[one.measure], draws)
            found[one.measure] = posterior(*terms, findings[one.measure].prior_sd, numerics)
    return found


def _joined(mean: Array, covariance: Array, spread: Array) -> Beliefs:
    zeros = np.zeros((len(mean), len(spread)))
    whole_covariance = np.block([[covariance, zeros], [zeros.T, np.diag(spread**2)]])
    return Beliefs(np.concatenate([mean, np.zeros(len(spread))]), whole_covariance)


def _level(rates: Literature, option: int, draws: np.random.Generator) -> float:
    return float(draws.normal(rates.theta[option], rates.theta_sd[option]))


def _outcome(
    world: World, now: tuple[Slope, ...], option: int, rates: Literature, *, happened: bool
) -> Outcome:
    row, spread = np.zeros((2, len(MEASURES) + len(world.spread)))
    for place, one in zip(_columns(now), now, strict=True):
        row[place] += one.shares[option] * one.mean
        spread[place] += (one.shares[option] * one.sd) ** 2
    row[len(MEASURES) :] = world.loadings[option]
    noise = float(rates.theta_sd[option] ** 2)
    return Outcome(row, float(rates.theta[option]), noise, spread, 1.0, happened)


def _eta(
    world: World,
    now: tuple[Slope, ...],
    beliefs: Beliefs,
    rates: Literature,
    draws: np.random.Generator,
) -> Array:
    """Return draws of the log-odds of every option, shape (draws, options)."""
    state = _normals(beliefs.mean, beliefs.covariance, draws)
    gamma = np.stack([draws.normal(one.mean, one.sd, DRAWS) for one in now], axis=1)
    shares = np.stack([one.shares for one in now])
    moved = (gamma * state[:, _columns(now)]) @ shares
    level = rates.theta + rates.theta_sd * draws.standard_normal((DRAWS, len(NAMES)))
    return np.asarray(level + moved + state[:, len(MEASURES) :] @ world.loadings.T)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check: how likely ranks as uneven are by chance, and what the intervals hold."""

    name: str
    runs: int
    p: float
    held80: float
    held95: float
    bias: float


def histogram(ranks: Array) -> NDArray[np.intp]:
    """Return how many ranks lie in each twentieth."""
    return np.bincount((ranks * BINS // (DRAWS + 1)).astype(int), minlength=BINS)


def judge(ranks: dict[str, Array]) -> list[Verdict]:
    """Return the verdict on each check; `bias` is the mean rank from its middle, in its errors."""
    found = []
    for name, one in ranks.items():
        counts = histogram(one)
        even = len(one) / BINS
        p = float(chi2.sf(((counts - even) ** 2 / even).sum(), BINS - 1))
        held = {k: float(((one >= low) & (one < high)).mean()) for k, (low, high) in MIDDLE.items()}
        bias = float((one.mean() - DRAWS / 2) / (DRAWS + 1) * math.sqrt(12 * len(one)))
        found.append(Verdict(name, len(one), p, held[80], held[95], bias))
    return found


def write(ranks: dict[str, Array]) -> None:
    """Write the table ``validation/calibration``."""
    header = "id title runs p held80 held95 bias histogram population reference as_of grade checked"
    lines = ["\t".join([*header.split(), "confidence"])]
    for one, counted in zip(judge(ranks), ranks.values(), strict=True):
        name = re.sub("[^a-z0-9]+", "_", one.name.lower())
        numbers = [f"{one.p:.4f}", f"{one.held80:.4f}", f"{one.held95:.4f}", f"{one.bias:.2f}"]
        bins = ";".join(map(str, histogram(counted)))
        rest = ["invented people", "talts2018", "2026-11", "n/a", "derived", "high"]
        lines.append("\t".join([name, one.name, str(one.runs), *numbers, bins, *rest]))
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def everything(runs: int, seed: int = SEED) -> dict[str, Array]:
    """Return the ranks of every check."""
    found = {**slopes(runs, seed), **scores(runs, seed), **patients(runs, seed)}
    return found | whole(runs, seed)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    ranks = everything(given.runs, given.seed)
    for one in judge(ranks):
        print(f"{one.name:45} p {one.p:.4f}  80 %: {one.held80:.3f}  95 %: {one.held95:.3f}"
              f"  bias {one.bias:+.1f}")  # fmt: skip
    if given.write:
        write(ranks)


if __name__ == "__main__":
    main()
