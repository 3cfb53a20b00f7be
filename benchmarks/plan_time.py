"""Time and memory of ``equipoise plan`` of one person, process start included.

Run: ``python benchmarks/plan_time.py [RECORD]``. The yardstick of the same run is a process that
only starts Python and imports numpy, which every prediction needs; the plan stands beside it as a
ratio. The budget is 1.5 s and 0.3 GB.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "tests" / "fixtures" / "person_full.yaml"
RUNS, BUDGET, KILOBYTES = 7, 1.5, 1_000_000


def timed(command: list[str]) -> tuple[float, float]:
    """Return seconds and GB of one process."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return time.perf_counter() - start, usage.ru_maxrss / KILOBYTES


def main() -> None:
    """Print the median and the extremes of both commands."""
    record = sys.argv[1] if len(sys.argv) > 1 else str(RECORD)
    plan = [sys.executable, "-m", "equipoise", "plan", record, "--json", "--date", "2026-03-02"]
    yardstick = [sys.executable, "-c", "import numpy"]
    timed(plan)
    found = {
        name: [timed(c) for _ in range(RUNS)] for name, c in (("plan", plan), ("numpy", yardstick))
    }
    for name, runs in found.items():
        seconds = [one for one, _ in runs]
        most = max(memory for _, memory in runs)
        ends = f"{min(seconds):.2f} to {max(seconds):.2f}"
        print(f"{name}: {median(seconds):.2f} s ({ends}), {most:.2f} GB")
    times = {name: median(one for one, _ in runs) for name, runs in found.items()}
    print(f"plan / numpy alone: {times['plan'] / times['numpy']:.1f}; budget {BUDGET} s")


if __name__ == "__main__":
    main()
