"""Rules about two drugs: interactions while both act, and washouts between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equipoise.appraise.drug_use import Catalogue, DrugInUse, Option
from equipoise.appraise.reasons import row_reason
from equipoise.core.nouns import SafetyReason, Timeline
from equipoise.core.prepared import prepared
from equipoise.core.tables import Row, Table, load_table

__all__ = [
    "PairRules",
    "acting",
    "clashes",
    "pair_reasons",
    "read_pair_rules",
    "unread_drugs",
]

Sides = tuple[Row, frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class PairRules:
    """The rules about two drugs, each with the names on its two sides.

    Parameters
    ----------
    interactions : tuple of (Row, frozenset of str, frozenset of str)
        The sides have no order.
    washouts : tuple of (Row, frozenset of str, frozenset of str)
        The drug before and the drug after.
    """

    interactions: tuple[Sides, ...]
    washouts: tuple[Sides, ...]


def read_pair_rules() -> PairRules:
    """Return the rules about two drugs that are in force."""
    return PairRules(
        interactions=prepared(load_table("interactions/interactions"), _interacting),
        washouts=prepared(load_table("interactions/washouts"), _washed_out),
    )


def _interacting(table: Table) -> tuple[Sides, ...]:
    return _sides(table, "a", "b")


def _washed_out(table: Table) -> tuple[Sides, ...]:
    return _sides(table, "from", "to")


def _sides(table: Table, one: str, other: str) -> tuple[Sides, ...]:
    return tuple((row, frozenset(row.items(one)), frozenset(row.items(other))) for row in table)


def pair_reasons(
    option: Option,
    rules: PairRules,
    catalogue: Catalogue,
    uses: Iterable[DrugInUse],
    timeline: Timeline,
) -> tuple[SafetyReason, ...]:
    """Return what the other drugs of the person mean for an option.

    Parameters
    ----------
    option : Option
        The treatment under judgement; its own drugs do not count against it.
    rules : PairRules
        Interactions and washouts.
    catalogue : Catalogue
        The drugs.
    uses : iterable of DrugInUse
        Drugs taken, or stopped lately.
    timeline : Timeline
        Tells whether drugs and treatments were asked for at all.

    Returns
    -------
    tuple of SafetyReason
        Empty for an option that no such rule means.
    """
    rules = _about(option, rules)
    if not rules.interactions:
        return ()
    reasons = [*_not_asked(timeline), *_unread(timeline)]
    for use in uses:
        if use.drug in option.drugs:
            continue
        if use.drug not in catalogue.names:
            reasons.append(_unlisted(use.drug))
            continue
        reasons += _interactions(option, use, rules, catalogue)
        reasons += _washouts(option, use, rules, catalogue)
    return tuple(reasons)


def _about(option: Option, rules: PairRules) -> PairRules:
    """Return the rules that name an option on either side; the others need not be asked."""
    names = option.names

    def meant(sides: tuple[Sides, ...]) -> tuple[Sides, ...]:
        """Return the rules with a side that the option has."""
        return tuple(
            one for one in sides if not names.isdisjoint(one[1]) or not names.isdisjoint(one[2])
        )

    return PairRules(meant(rules.interactions), meant(rules.washouts))


def clashes(
    option: Option, use: DrugInUse, rules: PairRules, catalogue: Catalogue
) -> Iterable[SafetyReason]:
    """Yield the hard stops between a drug that is taken now and another one.

    Parameters
    ----------
    option : Option
        The drug that is taken.
    use : DrugInUse
        The other drug; while both are taken the interaction says all that a washout would.
    rules : PairRules
        Interactions and washouts.
    catalogue : Catalogue
        The drugs.

    Yields
    ------
    SafetyReason
        Nothing for a drug that the tables do not list.
    """
    if use.drug in option.drugs or use.drug not in catalogue.names:
        return
    found = [*_interactions(option, use, rules, catalogue)]
    if not use.taken:
        found += _washouts(option, use, rules, catalogue)
    yield from (reason for reason in found if reason.verdict == "hard_stop")


def _interactions(
    option: Option, use: DrugInUse, rules: PairRules, catalogue: Catalogue
) -> Iterable[SafetyReason]:
    status = acting(use, catalogue)
    if status is None:
        return
    names = catalogue.names[use.drug]
    for row, one, other in rules.interactions:
        if (option.names & one and names & other) or (option.names & other and names & one):
            yield row_reason(
                row,
                f"With {catalogue.title(use.drug)} ({status}): {row.text('mechanism')}",
                action=row.text("action"),
                missing=_missing_stop(use, catalogue),
            )


def acting(use: DrugInUse, catalogue: Catalogue) -> str | None:
    """Return in words how a drug still acts today, or None where it does not."""
    if use.days is None:
        return "counted as taken now: no stop date" if use.stop_missing else "taken now"
    fewest = use.days[0]
    lingers = catalogue.lingers.get(use.drug, 0.0)
    if fewest < lingers:
        return f"stopped {_days(fewest)} ago, acts on for {lingers:g}"
    return None


def _missing_stop(use: DrugInUse, catalogue: Catalogue) -> str | None:
    return f"the stop date of {catalogue.title(use.drug)}" if use.stop_missing else None


def _washouts(
    option: Option, use: DrugInUse, rules: PairRules, catalogue: Catalogue
) -> Iterable[SafetyReason]:
    names, title = catalogue.names[use.drug], catalogue.title(use.drug)
    for row, before, after in rules.washouts:
        if not (names & before and option.names & after):
            continue
        if row.cells["after_stop_only"] == "true" and use.taken:
            if use.stop_missing:
                stop = f"the stop date of {title}"
                yield _cannot_tell(row.text("id"), stop, row.text("action"))
            continue
        needed = row.number("days")
        missing = _missing_stop(use, catalogue)
        if use.days is None:
            since = "no stop date" if use.stop_missing else "taken now"
            text = f"Washout after {title} ({since}): {_days(needed)}"
        elif use.days[0] >= needed:
            continue
        else:
            text = f"Washout after {title}: {use.days[0]} of {_days(needed)} have surely passed"
            missing = f"the exact stop date of {title}" if use.days[1] >= needed else None
        yield row_reason(row, text, verdict="hard_stop", action=row.text("action"), missing=missing)


def _days(count: float) -> str:
    return "1 day" if count == 1 else f"{count:g} days"


def _not_asked(timeline: Timeline) -> Iterable[SafetyReason]:
    if not timeline.drugs.known:
        yield _cannot_tell("drugs_not_known", "the drugs taken now", "ask for every drug taken now")
    if not timeline.treatments.known:
        yield _cannot_tell(
            "treatments_not_known",
            "present and past treatments of the depression",
            "ask for every treatment of the depression with its dates",
        )


def _unread(timeline: Timeline) -> Iterable[SafetyReason]:
    """Yield a reason for each drug of the record that no table could read: it may interact."""
    for what in unread_drugs(timeline):
        yield _cannot_tell(
            "drug_not_read",
            f"the interactions of a drug of the record that could not be read: {what}",
            "find out which drug it is, and enter it by name",
        )


def unread_drugs(timeline: Timeline) -> tuple[str, ...]:
    """Return the drugs of the record, perhaps taken now, that could not be read; each once.

    Parameters
    ----------
    timeline : Timeline
        The record.

    Returns
    -------
    tuple of str
        As they stand in the source, in the order of the record.
    """
    return tuple(dict.fromkeys(one.what for one in timeline.unmapped if one.hides == "drug"))


def _unlisted(drug: str) -> SafetyReason:
    return _cannot_tell(
        "drug_not_listed", f"the interactions of {drug}", "look it up; the tables do not list it"
    )


def _cannot_tell(rule: str, missing: str, action: str) -> SafetyReason:
    return SafetyReason(
        rule=rule,
        verdict="cannot_tell",
        text=f"Not known: {missing}",
        action=action,
        missing=missing,
        reference="equipoise_method",
        grade="n/a",
        checked="derived",
    )
