"""Time and memory of ``equipoise plan`` of one person, process start included.

Run: ``python benchmarks/plan_time.py [RECORD]``. The yardstick of the same run is a process that
only starts Python and imports numpy, which every prediction needs; the plan stands beside it as a
ratio. The budget is 1.5 s and 0.3 GB. Both processes find compiled bytecode, as an installed
package has it. The time on the processor is told too: other work on the machine moves it less.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "tests" / "fixtures" / "person_full.yaml"
RUNS, BUDGET, KILOBYTES = 7, 1.5, 1_000_000


def timed(command: list[str], bytecode: str) -> tuple[float, float, float]:
    """Return seconds, seconds on the processor and GB of one process."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    seconds = time.perf_counter() - start
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KILOBYTES


def main() -> None:
    """Print the median and the extremes of both commands."""
    record = sys.argv[1] if len(sys.argv) > 1 else str(RECORD)
    plan = [sys.executable, "-m", "equipoise", "plan", record, "--json", "--date", "2026-03-02"]
    yardstick = [sys.executable, "-c", "import numpy"]
    commands = {"plan": plan, "numpy": yardstick}
    with tempfile.TemporaryDirectory() as bytecode:
        for command in commands.values():
            timed(command, bytecode)
        found = {
            name: [timed(command, bytecode) for _ in range(RUNS)]
            for name, command in commands.items()
        }
    for name, runs in found.items():
        seconds = [one for one, _, _ in runs]
        busy = median(one for _, one, _ in runs)
        most = max(memory for _, _, memory in runs)
        ends = f"{min(seconds):.2f} to {max(seconds):.2f}"
        print(f"{name}: {median(seconds):.2f} s ({ends}), processor {busy:.2f} s, {most:.2f} GB")
    times = {name: median(one for one, _, _ in runs) for name, runs in found.items()}
    print(f"plan / numpy alone: {times['plan'] / times['numpy']:.1f}; budget {BUDGET} s")


if __name__ == "__main__":
    main()
