"""Which rules a packet shows: what was asked for, what the plan or the ranking names, or all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from equipoise.apps.report.names import cell, treatment_title
from equipoise.apps.report.readers.packets import packets, treatments_named
from equipoise.apps.report.sections.safety import withheld
from equipoise.core.errors import InputError
from equipoise.core.nouns import Authorisation, Dossier, OptionVerdict

__all__ = ["Choice", "Rule", "chosen", "verdict_of"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of one payer, with all treatments that it judges alike."""

    found: Authorisation
    treatments: tuple[str, ...]

    @property
    def titles(self) -> tuple[str, ...]:
        """Printed names of the treatments."""
        return tuple(treatment_title(one) for one in self.treatments)


@dataclass(frozen=True, slots=True)
class Choice:
    """The rules to show, and why these: ``asked``, ``plan``, ``ranking``, ``all`` or ``none``."""

    rules: tuple[Rule, ...]
    why: str

    @property
    def treatments(self) -> tuple[str, ...]:
        """Every treatment of the rules, once each."""
        return tuple(dict.fromkeys(one for rule in self.rules for one in rule.treatments))


def chosen(dossier: Dossier, asked: str | None) -> Choice:
    """Return the rules that a packet shows.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    asked : str or None
        A treatment by id, title or alias; None for what the plan or the ranking names.

    Returns
    -------
    Choice
        Rules in table order.

    Raises
    ------
    InputError
        If no rule was read for the treatment, or payers want no papers for it.
    """
    ruled = tuple(dict.fromkeys(one.treatment for one in dossier.plan.authorisations))
    if asked is not None:
        return Choice(_rules(dossier, _asked(asked, ruled)), "asked")
    for why, names in (("plan", _planned(dossier)), ("ranking", _ranked(dossier))):
        held = tuple(one for one in ruled if one in names)
        if held:
            return Choice(_rules(dossier, held), why)
    return Choice(_rules(dossier, ruled), "all" if ruled else "none")


def verdict_of(dossier: Dossier, treatment: str) -> OptionVerdict | None:
    """Return the safety verdict on a treatment.

    Parameters
    ----------
    dossier : Dossier
        The results of one run.
    treatment : str
        Treatment id.

    Returns
    -------
    OptionVerdict or None
        Where it was not judged itself, that of another form of the same drugs: what speaks against
        esketamine beside a tablet speaks against esketamine alone.
    """
    verdicts = {one.treatment: one for one in dossier.appraisal.verdicts}
    if treatment in verdicts:
        return verdicts[treatment]
    drugs = _drugs(treatment)
    alike = (one for name, one in verdicts.items() if drugs and _drugs(name) == drugs)
    return next(alike, None)


def _drugs(treatment: str) -> str | None:
    return cell("treatments/treatments", "drugs", id=treatment)


def _asked(asked: str, ruled: tuple[str, ...]) -> tuple[str, ...]:
    named = treatments_named(asked)
    held = tuple(one for one in ruled if one in named)
    if held:
        return held
    own = {one for packet in packets() for one in packet.treatments}
    what = "no such treatment"
    if named:
        known = own & set(named)
        what = "no coverage rule for this treatment" if known else "no packet for this treatment"
    raise InputError(
        what,
        where="--treatment",
        got=asked,
        allowed=", ".join(ruled) or "nothing: no rule is in force",
        todo="take one that has a rule, or add the rows of the payer to coverage/policies (--site)",
    )


def _planned(dossier: Dossier) -> set[str]:
    return {one for step in dossier.plan.steps for one in step.treatments}


def _ranked(dossier: Dossier) -> set[str]:
    """Return the options of the answer: those that the data do not separate from the first."""
    if withheld(dossier):
        return set()
    stopped = {one.treatment for one in dossier.plan.blocked}
    return {p.treatment for p in dossier.decision.predictions if p.tied} - stopped


def _rules(dossier: Dossier, wanted: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return the rules; one that judges several forms of a treatment alike is shown once."""
    shared: dict[Authorisation, list[str]] = {}
    for one in dossier.plan.authorisations:
        if one.treatment in wanted:
            shared.setdefault(replace(one, treatment=""), []).append(one.treatment)
    return tuple(
        Rule(replace(one, treatment=names[0]), tuple(names)) for one, names in shared.items()
    )
