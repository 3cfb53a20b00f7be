"""One person's dated records, as the sources give them."""

from __future__ import annotations

from dataclasses import dataclass, field

from equipoise.core.answers import Answer, not_asked
from equipoise.core.dates import IsoDate
from equipoise.core.nouns.numbers import Dose
from equipoise.core.nouns.recording import Recording, VariantFile

__all__ = [
    "Allergy",
    "Condition",
    "Consent",
    "Demographics",
    "DrugUse",
    "Episode",
    "FamilyCondition",
    "Finding",
    "Genotype",
    "Implant",
    "InputDigest",
    "LabResult",
    "PastEffect",
    "Preferences",
    "Pregnancy",
    "ReportedEffect",
    "ScaleAnswers",
    "Timeline",
    "TreatmentTrial",
    "Unmapped",
    "VisitNote",
]


@dataclass(frozen=True, slots=True)
class InputDigest:
    """A file that was read: its name below the input folder and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Demographics:
    """Sex (``female``, ``male``, ``intersex``) and age in years."""

    sex: Answer[str] = field(default_factory=not_asked)
    age_years: Answer[float] = field(default_factory=not_asked)


@dataclass(frozen=True, slots=True)
class Episode:
    """The present episode: ICD-10 diagnosis, onset, number in the life, specifiers."""

    diagnosis: Answer[str] = field(default_factory=not_asked)
    onset: Answer[IsoDate] = field(default_factory=not_asked)
    number: Answer[int] = field(default_factory=not_asked)
    specifiers: Answer[tuple[str, ...]] = field(default_factory=not_asked)


@dataclass(frozen=True, slots=True)
class TreatmentTrial:
    """One trial of one treatment, of this or an earlier episode.

    Parameters
    ----------
    treatment : str
        Id of `tables/treatments` or `tables/drugs`.
    dose : Answer of Dose
        Highest dose that was held.
    start, stop : Answer of str
        Dates in their own precision.
    ongoing : Answer of bool
        True if it is still taken. A trial with neither `stop` nor `ongoing` counts as still taken.
    adherence : Answer of str
        ``good``, ``partial`` or ``poor``.
    outcome : Answer of str
        ``remission``, ``response``, ``partial_response``, ``no_response`` or ``worse``.
    stopped_for : Answer of str
        ``no_benefit``, ``side_effects``, ``remission``, ``choice`` or ``other``.
    sessions : Answer of int
        Number of sessions, for procedures and therapies.
    line : int
        Line of the record, for messages; 0 where there is none.
    placement : Answer of str
        Electrodes of ECT: ``bilateral`` or ``unilateral``.
    """

    treatment: str
    dose: Answer[Dose] = field(default_factory=not_asked)
    start: Answer[IsoDate] = field(default_factory=not_asked)
    stop: Answer[IsoDate] = field(default_factory=not_asked)
    ongoing: Answer[bool] = field(default_factory=not_asked)
    adherence: Answer[str] = field(default_factory=not_asked)
    outcome: Answer[str] = field(default_factory=not_asked)
    stopped_for: Answer[str] = field(default_factory=not_asked)
    sessions: Answer[int] = field(default_factory=not_asked)
    line: int = 0
    placement: Answer[str] = field(default_factory=not_asked)

    @property
    def running(self) -> bool:
        """Whether it is still taken: said so, or neither an end nor an answer is recorded."""
        if self.ongoing.value is not None:
            return self.ongoing.value
        return self.stop.value is None


@dataclass(frozen=True, slots=True)
class DrugUse:
    """A drug taken now (or stopped on `stop`) that is no trial for the depression."""

    drug: str
    dose: Answer[Dose] = field(default_factory=not_asked)
    start: Answer[IsoDate] = field(default_factory=not_asked)
    stop: Answer[IsoDate] = field(default_factory=not_asked)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """A coded diagnosis: `code` in `system` (``icd10``), and its `status`.

    ``active``, ``resolved``, ``unknown`` (known to be a diagnosis of this person, not whether it
    lasts), or ``suspected`` (not confirmed: neither there nor absent).
    """

    code: str
    system: str
    status: str
    onset: Answer[IsoDate] = field(default_factory=not_asked)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Implant:
    """An implant or metal: `kind` as in `tables/contraindications`, `site` in the body."""

    kind: str
    site: Answer[str] = field(default_factory=not_asked)
    line: int = 0


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """Pregnancy status (``pregnant``, ``not_pregnant``, ``breastfeeding``) on a date."""

    status: str
    date: Answer[IsoDate] = field(default_factory=not_asked)


@dataclass(frozen=True, slots=True)
class LabResult:
    """One laboratory value in the unit it was reported in.

    Parameters
    ----------
    test : str
        Id of `labs/labs`.
    value : float
        As reported; the limit where `comparator` is set.
    unit : str
        UCUM.
    date : str
        Day of the sample.
    line : int
        Line of the record, for messages; 0 where there is none.
    assay : str or None
        Method or kit, for markers whose values depend on it: id of `labs/assays`.
    comparator : str or None
        ``<`` below what the assay can tell, ``>`` above it.
    fasting : Answer of bool
        Whether the person had fasted.
    time : str or None
        Local clock time of the sample, ``07:45``.
    minutes_after_waking : float or None
        For cortisol in saliva.
    hours_since_dose : float or None
        For the level of a drug: hours from its last dose to the sample.
    unit_confirmed : bool
        Whether somebody looked the unit up again, because the number looks like another one.
    """

    test: str
    value: float
    unit: str
    date: IsoDate
    line: int = 0
    assay: str | None = None
    comparator: str | None = None
    fasting: Answer[bool] = field(default_factory=not_asked)
    time: str | None = None
    minutes_after_waking: float | None = None
    hours_since_dose: float | None = None
    unit_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class ScaleAnswers:
    """Answers to one rating scale on one date.

    Parameters
    ----------
    scale : str
        Id of `scales/scales`.
    date : str
        Day of the answers.
    items : tuple of int or None
        The scored answers in the order of the scale, None where one was left out; empty where the
        source gives only a total.
    line : int
        Line of the record, for messages.
    extras : tuple of (str, int)
        Questions beside the scored ones, by name: ``same_period`` and ``problem`` of the MDQ.
    total : float or None
        The total as the source reports it, where it gives no answers.
    """

    scale: str
    date: IsoDate
    items: tuple[int | None, ...]
    line: int = 0
    extras: tuple[tuple[str, int], ...] = ()
    total: float | None = None


@dataclass(frozen=True, slots=True)
class Genotype:
    """A reported diplotype, such as CYP2C19 ``*1/*2``, or the phenotype that a report names.

    `diplotype` is empty where only the `phenotype` (``poor_metabolizer``) is reported.
    """

    gene: str
    diplotype: str
    line: int = 0
    phenotype: str | None = None


@dataclass(frozen=True, slots=True)
class Allergy:
    """A drug that is not to be given again: allergy or intolerance, and what happened.

    `kind` is ``allergy`` or ``intolerance``; `reaction` is in words.
    """

    drug: str
    kind: str
    reaction: Answer[str] = field(default_factory=not_asked)
    line: int = 0


@dataclass(frozen=True, slots=True)
class FamilyCondition:
    """A coded diagnosis in the family: ICD-10 `code` and the relative (``mother``)."""

    code: str
    system: str
    relation: Answer[str] = field(default_factory=not_asked)
    line: int = 0


@dataclass(frozen=True, slots=True)
class ReportedEffect:
    """A side effect as the person tells it: id of `checks/effects`; ``none`` to ``severe``."""

    effect: str
    severity: str
    date: IsoDate
    line: int = 0


@dataclass(frozen=True, slots=True)
class VisitNote:
    """What the person wants to ask or to say at the visit, in their own words."""

    text: str
    date: IsoDate
    line: int = 0


@dataclass(frozen=True, slots=True)
class Unmapped:
    """Something in a source that no table could read: where it stands, what it is, why not.

    `resource` is the FHIR type and id; `what` the code with its display; nothing is dropped.
    `hides` names the fact that may stand there unread: ``drug`` (one that may be taken now),
    ``allergy`` or ``implant``; empty where it bears on no safety rule.
    """

    resource: str
    what: str
    why: str
    hides: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A clinical finding that the safety rules ask for: id of `tables/red_flags`, status, date.

    `status` is ``present``, ``absent`` or ``unknown``.
    """

    finding: str
    status: str
    date: Answer[IsoDate] = field(default_factory=not_asked)
    line: int = 0


@dataclass(frozen=True, slots=True)
class PastEffect:
    """A side effect that the person had on a treatment: its id, and that of `checks/effects`."""

    treatment: str
    effect: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """What matters to the person.

    Parameters
    ----------
    weights : tuple of (str, float)
        Swing weights by attribute, as the person set them; empty where defaults are kept.
    date : str or None
        Day on which they were asked.
    experience : tuple of PastEffect
        Side effects that they have had.
    """

    weights: tuple[tuple[str, float], ...] = ()
    date: IsoDate | None = None
    experience: tuple[PastEffect, ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """What the person agreed to.

    `purpose` is ``care``, ``family``, ``research`` or ``incidental_findings``; a consent with a
    `revoked` date no longer holds. `topics` says what may be shared with family or friends:
    ``diagnosis``, ``treatments``, ``plan_dates``, ``warning_signs``, ``wishes``; what is not named
    is not shared.
    """

    purpose: str
    granted: bool
    date: IsoDate
    revoked: Answer[IsoDate] = field(default_factory=not_asked)
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything recorded about one person, dated.

    Parameters
    ----------
    label : str
        The BIDS label, without ``sub-``.
    notice : str or None
        What the record says about itself ("invented person"); printed wherever results show.
    sources : tuple of InputDigest
        The files that were read.
    unmapped : tuple of Unmapped
        What a source holds that could not be read; shown, never dropped.
    variants : tuple of VariantFile
        Files of variants of this person.
    """

    label: str
    demographics: Demographics = field(default_factory=Demographics)
    episode: Episode = field(default_factory=Episode)
    treatments: Answer[tuple[TreatmentTrial, ...]] = field(default_factory=not_asked)
    drugs: Answer[tuple[DrugUse, ...]] = field(default_factory=not_asked)
    conditions: Answer[tuple[Condition, ...]] = field(default_factory=not_asked)
    implants: Answer[tuple[Implant, ...]] = field(default_factory=not_asked)
    pregnancy: Answer[Pregnancy] = field(default_factory=not_asked)
    labs: Answer[tuple[LabResult, ...]] = field(default_factory=not_asked)
    scales: Answer[tuple[ScaleAnswers, ...]] = field(default_factory=not_asked)
    genotypes: Answer[tuple[Genotype, ...]] = field(default_factory=not_asked)
    findings: Answer[tuple[Finding, ...]] = field(default_factory=not_asked)
    preferences: Answer[Preferences] = field(default_factory=not_asked)
    consents: Answer[tuple[Consent, ...]] = field(default_factory=not_asked)
    recordings: tuple[Recording, ...] = ()
    notice: str | None = None
    sources: tuple[InputDigest, ...] = ()
    allergies: Answer[tuple[Allergy, ...]] = field(default_factory=not_asked)
    family: Answer[tuple[FamilyCondition, ...]] = field(default_factory=not_asked)
    side_effects: Answer[tuple[ReportedEffect, ...]] = field(default_factory=not_asked)
    visit_notes: Answer[tuple[VisitNote, ...]] = field(default_factory=not_asked)
    unmapped: tuple[Unmapped, ...] = ()
    variants: tuple[VariantFile, ...] = ()
