"""Names within a sentence."""

from __future__ import annotations

import pytest

from equipoise.core.casing import within


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("Adults", "adults"),
        ("ECT alone", "ECT alone"),
        ("STAR*D outpatients", "STAR*D outpatients"),
        ("Stanford neuromodulation therapy", "Stanford neuromodulation therapy"),
        ("St John's wort", "St John's wort"),
        ("A person", "a person"),
        ("S-adenosylmethionine", "S-adenosylmethionine"),
        ("", ""),
    ],
)
def test_capitals_within_a_sentence(text: str, inside: str) -> None:
    assert within(text) == inside
