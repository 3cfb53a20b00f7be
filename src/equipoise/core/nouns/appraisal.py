"""What the history says: adequacy of past trials, red flags, a safety verdict per option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from equipoise.core.nouns.background import Covariate, UnderWay

__all__ = [
    "ADULT_RATES",
    "ALREADY_FAILED",
    "ALREADY_TAKEN",
    "ASKED_NOT_KNOWN",
    "NEEDS_ANTIDEPRESSANT",
    "Appraisal",
    "CheckItem",
    "DoseLimit",
    "EpisodeCriteria",
    "GeneAdvice",
    "GenePhenotype",
    "OptionVerdict",
    "PathwayStep",
    "RedFlag",
    "SafetyReason",
    "Specifier",
    "Stage",
    "StagingResult",
    "TrialAppraisal",
    "Verdict",
    "Workup",
]

Verdict = Literal["hard_stop", "caution", "clear", "cannot_tell"]

ALREADY_FAILED: Final = "already_failed"
"""Rule of a hard stop that names no danger: the option was tried without enough benefit."""
ALREADY_TAKEN: Final = "already_taken"
"""Rule of a hard stop that names no danger in what is taken: it is not to be given twice."""
ADULT_RATES: Final = "adult_rates"
NEEDS_ANTIDEPRESSANT: Final = "needs_antidepressant"
ASKED_NOT_KNOWN: Final = ": asked, not known"
"""End of the title of a flag that stands because nobody knows, not because it was found."""


@dataclass(frozen=True, slots=True)
class TrialAppraisal:
    """Adequacy of one past trial.

    Parameters
    ----------
    treatment : str
        Treatment id.
    adequate, failed : {"yes", "no", "cannot_tell"}
        Unknown dose, duration or adherence is never counted as adequate.
    in_episode : {"yes", "no", "cannot_tell"}
        Whether it belongs to the present episode.
    weeks : float or None
        Fewest weeks that the dates allow.
    reasons : tuple of str
        Which rule decided, with value and threshold.
    missing : tuple of str
        Facts that would settle it.
    dose_enough, taken_regularly : {"yes", "no", "cannot_tell"}
        The conditions besides the weeks: dose, level or number of sessions; adherence.
    benefit : {"none", "partial", "enough", "not_judged", "cannot_tell"}
        What came of it; ``not_judged`` where side effects ended it.
    weeks_most : float or None
        Most weeks that the dates allow.
    full_course : float or None
        Weeks of a full course that is shorter than the general rule; 0 where sessions count.
    start, stopped_for : str or None
        First day, and why it ended, as recorded.
    counts_for_stage : tuple of str
        Drugs in it that the stage counts once the trial is adequate, failed and of this episode.
    """

    treatment: str
    adequate: str
    failed: str
    in_episode: str
    weeks: float | None
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    dose_enough: str = "cannot_tell"
    taken_regularly: str = "cannot_tell"
    benefit: str = "cannot_tell"
    weeks_most: float | None = None
    full_course: float | None = None
    start: str | None = None
    stopped_for: str | None = None
    counts_for_stage: tuple[str, ...] = ()

    def lasted(self, weeks: float) -> str:
        """Return whether it lasted that long: ``yes``, ``no`` or ``cannot_tell``."""
        needed = weeks if self.full_course is None else self.full_course
        if needed == 0 or (self.weeks is not None and self.weeks >= needed):
            return "yes"
        if self.weeks_most is None or self.weeks_most >= needed:
            return "cannot_tell"
        return "no"

    def adequate_after(self, weeks: float) -> str:
        """Return whether it is adequate where a rule asks for that many weeks."""
        told = {self.dose_enough, self.taken_regularly, self.lasted(weeks)}
        if "no" in told:
            return "no"
        return "cannot_tell" if "cannot_tell" in told else "yes"


@dataclass(frozen=True, slots=True)
class Stage:
    """Failed adequate drug trials in this episode.

    `count` are those that are certain, `at_most` adds those that cannot be told, `used` is the
    stage that the predictions rest on (capped by the table), `known` is False where no history
    was recorded.
    """

    count: int
    at_most: int
    used: int
    known: bool
    note: str


@dataclass(frozen=True, slots=True)
class PathwayStep:
    """One step of an urgent pathway, with its reference and grade."""

    action: str
    who: str
    when: str
    reference: str
    grade: str


@dataclass(frozen=True, slots=True)
class RedFlag:
    """A danger found in the record.

    `grade` is ``emergency`` (the ranking is withheld) or ``watch`` (a banner; the ranking stays).
    `evidence` quotes field and date.
    """

    id: str
    title: str
    grade: Literal["emergency", "watch"]
    evidence: str
    pathway: tuple[PathwayStep, ...]


@dataclass(frozen=True, slots=True)
class SafetyReason:
    """One rule that applies to one option.

    `verdict` is what this rule alone asks for; `missing` names the fact without which it cannot
    tell; `action` is what to do.
    """

    rule: str
    verdict: Verdict
    text: str
    action: str
    missing: str | None
    reference: str
    grade: str
    checked: str


@dataclass(frozen=True, slots=True)
class OptionVerdict:
    """The strictest verdict of all rules that apply to one option."""

    treatment: str
    verdict: Verdict
    reasons: tuple[SafetyReason, ...]


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One item of the diagnosis check: ``clear``, ``abnormal`` or ``not_checked``."""

    id: str
    title: str
    status: Literal["clear", "abnormal", "not_checked"]
    evidence: str
    todo: str
    reference: str


