"""What the schedules of one person rest on: the case, what is taken, and when a drug may begin."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from equipoise.core.casing import within
from equipoise.core.dates import latest
from equipoise.core.tables import load_table, setting
from equipoise.plan.case import Case, title
from equipoise.plan.schedules.pairs import Pairs, read_pairs
from equipoise.plan.schedules.words import NoScheduleError, say

if TYPE_CHECKING:
    from equipoise.core.answers import Answer
    from equipoise.core.dates import IsoDate

__all__ = ["Ground", "New", "Use", "make_ground", "parts_of"]


@dataclass(frozen=True, slots=True)
class Use:
    """A drug of the record: day of its last dose, None while it counts as taken."""

    drug: str
    last: dt.date | None
    stop_missing: bool = False


@dataclass(frozen=True, slots=True)
class New:
    """What is to be begun: the treatment, its drugs, and all its names in the rules."""

    treatment: str
    drugs: tuple[str, ...]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ground:
    """One person as the schedules see them.

    Parameters
    ----------
    case : Case
        The person and the plan's reading of the record.
    pairs : Pairs
        What keeps two drugs apart.
    uses : tuple of Use
        Every drug of the record once, at its most dangerous.
    today : datetime.date
        The day of the run.
    """

    case: Case
    pairs: Pairs
    uses: tuple[Use, ...]
    today: dt.date

    @property
    def older(self) -> bool | None:
        """Whether older people's steps hold; None where the age is not known."""
        age = self.case.timeline.demographics.age_years.value
        return None if age is None else age >= setting("schedules_older_from")

    @property
    def careful(self) -> bool:
        """Whether older people's steps are used: an age that is not known counts."""
        return self.older is not False

    def name(self, treatment: str) -> str:
        """Return a printed name as it stands within a sentence."""
        return within(title(self.case, treatment))

    def label(self, new: New) -> str:
        """Return the names of the drugs that are begun; of what is no drug, its own."""
        names = [self.name(drug) for drug in new.drugs] or [self.name(new.treatment)]
        return " and ".join(names)

    def new(self, treatment: str, drugs: tuple[str, ...]) -> New:
        """Return what is to be begun, with its names."""
        return New(treatment, drugs, self.pairs.of(drugs, treatment))

    def first_day(self, new: New, leaving: frozenset[str], base: dt.date) -> tuple[dt.date, str]:
        """Return the first day on which nothing that was stopped keeps a treatment away.

        Parameters
        ----------
        new : New
            What is to be begun.
        leaving : frozenset of str
            Drugs that the schedule itself stops; their days are counted there.
        base : datetime.date
            The day before which it does not begin.

        Returns
        -------
        (datetime.date, str)
            The day, and the sentence on what it waits for; empty where it need not wait.

        Raises
        ------
        NoScheduleError
            If something that is taken, or has no stop date, must not meet it.
        """
        found, why = base, ""
        for use in self.uses:
            if use.drug in new.drugs or use.drug in leaving:
                continue
            days = self.pairs.gap(use.drug, new.names, taken=use.last is None)
            if use.last is None and use.stop_missing:
                days = self.pairs.gap(use.drug, new.names)
            if not days:
                continue
            words = {"drug": self.name(use.drug), "new": self.label(new)}
            if use.last is None:
                raise NoScheduleError(say("stop_missing" if use.stop_missing else "clash", **words))
            day = use.last + dt.timedelta(days=days)
            if day > found:
                found = day
                why = say("waits", drug=words["drug"], last=use.last.isoformat(), days=days)
        return found, why

    def cautions(self) -> tuple[str, ...]:
        """Return what the rules between drugs could not look at."""
        found = [] if self.case.timeline.drugs.known else [say("not_asked")]
        unlisted = [use.drug for use in self.uses if use.drug not in self.pairs.names]
        return (*found, *(say("unlisted", drug=drug) for drug in unlisted))


def parts_of(treatment: str) -> tuple[str, ...]:
    """Return the drugs of a treatment in the order of the table; none for what is no drug."""
    row = load_table("treatments/treatments").find(id=treatment)
    if row is not None:
        return row.items("drugs")
    return (treatment,) if load_table("drugs/drugs").find(id=treatment) else ()


def make_ground(case: Case) -> Ground:
    """Gather what the schedules of a person rest on."""
    uses: dict[str, Use] = {}
    for drug, stop, due in _stated(case):
        last = None if stop.value is None else latest(stop.value)
        use = Use(drug, last, stop_missing=last is None and due)
        held = uses.get(drug)
        if held is None or _rank(use) > _rank(held):
            uses[drug] = use
    return Ground(case, read_pairs(), tuple(uses.values()), latest(case.today))


def _stated(case: Case) -> list[tuple[str, Answer[IsoDate], bool]]:
    """Give drug, stop date, and whether the record ought to hold a stop date."""
    found = [
        (use.drug, use.stop, use.stop.status == "unknown")
        for use in case.timeline.drugs.or_else(())
    ]
    for trial in case.timeline.treatments.or_else(()):
        listed = load_table("treatments/treatments").find(id=trial.treatment)
        drugs = parts_of(trial.treatment) if listed else (trial.treatment,)
        found += [(drug, trial.stop, trial.ongoing.value is not True) for drug in drugs]
    return found


def _rank(use: Use) -> tuple[bool, dt.date]:
    return (use.last is None, use.last or dt.date.min)
