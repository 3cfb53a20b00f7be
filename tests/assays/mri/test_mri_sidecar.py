"""A sidecar that says something about time has to say a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from equipoise.assays.mri import rest
from equipoise.core.nouns import NotMeasured, Recording
from tests.assays.mri.conftest import at_rest

Maker = Callable[..., Recording]
NO_TIME = "this is no repetition time"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"RepetitionTime": 0}', NO_TIME),
        ('{"RepetitionTime": -2.0}', NO_TIME),
        ('{"RepetitionTime": "2.0"}', NO_TIME),
        ('{"RepetitionTime": null}', NO_TIME),
        ('{"RepetitionTime": true}', NO_TIME),
        ('{"RepetitionTime": NaN}', NO_TIME),
        ('{"RepetitionTime": Infinity}', NO_TIME),
        ('{"RepetitionTime": 2.', "cannot be read as JSON"),
        ("[2.0]", "no JSON object"),
        ("", "cannot be read as JSON"),
    ],
)
def test_a_broken_sidecar_is_refused_and_never_passed_over(
    twin: Maker, text: str, says: str
) -> None:
    """BIDS: RepetitionTime is a number of seconds, greater than 0."""
    recording = twin()
    Path(str(recording.sidecar)).write_text(text, encoding="utf-8")
    for result in at_rest(recording):
        assert isinstance(result, NotMeasured)
        assert says in result.reason
        assert "_desc-preproc_bold.json" in result.reason
        assert str(Path(str(recording.sidecar)).parent) not in result.reason
    assert any(says in fault for fault in rest.inspect(recording))


def test_a_sidecar_without_content_is_refused(twin: Maker) -> None:
    recording = twin()
    path = Path(str(recording.sidecar))
    path.unlink()
    path.symlink_to("nowhere")
    results = at_rest(recording)
    assert all(isinstance(r, NotMeasured) and "missing" in r.reason for r in results)


def test_a_sidecar_without_the_field_leaves_it_to_the_header(twin: Maker) -> None:
    recording = twin()
    Path(str(recording.sidecar)).write_text('{"TaskName": "rest"}', encoding="utf-8")
    assert rest.inspect(recording) == ()
