"""What the person allowed to be told to family or friends.

The side of silence wins: nothing is shared without a dated yes to that topic, and a later no, an
answer taken back, or a date that may lie after the day of the run counts against it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Final

from equipoise.apps.report.document import Document
from equipoise.apps.report.wording import sentence
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import Consent, Dossier

__all__ = ["TOPICS", "for_family", "shared_topics"]

TOPICS: Final = ("diagnosis", "treatments", "plan_dates", "warning_signs", "wishes")
"""What may be shared, each by itself."""
FAMILY: Final = "family"


@dataclass(frozen=True, slots=True)
class _No:
    day: dt.date
    topics: frozenset[str]


def shared_topics(dossier: Dossier) -> frozenset[str]:
    """Return the topics that the person allowed family and friends to be told.

    Parameters
    ----------
    dossier : Dossier
        The results of one run; consents hold on its day.

    Returns
    -------
    frozenset of str
        Of :data:`TOPICS`; empty where nobody asked, where the answer was no, was taken back, or has
        no certain day. The newest yes counts alone: what it does not name is not shared.
    """
    asked = [c for c in dossier.timeline.consents.or_else(()) if c.purpose == FAMILY]
    today = earliest(dossier.date)
    standing = [c for c in asked if _holds(c, today)]
    if not standing:
        return frozenset()
    newest = max(latest(c.date) for c in standing)
    refused = [no for no in (_no(c, today) for c in asked) if no is not None]
    return frozenset(
        topic
        for consent in standing
        if latest(consent.date) == newest
        for topic in consent.topics
        if topic in TOPICS and not _denied(topic, consent, refused)
    )


def for_family(page: Document, dossier: Dossier, edition: tuple[str, ...] = ()) -> Document:
    """Return a page for the family without what nobody allowed them to know.

    Parameters
    ----------
    page : Document
        As it would be for anyone.
    dossier : Dossier
        The results of one run.
    edition : tuple of str
        What is said of this printing, not of the person: where something of the run is shared, the
        family must know that it may be out of date.

    Returns
    -------
    Document
        Notices about scans and results go, for they tell that there were some; without any yes the
        label goes, too.
    """
    shared = shared_topics(dossier)
    told = (dossier.timeline.notice, *(edition if shared else ()))
    shown = {sentence(notice) for notice in told if notice}
    notices = tuple(notice for notice in page.notices if notice in shown)
    if shared:
        return replace(page, notices=notices)
    facts = tuple(pair for pair in page.facts if page.label not in pair)
    return replace(page, label=page.kind, facts=facts, notices=notices)


def _holds(consent: Consent, today: dt.date) -> bool:
    """Return whether a yes was surely given by today, and never taken back."""
    if not consent.granted or consent.revoked.status != "not_asked":
        return False
    day = _day(consent.date)
    return day is not None and day <= today


def _no(consent: Consent, today: dt.date) -> _No | None:
    """Return a no, or a yes that was taken back, dated as late as it may have been."""
    if not consent.granted:
        return _No(_day(consent.date) or today, frozenset(consent.topics or TOPICS))
    if consent.revoked.status == "not_asked":
        return None
    revoked = consent.revoked.value
    return _No((_day(revoked) if revoked else None) or today, frozenset(TOPICS))


def _denied(topic: str, consent: Consent, refused: list[_No]) -> bool:
    return any(topic in no.topics and no.day >= earliest(consent.date) for no in refused)


def _day(text: IsoDate) -> dt.date | None:
    """Return the last day that a date allows; None where it is none."""
    try:
        return latest(text)
    except ValueError:
        return None
