"""One person's dated records, as the sources give them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePath, PurePosixPath

from equipoise.core.answers import Answer, not_asked
from equipoise.core.dates import IsoDate
from equipoise.core.nouns.numbers import Dose

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
    "Preferences",
    "Pregnancy",
    "Recording",
    "ReportedEffect",
    "ScaleAnswers",
    "SpaceTransform",
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
    """One laboratory value in the unit it was reported in."""

    test: str
    value: float
    unit: str
    date: IsoDate
    line: int = 0


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
    `hides` names the fact that may stand there unread: ``drug`` (one that may be taken now) or
    ``allergy``; empty where it bears on no safety rule.
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
class Preferences:
    """Swing weights by attribute, as the person set them; empty where defaults are kept."""

    weights: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Consent:
    """What the person agreed to.

    `purpose` is ``care``, ``family``, ``research`` or ``incidental_findings``; a consent with a
    `revoked` date no longer holds.
    """

    purpose: str
    granted: bool
    date: IsoDate
    revoked: Answer[IsoDate] = field(default_factory=not_asked)


@dataclass(frozen=True, slots=True)
class SpaceTransform:
    """A spatial transform as fMRIPrep writes it.

    Parameters
    ----------
    source, target : str
        BIDS ``from-`` and ``to-``: images of `source` are brought into `target`. Points go the
        other way round, as in ITK.
    path : str
        Where the file lies.
    """

    source: str
    target: str
    path: str


@dataclass(frozen=True, slots=True)
class Recording:
    """Where a recording lies: paths and BIDS entities, never its content.

    Parameters
    ----------
    kind : {"bold", "bold_surface", "freesurfer_stats"}
        Functional volumes; functional surfaces (CIFTI ``dtseries``, or GIFTI); a folder of
        FreeSurfer tables.
    name : str
        File name below the dataset, the id of the recording.
    path, mask, confounds, sidecar : str or None
        Absolute paths, or names below the dataset in a dossier; None where the file is missing.
    space : str or None
        BIDS name of the space (``space-`` entity).
    repetition_time : float or None
        Seconds between volumes, from the sidecar.
    session, task, run : str or None
        BIDS entities.
    notice : str or None
        What the dataset says about itself, such as "synthetic geometry".
    date : str or None
        Day of the recording, from ``scans.tsv`` or ``sessions.tsv``.
    scanner : str or None
        Maker, model and field strength, from the sidecar.
    events : str or None
        ``events.tsv`` of a task run.
    physio : str or None
        ``physio.tsv.gz`` with the breathing trace.
    mixing : str or None
        Mixing matrix of tedana (``desc-ICA_mixing.tsv``); its table of components lies beside it.
    grey_matter : str or None
        Probability of grey matter (``label-GM_probseg``) in the space of the image.
    t1w : str or None
        The person's whole-head T1w image that `transforms` lead to.
    surfaces : tuple of str
        Surfaces (``.surf.gii``) that the vertices of a ``bold_surface`` lie on, left then right;
        they may be left out for ``space-fsaverage5``. For GIFTI series `path` is the left
        hemisphere's and the right one's (``.func.gii``) stands last.
    transforms : tuple of SpaceTransform
        Between the space of the image, T1w and the MNI spaces.
    """

    kind: str
    name: str
    path: str
    mask: str | None = None
    confounds: str | None = None
    sidecar: str | None = None
    space: str | None = None
    repetition_time: float | None = None
    session: str | None = None
    task: str | None = None
    run: str | None = None
    notice: str | None = None
    date: IsoDate | None = None
    scanner: str | None = None
    events: str | None = None
    physio: str | None = None
    mixing: str | None = None
    grey_matter: str | None = None
    t1w: str | None = None
    surfaces: tuple[str, ...] = ()
    transforms: tuple[SpaceTransform, ...] = ()

    def files(self) -> tuple[str, ...]:
        """Return the path of every file that belongs to the recording."""
        single = (
            self.path,
            self.mask,
            self.confounds,
            self.sidecar,
            self.events,
            self.physio,
            self.mixing,
            self.grey_matter,
            self.t1w,
        )
        found = [path for path in single if path is not None]
        return (*found, *self.surfaces, *(t.path for t in self.transforms))

    def portable(self) -> Recording:
        """Return the recording with names below the dataset in place of absolute paths."""
        folder = PurePosixPath(self.name).parent

        def _named(path: str | None) -> str | None:
            return None if path is None else (folder / PurePath(path).name).as_posix()

        return replace(
            self,
            path=self.name,
            mask=_named(self.mask),
            confounds=_named(self.confounds),
            sidecar=_named(self.sidecar),
            events=_named(self.events),
            physio=_named(self.physio),
            mixing=_named(self.mixing),
            grey_matter=_named(self.grey_matter),
            t1w=_named(self.t1w),
            surfaces=tuple(PurePath(path).name for path in self.surfaces),
            transforms=tuple(replace(t, path=PurePath(t.path).name) for t in self.transforms),
        )


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
