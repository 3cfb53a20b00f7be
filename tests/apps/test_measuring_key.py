"""The key of the measuring step changes with what lies in a folder of FreeSurfer tables."""

from __future__ import annotations

from pathlib import Path

from equipoise.core.nouns import Recording, Timeline
from equipoise.pipeline import RunSettings, measure_step_key


def test_a_table_that_was_written_again_is_measured_again(tmp_path: Path) -> None:
    table = tmp_path / "stats" / "aseg.stats"
    table.parent.mkdir()
    table.write_text("one", encoding="utf-8")
    scan = Recording("freesurfer_stats", "derivatives/freesurfer/sub-01/stats", str(table.parent))
    timeline = Timeline("01", recordings=(scan,))
    settings = RunSettings(today="2026-01-10", seed=1)
    first = measure_step_key(timeline, settings)
    assert measure_step_key(timeline, settings) == first
    table.write_text("two", encoding="utf-8")
    second = measure_step_key(timeline, settings)
    assert second != first
    (table.parent / "lh.aparc.stats").write_text("", encoding="utf-8")
    assert measure_step_key(timeline, settings) not in {first, second}
