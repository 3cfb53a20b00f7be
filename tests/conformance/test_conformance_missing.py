"""Missing input is a result with a reason, for every yield."""

from __future__ import annotations

from equipoise import assays
from equipoise.core.assay import AssaySpec
from equipoise.core.nouns import NotMeasured, Timeline


def test_nothing_recorded(spec: AssaySpec) -> None:
    wanted = [part.measure for part in spec.yields]
    results = [r for r in assays.measure(Timeline("01"), seed=1) if r.id in wanted]
    assert [result.id for result in results] == wanted
    for result in results:
        assert isinstance(result, NotMeasured)
        assert result.reason