@dataclass(frozen=True, slots=True)
class EpisodeCriteria:
    """The criteria of a major depressive episode (DSM-5-TR) against the recorded symptoms.

    Parameters
    ----------
    status : {"met", "not_met", "cannot_tell"}
        An unknown symptom never counts as absent.
    present, absent, unknown : tuple of str
        Titles of the symptoms and of the other criteria (weeks, impairment, exclusions).
    reasons : tuple of str
        Which criterion decided, with what is counted and what is needed.
    missing : tuple of str
        What would settle it.
    reference : str
        Keys of `references/references`.
    """

    status: Literal["met", "not_met", "cannot_tell"]
    present: tuple[str, ...]
    absent: tuple[str, ...]
    unknown: tuple[str, ...]
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class Specifier:
    """A specifier of the episode: ``present``, ``absent`` or ``cannot_tell``, with its evidence."""

    id: str
    title: str
    status: Literal["present", "absent", "cannot_tell"]
    evidence: str
    missing: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class StagingResult:
    """One staging system or definition of treatment resistance.

    Parameters
    ----------
    id : str
        ``thase_rush``, ``maudsley``, ``mgh``, ``european``, ``athf_sf``, ``trd_ema``, ``trd_fda``.
    title : str
        Printed name.
    value, at_most : str
        What is certain, and what it would be if everything that is open counted: ``II``, ``7
        (moderate)``, ``yes``.
    score, score_at_most : float or None
        The same as numbers, for systems that count; None where even that cannot be told.
    reasons, missing : tuple of str
        Points with their source in the record; facts that would settle it.
    reference, checked : str
        Source of the rule.
    """

    id: str
    title: str
    value: str
    at_most: str
    score: float | None
    score_at_most: float | None
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    reference: str
    checked: str


@dataclass(frozen=True, slots=True)
class Workup:
    """Whether a further examination is worth doing.

    `advice` is ``indicated``, ``not_indicated`` or ``cannot_tell``.
    """

    id: str
    title: str
    advice: Literal["indicated", "not_indicated", "cannot_tell"]
    reasons: tuple[str, ...]
    todo: str
    reference: str
    checked: str


@dataclass(frozen=True, slots=True)
class GenePhenotype:
    """A pharmacogene: what was reported, and how it acts under the drugs taken now.

    Parameters
    ----------
    gene : str
        ``CYP2D6``.
    diplotype : str
        As reported; empty where only the phenotype was.
    phenotype : str or None
        CPIC term; None where no table tells.
    acting : str or None
        Phenotype after phenoconversion.
    because : tuple of str
        Titles of the drugs that convert it.
    reference : str
        Keys of `references/references`.
    """

    gene: str
    diplotype: str
    phenotype: str | None
    acting: str | None
    because: tuple[str, ...]
    reference: str


