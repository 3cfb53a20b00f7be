"""The ledger of claims: what people say, and what the evidence says."""

from __future__ import annotations

import re
from typing import Final

from equipoise.core.nouns import Claim
from equipoise.core.tables import Row, load_table

__all__ = ["find_claims", "read_claims"]

WORD: Final = re.compile(r"[^\W_]+")


def read_claims() -> tuple[Claim, ...]:
    """Return every row of `tables/claims`, by number.

    Returns
    -------
    tuple of Claim
        ``H1`` first.
    """
    found = (_claim(row) for row in load_table("claims/claims"))
    return tuple(sorted(found, key=_number))


def find_claims(text: str) -> tuple[Claim, ...]:
    """Return the claims in which all words of a query occur, best match first.

    Parameters
    ----------
    text : str
        Words in any order; case and punctuation do not count. Without a word every claim fits.

    Returns
    -------
    tuple of Claim
        Each word begins a word of the claim, its evidence, topic, keywords or treatments. Those
        with more of the words in the claim itself or its keywords come first; ties go by number.
    """
    query = WORD.findall(text.casefold())
    titles = {row.text("id"): row.text("title") for row in load_table("treatments/treatments")}
    scored = ((_score(claim, query, titles), claim) for claim in read_claims())
    fitting = [(score, claim) for score, claim in scored if score is not None]
    fitting.sort(key=lambda pair: (-pair[0], _number(pair[1])))
    return tuple(claim for _, claim in fitting)


def _score(claim: Claim, query: list[str], titles: dict[str, str]) -> int | None:
    """Return how many words stand in the claim or its keywords, or None if one is missing."""
    treatments = " ".join(f"{name} {titles.get(name, '')}" for name in claim.treatments)
    front = WORD.findall(" ".join((claim.claim, *claim.keywords)).casefold())
    behind = WORD.findall(f"{claim.evidence} {claim.topic} {treatments}".casefold())
    if not all(_begins(asked, front + behind) for asked in query):
        return None
    return sum(_begins(asked, front) for asked in query)


def _begins(asked: str, words: list[str]) -> bool:
    return any(word.startswith(asked) for word in words)


def _number(claim: Claim) -> int:
    return int(claim.id[1:])


def _claim(row: Row) -> Claim:
    return Claim(
        id=row.text("id"),
        claim=row.text("claim"),
        verdict=row.text("verdict"),
        evidence=row.text("evidence"),
        topic=row.text("topic"),
        keywords=row.items("keywords"),
        effects=row.items("effects"),
        moderators=row.items("moderators"),
        treatments=row.items("treatments"),
        links_none_because=row.optional_text("links_none_because"),
        population=row.text("population"),
        as_of=row.text("as_of"),
        grade=row.text("grade"),
        checked=row.text("checked"),
        confidence=row.text("confidence"),
        references=row.items("reference"),
    )
