"""Time and memory of ``equipoise report --for all`` of one person, process start included.

Run: ``python benchmarks/report_time.py [RECORD]``. The person is planned first, untimed. No other
program writes these six pages; what stands beside them in the same run is what the same rows cost
as one bare table: a process that reads the numbers of the data sheet and writes them with pandas
(``DataFrame.to_html``) into a jinja2 page. It has no sentence, no picture and no source, so that
it is the floor, not a rival. The budget is 5 s; 1.5 s is the aim. All processes find compiled
bytecode, as an installed package has it.
"""

from __future__ import annotations

import gzip
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
RECORD = ROOT / "examples" / "three_failed.yaml"
DAY = "2026-03-02"
RUNS, BUDGET, KILOBYTES = 7, 5.0, 1_000_000
BARE = """
import sys, jinja2, pandas
rows = pandas.read_csv(sys.argv[1], sep="\\t", keep_default_na=False)
page = jinja2.Template("<!DOCTYPE html><title>{{ t }}</title>{{ table }}")
with open(sys.argv[2], "w", encoding="utf-8") as stream:
    stream.write(page.render(t="numbers", table=rows.to_html(index=False)))
"""


def timed(command: list[str], bytecode: str) -> tuple[float, float, float]:
    """Return seconds, seconds on the processor and GB of one process."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:4])} ended with {process.returncode}")
    seconds = time.perf_counter() - start
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KILOBYTES


def commands(folder: Path, record: str, bytecode: str) -> dict[str, list[str]]:
    """Return what is timed; the person is planned, and the rows are saved, on the way."""
    out = str(folder / "out")
    call = [sys.executable, "-m", "equipoise"]
    timed([*call, "plan", record, "--date", DAY, "--out", out], bytecode)
    found = {"six pages": [*call, "report", out, "--for", "all"]}
    timed(found["six pages"], bytecode)
    if importlib.util.find_spec("pandas") is None:
        print("pandas is not installed: nothing to compare with")
        return found
    sheet = next((folder / "out").glob("*_desc-data_report.html")).read_text(encoding="utf-8")
    coded = re.findall(r'data:application/gzip;base64,([^"]+)', sheet)[0]
    rows = folder / "rows.tsv"
    rows.write_bytes(gzip.decompress(b64decode(coded)))
    found["pandas table"] = [sys.executable, "-c", BARE, str(rows), str(folder / "bare.html")]
    timed(found["pandas table"], bytecode)
    return found


def main() -> None:
    """Print the median and the extremes of each process, and their ratio."""
    record = sys.argv[1] if len(sys.argv) > 1 else str(RECORD)
    with tempfile.TemporaryDirectory() as folder:
        bytecode = str(Path(folder) / "bytecode")
        asked = commands(Path(folder), record, bytecode)
        # In turns, so that other work on the machine meets both.
        rounds = [{n: timed(c, bytecode) for n, c in asked.items()} for _ in range(RUNS)]
        pages = sorted((Path(folder) / "out").glob("*.html"))
        size = sum(page.stat().st_size for page in pages) / KILOBYTES
    print(f"{len(pages)} pages, {size:.1f} MB")
    middle = {}
    for name in asked:
        runs = [one[name] for one in rounds]
        seconds = [wall for wall, _, _ in runs]
        middle[name] = median(busy for _, busy, _ in runs)
        ends = f"{min(seconds):.2f} to {max(seconds):.2f}"
        most = max(memory for _, _, memory in runs)
        words = f"{median(seconds):.2f} s ({ends}), processor {middle[name]:.2f} s, {most:.2f} GB"
        print(f"{name}: {words}")
    if len(middle) > 1:
        ratio = middle["six pages"] / middle["pandas table"]
        print(f"six pages / pandas table, on the processor: {ratio:.1f}")
    print(f"budget {BUDGET} s")


if __name__ == "__main__":
    main()
