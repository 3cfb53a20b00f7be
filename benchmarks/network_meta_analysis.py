"""Network meta-analysis of 500 invented trials with 22 treatments, on one core.

Run: ``python benchmarks/network_meta_analysis.py``. The time is that from the arms to estimates,
standard errors, league table and P-scores. Where Rscript and the package metafor are found,
`rma.mv` fits the same contrasts in the same run, with its default optimiser (for time) and with a
tight one (for the difference); only the fit is timed there, neither start nor reading.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from shutil import which

import numpy as np
from numpy.typing import NDArray

from equipoise.evidence.synthesis.network import NetworkFit, fit_network
from equipoise.evidence.synthesis.network_data import NetworkData, from_events
from equipoise.evidence.synthesis.ranking import league, p_scores
from equipoise.evidence.synthesis.splitting import split_nodes

TRIALS, NODES, SEED, REPEATS = 500, 22, 1, 20
BUDGET = 50  # milliseconds
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

RSCRIPT = """
if (!suppressPackageStartupMessages(require(metafor, quietly = TRUE))) quit(status = 3)
folder <- commandArgs(trailingOnly = TRUE)
read <- function(name) as.matrix(read.csv(file.path(folder, name), header = FALSE))
y <- c(read("y.csv")); V <- read("v.csv"); X <- -read("x.csv")  # -X: no column is an intercept
study <- factor(c(read("study.csv"))); row <- factor(seq_along(y))
fit <- function(...) rma.mv(y, V, mods = X, intercept = FALSE, random = ~ row | study,
  struct = "CS", rho = 0.5, ...)
dense <- min(replicate(2, system.time(fit())[["elapsed"]]))
sparse <- min(replicate(2, system.time(fit(sparse = TRUE))[["elapsed"]]))
res <- fit(control = list(optimizer = "BFGS", reltol = 1e-16, maxit = 5000))
options(digits = 15)
cat(as.character(packageVersion("metafor")), dense, sparse, "\\n")
cat(-coef(res), "\\n")
cat(sqrt(diag(vcov(res))), "\\n")
"""

Arms = tuple[list[str], list[str], list[float], list[float]]


def arms() -> Arms:
    """Return invented trials of response, one in seven with three arms."""
    rng = np.random.default_rng(SEED)
    truth = rng.normal(0, 0.3, NODES)
    studies: list[str] = []
    names: list[str] = []
    events: list[float] = []
    totals: list[float] = []
    for trial in range(TRIALS):
        chosen = rng.choice(NODES, 3 if trial % 7 == 0 else 2, replace=False)
        level = rng.normal(-0.5, 0.4) + truth[chosen] + rng.normal(0, 0.18, len(chosen))
        people = rng.integers(40, 200, len(chosen))
        studies += [f"trial {trial}"] * len(chosen)
        names += [f"treatment {i:02d}" for i in chosen]
        events += rng.binomial(people, 1 / (1 + np.exp(-level))).astype(float).tolist()
        totals += people.astype(float).tolist()
    return studies, names, events, totals


def matrices(data: NetworkData) -> dict[str, NDArray[np.float64]]:
    """Return contrasts, their whole covariance, the design without the reference, and studies."""
    outcome = np.concatenate([block.contrasts.ravel() for block in data.blocks])
    covariance = np.zeros((len(outcome), len(outcome)))
    design = np.zeros((len(outcome), len(data.treatments)))
    study, row = [], 0
    for block in data.blocks:
        for number, places, inner in zip(block.study, block.arms, block.covariance, strict=True):
            end = row + len(inner)
            covariance[row:end, row:end] = inner
            design[np.arange(row, end), places[1:]] = 1
            design[row:end, places[0]] = -1
            study += [float(number)] * len(inner)
            row = end
    return {"y": outcome, "v": covariance, "x": design[:, 1:], "study": np.array(study)}


def best_of(repeats: int, data: Arms) -> tuple[float, NetworkFit]:
    """Return the shortest time in milliseconds, and the fit."""
    shortest = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        fit = fit_network(from_events(*data))
        league(fit)
        p_scores(fit)
        shortest = min(shortest, 1000 * (time.perf_counter() - start))
    return shortest, fit


def ask_metafor(data: NetworkData) -> list[list[str]]:
    """Return the lines that R prints, split; none where R or metafor is not there."""
    if which("Rscript") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        for name, values in matrices(data).items():
            np.savetxt(Path(folder) / f"{name}.csv", values, delimiter=",", fmt="%.17g")
        script = Path(folder) / "fit.R"
        script.write_text(RSCRIPT, encoding="utf-8")
        command = ["Rscript", str(script), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 3:
        return []
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [line.split() for line in done.stdout.splitlines()]


def main() -> None:
    """Print our time, metafor's, the ratio and the largest difference."""
    data = arms()
    shortest, fit = best_of(REPEATS, data)
    network = from_events(*data)
    print(
        f"{fit.k_studies} trials, {fit.n_nodes} treatments, REML, one core: "
        f"{shortest:.1f} ms (budget {BUDGET} ms)"
    )
    start = time.perf_counter()
    splits = split_nodes(network)
    print(f"node-splitting of {len(splits)} comparisons: {time.perf_counter() - start:.1f} s")
    told = ask_metafor(network)
    if not told:
        print("Rscript with metafor is not here: nothing to compare with")
        return
    version, dense, sparse = told[0]
    estimates, errors = (np.array(line, dtype=np.float64) for line in told[1:3])
    print(
        f"metafor {version} rma.mv: {dense} s, with sparse matrices {sparse} s: "
        f"{1000 * float(dense) / shortest:.0f} and {1000 * float(sparse) / shortest:.0f} times ours"
    )
    print(
        f"largest difference: estimates {np.abs(fit.estimates[1:] - estimates).max():.1e}, "
        f"standard errors {np.abs(fit.standard_errors[1:] - errors).max():.1e}"
    )


if __name__ == "__main__":
    # The thread counts are read when numpy is loaded, so the work is done in a process of its own.
    if any(os.environ.get(name) != value for name, value in ONE_CORE.items()):
        environment = {**os.environ, **ONE_CORE}
        sys.exit(
            subprocess.run([sys.executable, *sys.argv], env=environment, check=False).returncode
        )
    main()
