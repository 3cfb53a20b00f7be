"""The family's page tells what the person allowed, topic by topic, and is silent on the rest."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from equipoise.apps.report.edition import Edition
from equipoise.apps.report.readers import render_for
from equipoise.apps.report.readers.consent import TOPICS, shared_topics
from equipoise.core.answers import Answer, given, not_asked, unknown
from equipoise.core.nouns import Consent, Dossier, Preferences
from tests.apps.report.people import dossier_of
from tests.apps.report.urgent_people import EVERY_TOPIC, agreed, flagged, page_of, words_in

TODAY = "2026-03-02"


def after(*consents: Consent) -> frozenset[str]:
    """Return what may be shared after these answers."""
    base = dossier_of("post_partum")
    timeline = dataclasses.replace(base.timeline, consents=given(consents))
    return shared_topics(dataclasses.replace(base, timeline=timeline))


def yes(date: str, *topics: str, revoked: Answer[str] | None = None) -> Consent:
    """Return a yes to topics on a day."""
    return Consent("family", True, date, revoked or not_asked(), topics)


def no(date: str, *topics: str) -> Consent:
    """Return a no on a day; without topics to everything."""
    return Consent("family", False, date, topics=topics)


@pytest.mark.parametrize(
    ("consents", "shared"),
    [
        ((), set()),
        ((yes("2026-02-01", "diagnosis"),), {"diagnosis"}),
        ((yes("2026-03-02", "diagnosis", "wishes"),), {"diagnosis", "wishes"}),
        # A yes that names nothing shares nothing.
        ((yes("2026-02-01"),), set()),
        # Tomorrow, and a month or a year that is not over: the yes may lie ahead.
        ((yes("2026-03-03", "diagnosis"),), set()),
        ((yes("2026-03", "diagnosis"),), set()),
        ((yes("2026", "diagnosis"),), set()),
        ((yes("2026-02", "diagnosis"),), {"diagnosis"}),
        # No date at all.
        ((yes("", "diagnosis"),), set()),
        ((yes("soon", "diagnosis"),), set()),
        # Taken back, or not known whether it was.
        ((yes("2026-02-01", "diagnosis", revoked=given("2026-02-10")),), set()),
        ((yes("2026-02-01", "diagnosis", revoked=unknown()),), set()),
        # What is taken back takes an older yes with it; a newer one stands.
        ((yes("2025-01-01", "wishes"), yes("2026-02-01", revoked=given("2026-02-10"))), set()),
        (
            (yes("2026-02-20", "wishes"), yes("2026-02-01", revoked=given("2026-02-10"))),
            {"wishes"},
        ),
        # A later no counts, to all or to one topic; on the same day, too.
        ((yes("2026-02-01", "diagnosis", "wishes"), no("2026-02-02")), set()),
        ((yes("2026-02-01", "diagnosis", "wishes"), no("2026-02-02", "wishes")), {"diagnosis"}),
        ((yes("2026-02-01", "diagnosis"), no("2026-02-01")), set()),
        ((yes("2026-02-10", "diagnosis"), no("2026-02-01")), {"diagnosis"}),
        # A no in the month of the yes may be the later one.
        ((yes("2026-02-10", "diagnosis"), no("2026-02")), set()),
        # The newest yes stands alone.
        ((yes("2025-02-01", "diagnosis"), yes("2026-02-01", "wishes")), {"wishes"}),
        # Consent to something else is none to this.
        ((Consent("care", True, "2026-02-01", topics=("diagnosis",)),), set()),
        ((Consent("research", True, "2026-02-01", topics=("diagnosis",)),), set()),
        ((yes("2026-02-01", "diagnosis", "everything"),), {"diagnosis"}),
    ],
)
def test_what_may_be_shared(consents: tuple[Consent, ...], shared: set[str]) -> None:
    assert after(*consents) == shared


DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31)).map(str)
DATES = st.one_of(DAYS, DAYS.map(lambda day: day[:7]), DAYS.map(lambda day: day[:4]))
REVOKED: st.SearchStrategy[Answer[str]] = st.one_of(
    st.just(not_asked()), st.just(unknown()), DATES.map(given)
)
CONSENTS = st.lists(
    st.builds(
        Consent,
        st.sampled_from(["family", "family", "care"]),
        st.booleans(),
        DATES,
        REVOKED,
        st.lists(st.sampled_from(TOPICS), unique=True).map(tuple),
    ),
    max_size=5,
)


@examples(CONSENTS)
def test_nothing_is_shared_without_a_standing_yes_that_names_it(consents: list[Consent]) -> None:
    for topic in after(*consents):
        assert any(
            c.purpose == "family"
            and c.granted
            and c.revoked.status == "not_asked"
            and topic in c.topics
            and c.date <= TODAY
            for c in consents
        )


@examples(CONSENTS)
def test_the_order_of_the_answers_does_not_matter(consents: list[Consent]) -> None:
    assert after(*consents) == after(*reversed(consents))


@examples(CONSENTS, st.sampled_from(TOPICS))
def test_a_no_never_adds_and_a_no_today_ends_it(consents: list[Consent], topic: str) -> None:
    before = after(*consents)
    assert after(*consents, no("2025-06-01", topic)) <= before
    ended = after(*consents, no("2026-12-31", topic))
    assert topic not in ended
    assert ended == before - {topic}
    assert not after(*consents, no("2026-12-31"))


def person(name: str, *topics: str) -> Dossier:
    """Return a person with wishes who said yes to these topics."""
    dossier = agreed(dossier_of(name), *topics)
    weights = (("insomnia", 3.0), ("remission", 5.0), ("sexual_dysfunction", 9.0), ("cost", 1.0))
    timeline = dataclasses.replace(
        dossier.timeline, preferences=given(Preferences(weights, "2026-02-01", ()))
    )
    return dataclasses.replace(dossier, timeline=timeline)


TELLS = {
    "diagnosis": "depression after a birth",
    "treatments": "Treatment now: sertraline.",
    "plan_dates": "16 March 2026",
    "wishes": "being well again, sleeping well and low cost",
}


@pytest.mark.parametrize("topic", TELLS)
def test_a_topic_tells_its_own_and_nothing_of_the_others(topic: str) -> None:
    words = words_in(page_of("family", person("post_partum", topic)))
    for name, told in TELLS.items():
        assert (told in words) == (name == topic)
    assert "sub-13" in words


def test_what_is_too_private_for_a_page_is_not_told_among_the_wishes() -> None:
    assert "sex" not in words_in(page_of("family", person("post_partum", "wishes"))).lower()


def test_without_a_yes_every_person_gets_the_same_page() -> None:
    """No gap, no hint, no label: the page of one cannot be told from that of another."""
    people = ("post_partum", "three_failed", "watch", "almost_nothing", "first_episode")
    pages = {page_of("family", dossier_of(name)) for name in people}
    pages.add(page_of("family", person("post_partum")))
    pages.add(page_of("family", flagged("phq9_item9", grade="watch")))
    assert len(pages) == 1
    (page,) = pages
    assert "sub-" not in page.partition("<body")[2]
    assert not re.search(r"not shared|did not agree|withheld|no consent", page)


def test_without_a_yes_every_emergency_gives_the_family_the_same_page() -> None:
    flags = ("suicidal_plan", "psychosis", "mania", "catatonia", "overdose", "harm_to_others")
    pages = {page_of("family", flagged(flag)) for flag in flags}
    pages.add(page_of("family", agreed(flagged("psychosis"))))
    assert len(pages) == 1
    assert "call the local emergency number" in words_in(pages.pop())


def test_an_emergency_is_named_where_warning_signs_may_be_known() -> None:
    named = words_in(page_of("family", agreed(flagged("psychosis"), "warning_signs")))
    assert "The person may hear, see or believe things" in named
    other = words_in(page_of("family", agreed(flagged("psychosis"), "diagnosis")))
    assert "hear, see or believe things that other people" not in other
    assert "depression" not in other, "in an emergency nothing but the emergency"


def test_the_margins_of_the_paper_say_no_more_than_the_page() -> None:
    page = page_of("family", dossier_of("three_failed"))
    label = "".join(f"\\{ord(c):x} " if not c.isalnum() else c for c in "sub-12")
    assert "sub-12" not in page
    assert label not in page


@pytest.mark.parametrize("topics", [(), EVERY_TOPIC])
def test_five_things_help_and_five_better_lines(topics: tuple[str, ...]) -> None:
    page = page_of("family", person("post_partum", *topics))
    helps = page[page.index('id="helps"') : page.index("</section>", page.index('id="helps"'))]
    assert helps.count("<li>") == 5
    table = page[page.index('id="words"') : page.index("</section>", page.index('id="words"'))]
    assert table.count('scope="row"') == 5
    words = words_in(page)
    assert "Asking does not plant the idea." in words
    assert "988" in words


@pytest.mark.parametrize("topics", [(), *((topic,) for topic in TOPICS)])
def test_who_reads_of_the_run_reads_that_it_is_out_of_date(topics: tuple[str, ...]) -> None:
    told = "The tables in force are not those of the run: run it again before anyone acts on this."
    scan = "The scan of 1 May 2025 is too noisy."
    dossier = dataclasses.replace(dossier_of("three_failed"), notices=(scan,))
    dossier = agreed(dossier, *topics) if topics else dossier
    page = render_for("family", dossier, Edition(notices=(told,)))
    assert (told in page) == bool(topics)
    assert scan not in page
