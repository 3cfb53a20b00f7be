"""What a dataset says about itself stands beside every result of its images."""

from __future__ import annotations

from pathlib import Path

import pytest

from equipoise.apps.demo import build
from equipoise.assays.mri import folder
from equipoise.core.nouns import NotMeasured
from equipoise.ingest import find_recordings


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("notice") / "dataset")


def test_synthetic_geometry_is_flagged_on_every_measure(dataset: Path) -> None:
    results = folder.measure(find_recordings(dataset, "01"), seed=1)
    taken = [result for result in results if not isinstance(result, NotMeasured)]
    assert {"mri.tms_target", "mri.rest_default_mode", "mri.scan"} <= {r.id for r in taken}
    assert all("synthetic geometry" in result.flags[0] for result in taken)
