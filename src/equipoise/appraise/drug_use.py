"""Who takes what: drugs in use today, drugs stopped lately, and the groups that rules name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from equipoise.core.answers import Answer
from equipoise.core.dates import IsoDate, earliest, latest
from equipoise.core.nouns import Timeline
from equipoise.core.prepared import prepared
from equipoise.core.tables import Row, Table, load_table

__all__ = [
    "Catalogue",
    "DrugInUse",
    "Option",
    "drugs_in_use",
    "drugs_of",
    "option_of",
    "read_catalogue",
]

_ANY_DRUG = "drug"


@dataclass(frozen=True, slots=True)
class DrugInUse:
    """A drug of the record, as it stands today.

    Parameters
    ----------
    drug : str
        Id of `drugs/drugs`.
    days : tuple of int or None
        Fewest and most days since the last dose; None while it is taken, which it is too where
        no stop date is known.
    stop_missing : bool
        Whether it counts as taken for want of a stop date.
    """

    drug: str
    days: tuple[int, int] | None
    stop_missing: bool = False

    @property
    def taken(self) -> bool:
        """Whether it counts as taken today."""
        return self.days is None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is known of the drugs.

    Parameters
    ----------
    names : dict of str to frozenset of str
        By id, the names by which a rule may mean the drug: id, class, groups, ``qt_1`` to
        ``qt_3``, ``maoi_irreversible`` or ``maoi_reversible``, ``antidepressant``,
        ``serotonergic`` and ``drug``.
    titles : dict of str to str
        Printed names.
    lingers : dict of str to float
        Days after the last dose for which interactions still hold, where there are any.
    parts : dict of str to tuple of str
        Drugs of each treatment that consists of any: what an addition adds, both drugs of a pair.
    """

    names: dict[str, frozenset[str]]
    titles: dict[str, str]
    lingers: dict[str, float]
    parts: dict[str, tuple[str, ...]]

    def title(self, drug: str) -> str:
        """Return the printed name; that of an unlisted drug is its id."""
        return self.titles.get(drug, drug)


@dataclass(frozen=True, slots=True)
class Option:
    """A treatment under judgement: its id, its drugs if it has any, and its names in the rules."""

    id: str
    drugs: tuple[str, ...]
    names: frozenset[str]


def read_catalogue() -> Catalogue:
    """Return the drugs of the table in force."""
    kept = prepared(load_table("drugs/drugs"), _catalogue)
    parts = prepared(load_table("treatments/treatments"), _parts)
    return Catalogue(kept.names, kept.titles, kept.lingers, parts)


def _catalogue(table: Table) -> Catalogue:
    return Catalogue(
        names={row.text("id"): frozenset(_names(row)) for row in table},
        titles={row.text("id"): row.text("title") for row in table},
        lingers={
            row.text("id"): row.number("lingers")
            for row in table
            if row.optional_text("lingers") is not None
        },
        parts={},
    )


def _parts(table: Table) -> dict[str, tuple[str, ...]]:
    return {row.text("id"): row.items("drugs") for row in table}


def _names(row: Row) -> Iterable[str]:
    yield from (row.text("id"), row.text("class"), _ANY_DRUG, *row.items("groups"))
    for column, prefix in (("qt_class", "qt"), ("maoi", "maoi")):
        value = row.optional_text(column)
        if value is not None:
            yield f"{prefix}_{value}"
    if row.flag("is_antidepressant"):
        yield "antidepressant"
    if row.flag("serotonergic"):
        yield "serotonergic"


def option_of(treatment: str, catalogue: Catalogue) -> Option:
    """Return a treatment with its drug and the names by which rules mean it.

    Parameters
    ----------
    treatment : str
        A treatment id or a drug id.
    catalogue : Catalogue
        The drugs.

    Returns
    -------
    Option
        An add-on such as ``lithium_augmentation`` carries the names of its drug besides its own,
        two drugs that are given together those of both.
    """
    drugs = drugs_of(treatment, catalogue)
    own: frozenset[str] = frozenset().union(*(catalogue.names[drug] for drug in drugs))
    return Option(treatment, drugs, own | {treatment})


def drugs_of(treatment: str, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the drugs of a treatment: itself, what it adds or combines; none for a procedure."""
    if treatment in catalogue.names:
        return (treatment,)
    return catalogue.parts.get(treatment, ())


def drugs_in_use(
    timeline: Timeline, catalogue: Catalogue, *, today: IsoDate
) -> tuple[DrugInUse, ...]:
    """Return every drug of the record, each once, at its most dangerous.

    Parameters
    ----------
    timeline : Timeline
        The record: drugs, and treatment trials that are drugs.
    catalogue : Catalogue
        The drugs that the table knows; others are returned too.
    today : str
        The day of the run.

    Returns
    -------
    tuple of DrugInUse
        A drug without a stop date counts as taken, also where the trial is said to be over.
    """
    uses: dict[str, DrugInUse] = {}
    for drug, stop, stop_due in _stated(timeline, catalogue):
        use = _use(drug, stop, stop_due, today)
        held = uses.get(drug)
        if held is None or _rank(use) < _rank(held):
            uses[drug] = use
    return tuple(uses.values())


def _stated(
    timeline: Timeline, catalogue: Catalogue
) -> Iterable[tuple[str, Answer[IsoDate], bool]]:
    """Give drug, stop date, and whether the record ought to hold a stop date."""
    for use in timeline.drugs.or_else(()):
        yield use.drug, use.stop, use.stop.status == "unknown"
    for trial in timeline.treatments.or_else(()):
        for drug in drugs_of(trial.treatment, catalogue):
            yield drug, trial.stop, trial.ongoing.value is not True


def _use(drug: str, stop: Answer[IsoDate], stop_due: bool, today: IsoDate) -> DrugInUse:
    """Return the drug as taken up to and on the last day that the stop date allows."""
    if stop.value is None:
        return DrugInUse(drug, None, stop_missing=stop_due)
    fewest = (earliest(today) - latest(stop.value)).days
    most = (latest(today) - earliest(stop.value)).days
    return DrugInUse(drug, None if fewest <= 0 else (fewest, most))


def _rank(use: DrugInUse) -> tuple[int, int]:
    if use.days is None:
        return (0, int(use.stop_missing))
    return (1, use.days[0])
