"""All predictions and the value of every test: 60 options, 12 tests, 4000 draws, both layers.

Run: ``OMP_NUM_THREADS=1 python benchmarks/decision.py [FOLDER]``. Evidence and person are invented:
each of the 12 tests reads one measure or fact that moves two options apart. The peer is the same
model in numpyro 0.22.0, sampled by NUTS, with the value of a test from a cubic regression on the
draws, as is usual (`peers/numpyro_decision.py`); it is installed from PyPI into an environment of
its own. Two worthless tests show what regression on draws makes of nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from equipoise.core.answers import not_asked
from equipoise.core.gaussian import logistic
from equipoise.core.nouns import (
    Appraisal,
    Covariate,
    Decision,
    EvidenceBase,
    JointRates,
    LogitEstimate,
    Moderation,
    OptionBaseline,
    Stage,
    Treatment,
)
from equipoise.core.tables import load_table, use_site
from equipoise.predict import predict
from equipoise.predict.settings import load_settings
from equipoise.profile import infer

HERE = Path(__file__).resolve().parent
OPTIONS, REPEATS, SEED, WORTHLESS = 60, 15, 1, 2
BUDGET, MEMORY, KILOBYTES = 0.1, 0.2, 1_000_000
NUMPYRO = ("numpyro==0.22.0",)
FACTS = ("clinical.anxious_distress", "clinical.severity")
RATE, SPREAD, DROPOUT, KAPPA = -1.0, 0.4, (-1.4, 0.2), (0.5, 0.3)
SLOPE, SLOPE_SD = 0.12, 0.06
ASKED = 0.99


def measures() -> tuple[str, ...]:
    """Return the measures and facts of the twelve tests."""
    rows = load_table("measures/measures")
    return (*(row.text("id") for row in rows if row.text("kind") == "measurement"), *FACTS)


def evidence(names: tuple[str, ...]) -> EvidenceBase:
    """Return invented evidence on 60 options, two for each measure but the last ones."""
    options = [f"option_{number:02d}" for number in range(OPTIONS)]
    rng = np.random.default_rng(SEED)
    factor = tuple(
        tuple(float(one) for one in 0.1 * rng.normal(size=OPTIONS)) for _ in range(OPTIONS)
    )
    return EvidenceBase(
        treatments=tuple(_treatment(name, number) for number, name in enumerate(options)),
        effects=(),
        baselines=tuple(_baseline(name, number) for number, name in enumerate(options)),
        moderations=tuple(
            _moderation(name, options[OPTIONS - 1 - 2 * k], options[OPTIONS - 2 - 2 * k])
            for k, name in enumerate(names[:-WORTHLESS])
        ),
        unranked=(),
        joint=(JointRates(1, tuple(options), factor, factor, factor),),
    )


def _treatment(name: str, number: int) -> Treatment:
    attributes = (("visits", 3.0), ("anaesthesia", 0.0), ("invasiveness", 0.0))
    kind = f"class_{number % 12}"
    return Treatment(name, name, "drug", kind, "drug", "p", "", 4.0, attributes, "recalled")


def _baseline(name: str, number: int) -> OptionBaseline:
    return OptionBaseline(
        treatment=name,
        stage=1,
        response=LogitEstimate(RATE + number / OPTIONS, SPREAD),
        dropout=LogitEstimate(*DROPOUT),
        remission_given_response=LogitEstimate(*KAPPA),
        evidence_path="randomised",
        extrapolated=False,
        grade="B",
        checked="derived",
        population="",
        references=(),
        component="option_00",
    )


def _moderation(measure: str, better: str, worse: str) -> Moderation:
    return Moderation(
        f"row_{measure}", measure, better, worse, "contrast", SLOPE, SLOPE_SD, 0.6, 0.16,
        0.6, 0.1, 0, 0, "B", "derived", (),
    )  # fmt: skip


def write_tests(folder: Path, names: tuple[str, ...]) -> None:
    """Write a site table with one test for each measure."""
    shipped = next(row for row in load_table("measures/tests") if row.optional_text("measures"))
    heads = list(shipped.cells)
    lines = ["\t".join(heads)]
    for number, name in enumerate(names):
        cells = dict.fromkeys(heads, "n/a") | dict(shipped.cells)
        own = {"id": f"test_{number:02d}", "title": f"Test {number}", "findings": "n/a"}
        own |= {"measures": "n/a" if name in FACTS else name}
        own |= {"covariates": name if name in FACTS else "n/a"}
        lines.append("\t".join((cells | own)[head] for head in heads))
    (folder / "measures").mkdir(parents=True, exist_ok=True)
    (folder / "measures" / "tests.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def best_of(work: Callable[[], object], repeats: int) -> float:
    """Return the shortest time of several runs, in seconds."""
    shortest = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def peer(folder: Path, decision: Decision, names: tuple[str, ...]) -> dict[str, Any] | None:
    """Return what numpyro makes of the same model; None where it cannot be installed."""
    python = folder / "env" / "bin" / "python"
    if not python.exists():
        venv.create(folder / "env", with_pip=True)
    install = [str(python), "-m", "pip", "install", "--quiet", *NUMPYRO]
    if subprocess.run(install, capture_output=True, check=False).returncode:
        return None
    settings, count = load_settings(), len(names)
    shares = np.zeros((count, OPTIONS))
    for k in range(count - WORTHLESS):
        shares[k, OPTIONS - 1 - 2 * k], shares[k, OPTIONS - 2 - 2 * k] = 1 / 2, -1 / 2
    table = {row.text("id"): row for row in load_table("measures/measures")}
    stay = 1 - float(logistic(np.array(DROPOUT[0])))
    rates = logistic(RATE + np.arange(OPTIONS) / OPTIONS) / stay
    weights = dict(decision.weights)
    case = {
        "theta": np.log(rates / (1 - rates)).tolist(),
        "sd": [SPREAD] * OPTIONS,
        "own_variance": sum(sd**2 for sd in settings.deviation_sds),
        "dropout": DROPOUT[0],
        "dropout_sd": DROPOUT[1],
        "kappa": KAPPA[0],
        "kappa_sd": KAPPA[1],
        "slopes": [SLOPE] * count,
        "slope_sd": [SLOPE_SD] * count,
        "shares": shares.tolist(),
        "reliability": [
            table[name].number("reliability") if name in table else ASKED for name in names
        ],
        "weights": [weights.get(name, 0.0) for name in ("remission", "response", "stay")],
        "draws": settings.numerics.draws,
    }
    file = folder / "case.json"
    file.write_text(json.dumps(case), encoding="utf-8")
    call = [str(python), str(HERE / "peers" / "numpyro_decision.py"), str(file)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        told: dict[str, Any] = json.loads(process.stdout.read().splitlines()[-1])
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return told | {"memory": usage.ru_maxrss / KILOBYTES}


def main(folder: Path) -> None:
    """Print times, memory, values and ratios."""
    import resource

    names = measures()
    write_tests(folder / "site", names)
    use_site(folder / "site")
    base, person = evidence(names), infer((), today="2025-01-01")
    facts = tuple(Covariate(name, name, None, None, "not_asked", "") for name in FACTS)
    appraisal = Appraisal((), (), Stage(1, 1, 1, True, ""), (), (), covariates=facts)

    def ours() -> Decision:
        return predict(person, appraisal, base, preferences=not_asked(), seed=SEED)

    decision = ours()
    seconds = best_of(ours, REPEATS)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES
    draws = load_settings().numerics.draws
    single = [one for one in decision.tests if one.test.startswith("test_")]
    print(
        f"{len(decision.predictions)} options x {len(single)} tests x {draws} draws, both layers: "
        f"{1000 * seconds:.0f} ms, {memory:.2f} GB (budget {1000 * BUDGET:.0f} ms, {MEMORY} GB)"
    )
    worth = {one.test: one.evsi for one in decision.tests}
    told = peer(folder, decision, names)
    if told is None:
        print("numpyro cannot be installed here: times of ours alone")
        return
    mean = {p.treatment: p.response.mean for p in decision.predictions}
    away = max(abs(mean[f"option_{k:02d}"] - other) for k, other in enumerate(told["response"]))
    print(
        f"numpyro {told['version']}: {told['seconds']:.1f} s, {told['memory']:.2f} GB: "
        f"{told['seconds'] / seconds:.0f} times the time, {told['memory'] / memory:.1f} the memory"
    )
    print(f"largest difference of a mean response: {away:.3f}")
    for number, other in enumerate(told["worth"]):
        mine = worth.get(f"test_{number:02d}", 0.0)
        print(f"  {names[number]:32s} worth {mine:.4f} points, by regression {other:.4f}")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(Path(place))
