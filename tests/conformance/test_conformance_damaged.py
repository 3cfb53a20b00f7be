"""Damaged input is a result with a reason; it never ends the run."""

from __future__ import annotations

from equipoise.core.assay import AssaySpec
from equipoise.core.nouns import NotMeasured, Result


def test_broken_records(spec: AssaySpec, all_damaged: tuple[Result, ...]) -> None:
    wanted = {part.measure for part in spec.yields}
    results = [result for result in all_damaged if result.id in wanted]
    assert {result.id for result in results} == wanted
    for result in results:
        assert isinstance(result, NotMeasured)
        assert result.reason
        assert "\n" not in result.reason
