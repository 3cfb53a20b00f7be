"""Everything that the tables know about one treatment, gathered from all of them."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from equipoise import evidence
from equipoise.core.errors import InputError
from equipoise.core.nouns import (
    Claim,
    Effect,
    EvidenceBase,
    MarkerFinding,
    OptionBaseline,
    Treatment,
)
from equipoise.core.tables import Row, load_table
from equipoise.evidence.claims import read_claims
from equipoise.evidence.findings import read_findings
from equipoise.evidence.trials import Trial, read_trials

__all__ = ["Gathered", "gather", "has_empty_cell", "of_class", "resolve"]

SURE: Final = 85
"""Percent of likeness from which a misspelt name is taken for the one that is meant."""

HALF: Final = 1 / 2
GROUPS: Final = {"any_drug": ("kind", "drug"), "any_ssri": ("drug_class", "ssri")}
"""What findings mean by a group of drugs: a column of the treatments and its value."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known about one treatment.

    Parameters
    ----------
    id, title : str
        Of the treatment.
    row : Row
        Of `tables/treatments`.
    option : Treatment or None
        None for a comparator.
    baselines : tuple of OptionBaseline
        By stage; empty without a rate.
    unranked : str or None
        Why it has no place in the ranking.
    direct : tuple of Effect
        Against other options, written as this treatment against the other.
    controlled : tuple of Effect
        Against comparators.
    trials : tuple of Trial
        With an arm of it.
    indirect, never : tuple of str
        Other options that only a chain of the trials behind the rates ties to it, and those that
        no such chain does.
    findings : tuple of MarkerFinding
        On markers, about it.
    claims : tuple of Claim
        About it, or about a row of it.
    """

    id: str
    title: str
    row: Row
    option: Treatment | None
    baselines: tuple[OptionBaseline, ...]
    unranked: str | None
    direct: tuple[Effect, ...]
    controlled: tuple[Effect, ...]
    trials: tuple[Trial, ...]
    indirect: tuple[str, ...]
    never: tuple[str, ...]
    findings: tuple[MarkerFinding, ...]
    claims: tuple[Claim, ...]


def resolve(name: str) -> tuple[str, str | None]:
    """Return the id of the treatment that is meant, and what must be said if it is not its name.

    Parameters
    ----------
    name : str
        Id, title or another name, in any capitals.

    Returns
    -------
    id : str
        A row of `tables/treatments`.
    note : str or None
        Says what a misspelt name was taken for.

    Raises
    ------
    InputError
        If nothing is near enough, or several are; the nearest names are told.
    """
    names = _names()
    asked = _folded(name)
    if asked in names:
        return names[asked], None
    for fits in (_begins, _holds, _resembles):
        found = {key for known, key in names.items() if asked and fits(asked, known)}
        if len(found) == 1:
            (key,) = found
            title = load_table("treatments/treatments").row(id=key).text("title")
            return key, f"no treatment is called {name}: taken for {title}"
        if found:
            break
    near = difflib.get_close_matches(asked, names, cutoff=HALF)
    told = dict.fromkeys(sorted(found) or [names[one] for one in near])
    raise InputError(
        "several treatments may be meant" if found else "no treatment of this name",
        got=name,
        allowed=f"the nearest: {', '.join(told)}" if told else "",
        todo="give an id or a title of the table treatments/treatments",
    )


def _begins(asked: str, known: str) -> bool:
    """Return whether a name begins as asked."""
    return known.startswith(asked)


def _holds(asked: str, known: str) -> bool:
    """Return whether every word asked stands in a name, or in a word of it: TMS in rTMS."""
    return all(part in known for part in asked.split())


def _resembles(asked: str, known: str) -> bool:
    """Return whether a name is nearly as asked."""
    return 100 * difflib.SequenceMatcher(None, asked, known).ratio() >= SURE


def _folded(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", name.casefold()))


def _names() -> dict[str, str]:
    """Return the id behind every name, ids before titles before other names."""
    rows = tuple(load_table("treatments/treatments"))
    names: dict[str, str] = {}
    for column in ("id", "title", "aliases"):
        for row in rows:
            known = row.items(column) if column in row.cells else ()
            for name in known:
                names.setdefault(_folded(name), row.text("id"))
    return names


def of_class(name: str) -> tuple[str, ...]:
    """Return the options of a class, by id; none where the name is no class, or an option's too.

    Parameters
    ----------
    name : str
        As the table has it, in any capitals, one or many: ``SNRI``, ``snris``.

    Returns
    -------
    tuple of str
        Sorted.
    """
    asked = _folded(name)
    if asked in _names():
        return ()
    rows = [row for row in load_table("treatments/treatments") if row.text("kind") != "comparator"]
    known = {
        row.text("id"): _folded((row.optional_text("drug_class") or "").replace("_", " "))
        for row in rows
    }
    return tuple(sorted(one for one, mine in known.items() if mine and asked in {mine, f"{mine}s"}))


def has_empty_cell(effect: Effect) -> bool:
    """Return whether nobody, or everybody, of an arm behind an odds ratio had the outcome.

    Parameters
    ----------
    effect : Effect
        Of a trial's arms or of a published row.

    Returns
    -------
    bool
        False where the counts are not known.
    """
    row = load_table("effects/effects").find(id=effect.id)
    if row is not None:
        if row.text("scale") != "counts":
            return False
        cells = [
            (row.number(f"{side}events"), row.number(f"{side}total"))
            for side in ("", "comparator_")
        ]
        return any(events in {0, total} for events, total in cells)
    for trial in read_trials():
        if trial.id == effect.id:
            return _empty(trial, effect)
    return False


def _empty(trial: Trial, effect: Effect) -> bool:
    for arm in trial.arms:
        if arm.treatment in {effect.treatment, effect.comparator}:
            events = getattr(arm, effect.outcome)
            if effect.outcome == "response" and events is not None:
                events = max(events, arm.remission or 0)
            if events in {0, arm.people}:
                return True
    return False


def gather(treatment: str) -> Gathered:
    """Return everything that is known about one treatment.

    Parameters
    ----------
    treatment : str
        Id.

    Returns
    -------
    Gathered
        From all tables in force and the joint posterior.
    """
    base = evidence.load()
    row = load_table("treatments/treatments").row(id=treatment)
    option = next((one for one in base.treatments if one.id == treatment), None)
    mine = tuple(
        _from(effect, treatment)
        for effect in base.effects
        if treatment in {effect.treatment, effect.comparator}
    )
    options = {one.id for one in base.treatments}
    direct = tuple(effect for effect in mine if effect.comparator in options)
    indirect, never = _others(base, treatment, {effect.comparator for effect in direct})
    findings = tuple(f for f in read_findings() if _concerns(f, row))
    return Gathered(
        id=treatment,
        title=row.text("title"),
        row=row,
        option=option,
        baselines=tuple(one for one in base.baselines if one.treatment == treatment),
        unranked=dict(base.unranked).get(treatment),
        direct=_sorted(direct),
        controlled=_sorted(tuple(e for e in mine if e.comparator not in options)),
        trials=tuple(
            t
            for t in read_trials()
            if treatment in {arm.treatment for arm in t.arms} | set(t.unsized)
        ),
        indirect=indirect,
        never=never,
        findings=findings,
        claims=_claims(treatment, mine, findings),
    )


def _from(effect: Effect, treatment: str) -> Effect:
    """Return an effect as seen from one of its two sides."""
    if effect.treatment == treatment:
        return effect
    return dataclasses.replace(
        effect,
        treatment=treatment,
        comparator=effect.treatment,
        estimate=-effect.estimate,
    )


def _sorted(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    order = ("response", "remission", "dropout", "dropout_side_effects", "relapse")
    return tuple(
        sorted(effects, key=lambda e: (e.comparator, order.index(e.outcome), -(e.n or 0), e.id))
    )


def _others(
    base: EvidenceBase, treatment: str, direct: set[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the other options tied by a chain of comparisons, and those tied by nothing."""
    from equipoise.evidence.baselines import read_joint

    component: Mapping[str, str] = read_joint().component
    mine = component.get(treatment)
    rest = [one.id for one in base.treatments if one.id not in direct | {treatment}]
    tied = tuple(name for name in rest if mine is not None and component.get(name) == mine)
    return tied, tuple(name for name in rest if name not in tied)


def _concerns(finding: MarkerFinding, row: Row) -> bool:
    cells = (finding.treatment, finding.comparator)
    named = {part.strip() for cell in cells for part in cell.split(";")}
    if row.text("id") in named:
        return True
    return any(
        group in named and row.optional_text(column) == value
        for group, (column, value) in GROUPS.items()
    )


def _claims(
    treatment: str, effects: tuple[Effect, ...], findings: tuple[MarkerFinding, ...]
) -> tuple[Claim, ...]:
    rows = {effect.id for effect in effects}
    markers = {finding.id for finding in findings if treatment in finding.treatment.split("; ")}
    return tuple(
        claim
        for claim in read_claims()
        if treatment in claim.treatments
        or rows & set(claim.effects)
        or markers & set(claim.moderators)
    )
