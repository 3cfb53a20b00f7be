"""Three drugs that are dangerous together: each pair speaks, whichever of them is the option.

The rows are combinations that labels and interaction texts name; the words are of the mechanism.
"""

from __future__ import annotations

import pytest

from equipoise.appraise import option_verdict
from equipoise.core.answers import given
from equipoise.core.nouns import DrugUse, Timeline


@pytest.mark.parametrize(
    ("option", "one", "other", "words"),
    [
        ("sertraline", "ibuprofen", "apixaban", "bleeding"),
        ("venlafaxine", "naproxen", "warfarin", "bleeding"),
        ("escitalopram", "acetylsalicylic_acid", "clopidogrel", "bleeding"),
        ("mirtazapine", "oxycodone", "diazepam", "sedation"),
        ("quetiapine_augmentation", "morphine", "lorazepam", "sedation"),
        ("zuranolone", "fentanyl", "zolpidem", "sedation"),
        ("oxycodone", "diazepam", "pregabalin", "sedation"),
        ("lithium_augmentation", "lisinopril", "ibuprofen", "lithium level rises"),
        ("lithium_augmentation", "candesartan", "hydrochlorothiazide", "lithium level rises"),
    ],
)
def test_each_pair_of_three_speaks(option: str, one: str, other: str, words: str) -> None:
    drugs = tuple(DrugUse(drug, start=given("2024-11-01")) for drug in (one, other))
    timeline = Timeline("1", drugs=given(drugs), treatments=given(()))
    texts = [r.text for r in option_verdict(timeline, option, today="2025-02-01").reasons]
    for drug in (one, other):
        title = drug.replace("_", " ").capitalize()
        assert any(title in text and words in text for text in texts), (drug, texts)
