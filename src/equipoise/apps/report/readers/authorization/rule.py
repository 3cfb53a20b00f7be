"""One rule of one payer: counts, every criterion with its evidence, what is wanted."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup, escape

from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.document import Block, Box, Bullets, Folded, Section, Text
from equipoise.apps.report.figures import date, figure
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.names import anchor
from equipoise.apps.report.palette import light
from equipoise.apps.report.readers.authorization.choice import Rule
from equipoise.apps.report.readers.record import named
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, sentence, tell
from equipoise.core.dates import earliest, latest
from equipoise.core.nouns import Criterion

__all__ = ["STATUSES", "counted", "is_stale", "rule_section", "stale_box", "status_words"]

STATUSES: Final = ("met", "unmet", "unknown")
FIRST: Final = ("unmet", "unknown", "met")
SIGNS: Final = {
    "met": "M2 12.5 9 19.5 22 4.5",
    "unmet": "M4 4 20 20M20 4 4 20",
    "unknown": "M7 8a5 5 0 1 1 7.5 4.3c-1.700 1-2.500 1.900-2.500 3.700M12 19.500v2.500",
}
ROLES: Final = {"met": "met", "unmet": "safety", "unknown": "caution"}


def rule_section(rule: Rule, today: str) -> Section:
    """Return the section of one rule.

    Parameters
    ----------
    rule : Rule
        The rule with its treatments.
    today : str
        Day of the run: after the day of review the rule is out of date.

    Returns
    -------
    Section
        On a sheet of its own.
    """
    one = rule.found
    blocks: list[Block] = [
        Text(tell("authorization.rule_for", treatments=joined(rule.titles)), kind="lead"),
        Text(_counts(rule)),
        Text(
            tell("authorization.dates", as_of=date(one.as_of), review=date(one.review_by)),
            kind="small",
        ),
    ]
    if is_stale(rule, today):
        blocks.append(stale_box(rule))
    blocks.append(_criteria(rule))
    if one.notes:
        notes = Bullets(tuple(sentence(note) for note in one.notes))
        blocks.append(Folded(tell("authorization.notes"), (notes,)))
    title = tell("authorization.rule", payer=named(one.payer), title=named(one.title))
    name = anchor("rule", one.policy, rule.treatments[0])
    return Section(name, title, tuple(blocks), new_page=True)


def is_stale(rule: Rule, today: str) -> bool:
    """Return whether the day on which the rule is to be looked at again has passed."""
    return latest(today) > earliest(rule.found.review_by)


def stale_box(rule: Rule) -> Box:
    """Return the box that says that the plan document has to be checked."""
    words = tell("authorization.stale_words", review=date(rule.found.review_by))
    return Box("watch", tell("authorization.stale"), (Text(words),))


def counted(rule: Rule) -> dict[str, Markup]:
    """Return how many criteria there are, in all and by status, each tied to the data sheet."""
    held = [one.status for one in rule.found.criteria]
    found = {status: held.count(status) for status in STATUSES} | {"all": len(held)}
    stem = f"criterion.{rule.found.policy}"
    return {
        status: figure(str(number), f"{stem}.{status}", str(number))
        for status, number in found.items()
    }


def _counts(rule: Rule) -> Markup:
    return tell("authorization.counts", None, **counted(rule))


def status_words(status: str) -> Markup:
    """Return a status as sign and word."""
    path = element(
        "path",
        d=SIGNS[status],
        fill="none",
        stroke=light(ROLES[status]),
        stroke_width=3.5,
        class_=f"s-{ROLES[status]}",
    )
    sign = element("svg", path, class_="sign", viewBox="0 0 24 24", aria_hidden="true")
    return element("span", sign, tell(f"authorization.{status}"), class_=f"status is-{status}")


def _criteria(rule: Rule) -> DataTable:
    held = sorted(rule.found.criteria, key=lambda one: FIRST.index(one.status))
    columns = (_("Criterion"), _("Status"), _("Evidence in the record"), _("What is wanted"))
    ids = tuple(anchor("criterion", rule.found.policy, *rule.treatments[:1], c.id) for c in held)
    return DataTable(
        tell("authorization.criteria_caption"),
        columns,
        tuple(_row(one) for one in held),
        anchors=ids,
        widths=(30, 13, 34, 23),
    )


def _row(one: Criterion) -> tuple[str, ...]:
    what = tell("authorization.source", what=one.what, id=named(one.id), checked=one.checked)
    return what, status_words(one.status), _evidence(one), _wanted(one)


def _evidence(one: Criterion) -> Markup:
    if not one.evidence:
        return tell("authorization.nothing")
    return Markup("<br>").join(named(sentence(text)) for text in one.evidence)


def _wanted(one: Criterion) -> Markup:
    parts = [escape(sentence(one.wanted))] if one.wanted else []
    if one.exception:
        parts.append(tell("authorization.exception", exception=sentence(one.exception)))
    return Markup(" ").join(parts)
