"""The ledger of claims: complete, linked, in our own words, and found by plain words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.core.documents import from_json, to_json
from equipoise.core.nouns import Claim
from equipoise.core.tables import load_table, problems
from equipoise.evidence.claims import find_claims, read_claims

CLAIMS = read_claims()
IDS = [claim.id for claim in CLAIMS]
LINKS = {
    "effects": "effects/effects",
    "moderators": "moderators/moderators",
    "treatments": "treatments/treatments",
}


def _found(text: str) -> list[str]:
    return [claim.id for claim in find_claims(text)]


def test_table_is_sound_and_only_shown() -> None:
    assert problems("claims/claims") == []
    assert load_table("claims/claims").schema["equipoise:use"] == "display"


def test_all_28_claims_are_there_in_order() -> None:
    assert [f"H{number}" for number in range(1, 29)] == IDS


# Verdicts of the list that the ledger is made from.
VERDICTS = {
    "false": "H1 H2 H11 H12 H13 H18 H24",
    "unproven": "H4 H6 H7 H8 H9 H15 H16 H23 H25 H27",
    "overstated": "H3 H5 H10 H17 H19 H20 H21 H22",
    "partly_true": "H26",
    "true_with_limits": "H14",
    "caution": "H28",
}


@pytest.mark.parametrize(("verdict", "ids"), VERDICTS.items())
def test_verdicts(verdict: str, ids: str) -> None:
    assert [claim.id for claim in CLAIMS if claim.verdict == verdict] == ids.split()


@pytest.mark.parametrize("claim", CLAIMS, ids=IDS)
def test_a_claim_links_to_the_house_or_says_why_not(claim: Claim) -> None:
    linked = claim.effects or claim.moderators or claim.treatments
    assert bool(linked) == (claim.links_none_because is None)


@pytest.mark.parametrize("claim", CLAIMS, ids=IDS)
def test_every_link_resolves(claim: Claim) -> None:
    for field, table in LINKS.items():
        known = {row.text("id") for row in load_table(table)}
        assert set(getattr(claim, field)) <= known


@pytest.mark.parametrize("claim", CLAIMS, ids=IDS)
def test_a_claim_can_be_found_by_its_own_words(claim: Claim) -> None:
    for keyword in claim.keywords:
        assert claim.id in _found(keyword)
    assert _found(claim.claim)[0] == claim.id
    assert all(keyword == keyword.casefold() for keyword in claim.keywords)


def test_brain_scan() -> None:
    assert _found("brain scan") == ["H1", "H2", "H3", "H4", "H7", "H8", "H9", "H10"]


def test_words_of_the_evidence_alone_come_last() -> None:
    assert _found("contest") == ["H3"]
    # H12 says it in the claim, H28 in the evidence.
    found = _found("placebo")
    assert found[0] == "H12"
    assert "H28" in found


@pytest.mark.parametrize("text", ["scan brain", "BRAIN  Scan", "brain, scan!", "brain-scan"])
def test_order_case_and_punctuation_do_not_count(text: str) -> None:
    assert _found(text) == _found("brain scan")


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("serotonin", "H11"),
        ("gene test", "H14"),
        ("crp", "H15"),
        ("psilocybin", "H21"),
        ("vns", "H22"),
        ("suicide", "H24"),
        ("exercise", "H26"),
        ("STAR*D", "H19"),
        ("5-HTTLPR", "H18"),
        ("escitalopram nortriptyline", "H15"),
    ],
)
def test_plain_words_find_the_claim(text: str, best: str) -> None:
    assert _found(text)[0] == best


def test_titles_of_treatments_are_searched() -> None:
    title = load_table("treatments/treatments").row(id="tai_chi").text("title")
    assert "H26" in _found(title)


def test_no_words_and_unknown_words() -> None:
    assert _found("") == _found(" ?! ") == IDS
    assert _found("brain xylophone") == []


@given(
    st.lists(
        st.sampled_from(["brain", "scan", "eeg", "drug", "placebo", "gene", "trial", "xyz"]),
        max_size=4,
    )
)
def test_more_words_never_find_more(words: list[str]) -> None:
    found = set(_found(" ".join(words)))
    for word in words:
        assert found <= set(_found(word))


def test_a_claim_is_a_document() -> None:
    assert from_json(Claim, to_json(CLAIMS[0])) == CLAIMS[0]
