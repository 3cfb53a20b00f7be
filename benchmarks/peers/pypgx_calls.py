"""pypgx's calls of the files that ``genes.py`` made, which starts this script in pypgx's own place.

Every file goes through the NGS pipeline for each gene (phased files need no reference panel).
Prints calls and seconds as JSON.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
import warnings
from pathlib import Path


def main(folder: Path, genes: list[str]) -> None:
    """Call every indexed file of the folder."""
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    from pypgx.api import pipeline
    from pypgx.sdk.utils import Archive

    calls: dict[str, dict[str, tuple[str, str]]] = {}
    seconds = [time.perf_counter() - start]
    (folder / "pypgx").mkdir(exist_ok=True)
    for file in sorted(folder.glob("*.vcf.gz")):
        start = time.perf_counter()
        for gene in genes:
            out = folder / "pypgx" / f"{file.name}_{gene}"
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                pipeline.run_ngs_pipeline(
                    gene,
                    str(out),
                    variants=str(file),
                    assembly="GRCh38",
                    force=True,
                    do_not_plot_copy_number=True,
                    do_not_plot_allele_fraction=True,
                )
            row = Archive.from_file(str(out / "results.zip")).data.iloc[0]
            calls.setdefault(file.name, {})[gene] = (str(row["Genotype"]), str(row["Phenotype"]))
        seconds.append(time.perf_counter() - start)
    print(json.dumps({"calls": calls, "seconds": seconds}))


if __name__ == "__main__":
    (folder_name, *names) = sys.argv[1:]
    main(Path(folder_name), names)
