"""The command `circuits` on a task run: cleaned as its model says, placed by age and sex."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from equipoise.apps.cli import main
from equipoise.core.documents import to_json
from equipoise.core.nouns import SiteNorms
from equipoise.norms.learn import Control, learn_norm
from tests.assays.mri.task.conftest import Faces, build

MEASURE = "mri.task_sad.pgacc"


def _norms(path: Path) -> Path:
    made = np.random.default_rng(1)
    controls = tuple(
        Control(20.0 + n, float(n % 2), {"mean_fd": made.uniform(0.05, 0.2)}, made.normal())
        for n in range(40)
    )
    learned = learn_norm(MEASURE, controls)
    assert not isinstance(learned, str)
    learnt = SiteNorms("clinic", None, "", "2026-01-10", "x", "x", (learned,))
    path.write_text(to_json(learnt), encoding="utf-8")
    return path


def test_a_task_run_is_measured_and_placed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its confounds hold motion alone, which is all that the model of a task needs."""
    run = build(tmp_path, Faces())
    command = ["circuits", "--bold", run.path, "--tr", "2.0", "--space", "MNI152NLin6Asym"]
    command += ["--confounds", str(run.confounds), "--mask", str(run.mask)]
    command += ["--events", str(run.events), "--json"]
    command += ["--norms", str(_norms(tmp_path / "norms.json"))]

    def z(*more: str) -> float | None:
        with pytest.raises(SystemExit) as caught:
            main([*command, *more])
        shown = capsys.readouterr()
        assert caught.value.code == 0, shown.err
        (found,) = [c for c in json.loads(shown.out)["circuits"] if c["measure"] == MEASURE]
        return None if found["z"] is None else float(found["z"])

    assert z() is None
    assert z("--age", "43", "--sex", "female") is not None
    with pytest.raises(SystemExit) as caught:
        main([*command, "--sex", "f"])
    assert caught.value.code == 2
    assert "--sex: not a sex; got f; allowed: female, male, intersex" in capsys.readouterr().err
