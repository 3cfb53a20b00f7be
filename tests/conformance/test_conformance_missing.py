"""Missing input is a result with a reason, for every yield that everybody is expected to have.

What few people are asked is silent where the record has nothing of it: a page of "not asked" for
thirty questionnaires would hide the one line that matters.
"""

from __future__ import annotations

from equipoise import assays
from equipoise.core.assay import AssaySpec
from equipoise.core.nouns import NotMeasured, Timeline


def test_nothing_recorded(spec: AssaySpec) -> None:
    yields = [part.measure for part in spec.yields]
    results = [r for r in assays.measure(Timeline("01"), seed=1) if r.id in yields]
    assert [result.id for result in results] == (yields if spec.expected else [])
    for result in results:
        assert isinstance(result, NotMeasured)
        assert result.reason


def test_only_what_few_people_have_may_be_silent(spec: AssaySpec) -> None:
    assert spec.expected or spec.id.startswith(("scales.", "blood.", "stool.", "genes."))
    assert spec.expected or spec.id not in {"scales.phq9", "blood.crp_hs"}