@dataclass(frozen=True, slots=True)
class GeneAdvice:
    """What a guideline says of one drug for the genes of this person.

    Parameters
    ----------
    drug : str
        Id of `drugs/drugs`.
    guideline : {"CPIC", "DPWG", "label"}
        Who says it; ``label``: the label of the drug.
    genes : tuple of str
        Genes that the rule reads.
    phenotypes : tuple of str
        CPIC terms that it was read with, one for each gene: as they act under the drugs taken now;
        ``No Result`` where the gene was not tested.
    action : str
        What to do, in our own words; doses only as the guideline gives them.
    strength : str
        ``Strong``, ``Moderate``, ``Optional`` or ``No recommendation`` (CPIC); ``label`` where the
        label of the drug says it; ``n/a`` (DPWG).
    version : str
        Version of the guideline.
    because : tuple of str
        Drugs taken now that change how a gene acts.
    reference, grade, checked : str
        Of the row.
    kind : {"changed", "standard", "none"}
        Whether it asks for something else than the usual, for the usual, or for nothing.
    stopped_by : tuple of str
        Hard stops that stand against the drug in this person: while they stand, no dose of this
        advice is for giving. That it failed before or is taken now is none of them.
    """

    drug: str
    guideline: str
    genes: tuple[str, ...]
    phenotypes: tuple[str, ...]
    action: str
    strength: str
    version: str
    because: tuple[str, ...]
    reference: str
    grade: str
    checked: str
    kind: str = "changed"
    stopped_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoseLimit:
    """Doses of one drug for this person: the strictest limit holds, limits do not multiply.

    Parameters
    ----------
    drug : str
        Id of `drugs/drugs` or of a treatment of `doses/doses`.
    unit : str
        UCUM.
    start, adequate, maximum : float or None
        First dose, least dose of an adequate trial, highest dose; None where no table gives one.
    because : tuple of str
        What lowered them (age, kidney, liver, genotype, interaction), with the source.
    missing : tuple of str
        Facts (eGFR, liver function) that could lower them further and are not known.
    reference : str
        Keys of `references/references`.
    stopped_by : tuple of str
        Hard stops that stand against the drug in this person: while they stand, its doses are not
        for giving. That it failed before or is taken now is none of them.
    """

    drug: str
    unit: str
    start: float | None
    adequate: float | None
    maximum: float | None
    because: tuple[str, ...]
    missing: tuple[str, ...]
    reference: str
    stopped_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Appraisal:
    """Diagnosis check, adequacy of every trial, stage, red flags, verdict per option.

    `current` holds a hard stop for each drug that is taken now and should be reviewed, whether it
    is an option or not. `staging` holds every staging system and definition; `pseudo_resistance`
    what may only look like resistance; `imaging_workup` who benefits from imaging, and who does
    not; `dose_limits` one row for each drug of `doses/doses`, with the hard stops against it;
    `covariates` what bears on prognosis; `under_way` the treatments that go on.
    """

    diagnosis_check: tuple[CheckItem, ...]
    trials: tuple[TrialAppraisal, ...]
    stage: Stage
    red_flags: tuple[RedFlag, ...]
    verdicts: tuple[OptionVerdict, ...]
    current: tuple[OptionVerdict, ...] = ()
    episode_criteria: EpisodeCriteria | None = None
    specifiers: tuple[Specifier, ...] = ()
    staging: tuple[StagingResult, ...] = ()
    pseudo_resistance: tuple[CheckItem, ...] = ()
    imaging_workup: tuple[Workup, ...] = ()
    genes: tuple[GenePhenotype, ...] = ()
    dose_limits: tuple[DoseLimit, ...] = ()
    gene_advice: tuple[GeneAdvice, ...] = ()
    covariates: tuple[Covariate, ...] = ()
    under_way: tuple[UnderWay, ...] = ()

    @property
    def emergency(self) -> bool:
        """Whether any red flag withholds the ranking."""
        return any(flag.grade == "emergency" for flag in self.red_flags)
