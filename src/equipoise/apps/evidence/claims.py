"""The ledger of claims as an answer: what people say, the verdict, the evidence, the sources."""

from __future__ import annotations

from collections import Counter
from typing import Any

from equipoise import __version__
from equipoise.apps.evidence.answer import SCHEMA_VERSION, Answer, wrapped
from equipoise.apps.evidence.sources import source_lines, sources
from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.numbers import count
from equipoise.core.documents import to_plain
from equipoise.core.nouns import Claim
from equipoise.evidence.claims import find_claims, read_claims

__all__ = ["claim_lines", "claims", "verdict_words"]


def verdict_words(claim: Claim) -> str:
    """Return the verdict as words: ``partly true``."""
    return claim.verdict.replace("_", " ")


def claims(text: str | None) -> Answer:
    """Return the claims that fit a text; all of them without one.

    Parameters
    ----------
    text : str or None
        Words in any order.

    Returns
    -------
    Answer
        Where none fits, the topics that there are.
    """
    found = find_claims(text or "")
    topics = dict(sorted(Counter(claim.topic for claim in read_claims()).items()))
    document = {
        "schema_version": SCHEMA_VERSION,
        "version": __version__,
        "query": text,
        "claims": [_plain(claim) for claim in found],
        "topics": topics,
    }
    if not found:
        known = ", ".join(f"{topic} ({number})" for topic, number in topics.items())
        lines = [f"No claim holds these words: {text}", *wrapped(f"Topics: {known}", indent="")]
        return Answer(document, "\n".join(lines))
    lines = [count(len(found), "claim")]
    for claim in found:
        lines += ["", *claim_lines(claim)]
    return Answer(document, "\n".join(lines))


def _plain(claim: Claim) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(claim)
    return plain | {"sources": sources(claim.references)}


def claim_lines(claim: Claim) -> list[str]:
    """Return one claim as lines for people."""
    lines = wrapped(f"{claim.id}  {claim.claim}", indent="", hanging="    ")
    lines += wrapped(
        f"Verdict: {verdict_words(claim)} (grade {claim.grade}, {claim.checked})",
        indent="    ",
    )
    lines += wrapped(claim.evidence, indent="    ")
    lines += wrapped(f"Whom it is about: {claim.population}", indent="    ", hanging="      ")
    lines += _links(claim)
    return [*lines, *source_lines(claim.references, indent="    ", head="Source: ")]


def _links(claim: Claim) -> list[str]:
    parts = [
        ("treatments", [treatment_title(name) for name in claim.treatments]),
        ("effects", list(claim.effects)),
        ("markers", list(claim.moderators)),
    ]
    said = "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)
    said = said or f"no row here: {claim.links_none_because}"
    return wrapped(f"Concerns {said}", indent="    ", hanging="      ")
