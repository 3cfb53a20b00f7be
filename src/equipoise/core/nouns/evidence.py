"""What the literature says; it knows no patient."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "Approval",
    "Claim",
    "Effect",
    "EvidenceBase",
    "JointRates",
    "LogitEstimate",
    "MarkerFinding",
    "Moderation",
    "OptionBaseline",
    "SideEffect",
    "Treatment",
]


@dataclass(frozen=True, slots=True)
class Approval:
    """What one agency says of a treatment in one indication; `year` of that, where known."""

    agency: str
    indication: str
    status: str
    year: int | None
    note: str | None


@dataclass(frozen=True, slots=True)
class SideEffect:
    """How often an unwanted effect comes with a treatment.

    `level` is a word (``none`` to ``high``); `rate` and `comparator_rate` are in `unit`.
    """

    effect: str
    level: str | None
    rate: float | None
    comparator_rate: float | None
    unit: str | None
    population: str


@dataclass(frozen=True, slots=True)
class Treatment:
    """An option of `tables/treatments`.

    Parameters
    ----------
    id, title : str
        Id and printed name.
    kind : str
        ``drug``, ``augmentation``, ``procedure``, ``therapy`` or ``strategy``.
    drug_class : str
        Class of drugs or of procedures; options of one class share a correlation.
    group : str
        Stage-slope group: ``drug``, ``adjunct``, ``psychotherapy``, ``stimulation``, ``rapid``
        or ``ect``.
    phase : str
        Row of `tables/phases`.
    course : str
        Dose or course, as text with units.
    weeks_to_effect : float or None
        Usual time to response in weeks.
    attributes : tuple of tuple
        (attribute id, level) for the preferences, for example visits or anaesthesia.
    reference : str
        Keys of `tables/references`.
    drugs : tuple of str
        Drugs of `drugs/drugs` that it consists of.
    failed_trials_before : int
        Failed adequate drug trials before which no plan names it.
    mechanisms : tuple of str
        Mechanisms that it acts on by textbook; they drive nothing.
    cost_band, availability : str or None
        Columns of the table.
    ranked : bool
        Whether it may be ranked; where not, `unranked_because` says why in a sentence.
    approvals : tuple of Approval
        By agency and indication.
    side_effects : tuple of SideEffect
        In the order of the table.
    """

    id: str
    title: str
    kind: str
    drug_class: str
    group: str
    phase: str
    course: str
    weeks_to_effect: float | None
    attributes: tuple[tuple[str, float], ...]
    reference: str
    drugs: tuple[str, ...] = ()
    failed_trials_before: int = 0
    mechanisms: tuple[str, ...] = ()
    cost_band: str | None = None
    availability: str | None = None
    ranked: bool = True
    unranked_because: str = ""
    approvals: tuple[Approval, ...] = ()
    side_effects: tuple[SideEffect, ...] = ()


@dataclass(frozen=True, slots=True)
class Effect:
    """One published effect, or the joint estimate from several.

    Parameters
    ----------
    treatment, comparator : str
        Ids.
    outcome : str
        ``response``, ``remission``, ``dropout``, ``dropout_side_effects`` or ``relapse``.
    estimate, standard_error : float
        Log odds or hazard ratio by `scale`; positive is more of the outcome on `treatment`.
    between_study_sd : float or None
        tau on the same scale.
    population : str
        Who was studied.
    stage : float or None
        Failed adequate trials of the people studied.
    weeks : float or None
        Time of the outcome.
    blinded : bool or None
        False for open trials.
    anchor : bool
        Whether its absolute rate may stand for ordinary care.
    n, k : int or None
        People and studies.
    grade : str
        A, B, C, D or N.
    checked : str
        ``checked``, ``recalled`` or ``derived``.
    references : tuple of str
        Keys of `tables/references`.
    id : str
        Row id, or the trial that it is from.
    scale : {"log_odds_ratio", "log_hazard_ratio"}
        Of `estimate`; hazard ratios are of relapse alone.
    use : {"joint", "shown"}
        Whether the joint model uses it; `why_shown` says why not.
    note : str or None
        What a reader must know.
    """

    treatment: str
    comparator: str
    outcome: str
    estimate: float
    standard_error: float
    between_study_sd: float | None
    population: str
    stage: float | None
    weeks: float | None
    blinded: bool | None
    anchor: bool
    n: int | None
    k: int | None
    grade: str
    checked: str
    references: tuple[str, ...]
    id: str = ""
    scale: str = "log_odds_ratio"
    use: str = "shown"
    why_shown: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class LogitEstimate:
    """A chance on the logit scale: mean and standard deviation."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class OptionBaseline:
    """What an average person of one stage may expect from one option by week 8.

    Parameters
    ----------
    treatment : str
        Option id.
    stage : int
        Failed adequate drug trials in this episode, 0 to 4.
    response : LogitEstimate
        Response by intention to treat (drop-out counts as no response).
    dropout : LogitEstimate
        Drop-out for any reason.
    remission_given_response : LogitEstimate
        Remission among responders.
    evidence_path : {"randomised", "anchored"}
        How the option is tied to the others.
    extrapolated : bool
        Whether the trials' stage is another.
    grade, checked, population : str
        Of the weakest link.
    references : tuple of str
        Keys of `tables/references`.
    component : str
        Options of one component are tied to each other by a chain of randomised comparisons,
        those of two are not; it is named after the first of its treatments by id.
    """

    treatment: str
    stage: int
    response: LogitEstimate
    dropout: LogitEstimate
    remission_given_response: LogitEstimate
    evidence_path: str
    extrapolated: bool
    grade: str
    checked: str
    population: str
    references: tuple[str, ...]
    component: str


@dataclass(frozen=True, slots=True)
class JointRates:
    """How the rates of all options at one stage hang together.

    Parameters
    ----------
    stage : int
        Failed adequate drug trials in this episode, 0 to 4.
    treatments : tuple of str
        Options with a rate, sorted by id; shape (t,).
    response, dropout, remission : tuple of tuple of float
        Lower-triangular factor L of the covariance L L' of the logits, shape (t, t), in the order
        of `treatments`: response by intention to treat, drop-out, remission among responders.
        The three are independent of each other.
    """

    stage: int
    treatments: tuple[str, ...]
    response: tuple[tuple[float, ...], ...]
    dropout: tuple[tuple[float, ...], ...]
    remission: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Moderation:
    """How a measure or mechanism shifts a treatment's effect.

    Parameters
    ----------
    id : str
        Row id.
    measure : str
        Measure whose true score moderates.
    treatment, comparator : str
        The contrast; `comparator` may be inert.
    row_type : {"contrast", "one_arm", "prognostic", "guided"}
        Which coefficient the row informs.
    estimate, standard_error : float
        Posterior in logit per sd of true score, after prior, selection term and replications.
    published, published_standard_error : float
        As published, in logit per observed sd.
    reliability : float
        Reliability of the measure in the study.
    reporting : float
        Chance that a result that is not significant would have been reported.
    replications, failed_replications : int
        Counts.
    grade, checked : str
        Grade never exceeds C without a prospective randomised test.
    references : tuple of str
        Keys of `tables/references`.
    """

    id: str
    measure: str
    treatment: str
    comparator: str
    row_type: str
    estimate: float
    standard_error: float
    published: float
    published_standard_error: float
    reliability: float
    reporting: float
    replications: int
    failed_replications: int
    grade: str
    checked: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarkerFinding:
    """A published finding that a marker tells for whom a treatment is better.

    Parameters
    ----------
    id, marker, modality : str
        Row id, the marker in words and the kind of measure.
    measure : str or None
        Measure of the house that it is, where there is one.
    treatment, comparator : str
        What was compared: ids joined by semicolons, or a group in words.
    row_type : {"contrast", "one_arm", "prognostic", "guided"}
        Which coefficient the finding informs.
    finding : str
        What was found, in one sentence.
    design : str
        How it was found; a contrast inside a trial is not yet a test planned for it.
    people : int or None
        Of the study.
    acts : {"person", "site", "none"}
        Whether it moves a person's options, the place of stimulation, or nothing.
    why_not : str or None
        Why it moves nothing.
    published, published_standard_error : float or None
        Slope, log odds per observed standard deviation, where one was published.
    same, failed : int
        Later studies that agreed, and those that found nothing or the opposite.
    population, grade, checked : str
        Whom it is about; grade never above C without a prospective randomised test.
    references : tuple of str
        Keys of `tables/references`, later studies included.
    """

    id: str
    marker: str
    modality: str
    measure: str | None
    treatment: str
    comparator: str
    row_type: str
    finding: str
    design: str
    people: int | None
    acts: str
    why_not: str | None
    published: float | None
    published_standard_error: float | None
    same: int
    failed: int
    population: str
    grade: str
    checked: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What people say about depression and its treatment, and what the evidence says.

    Parameters
    ----------
    id : str
        Row id, ``H1`` and on.
    claim, evidence : str
        As it is said; the best evidence with its numbers.
    verdict : {"false", "unproven", "overstated", "partly_true", "true_with_limits", "caution"}
        Of the claim as it is said.
    topic : str
        What it is about.
    keywords, effects, moderators, treatments : tuple of str
        Search words; ids of the rows that it concerns.
    links_none_because : str or None
        Why it concerns no row of the house.
    population, as_of, grade, checked, confidence : str
        Of the evidence.
    references : tuple of str
        Keys of `tables/references`.
    """

    id: str
    claim: str
    verdict: str
    evidence: str
    topic: str
    keywords: tuple[str, ...]
    effects: tuple[str, ...]
    moderators: tuple[str, ...]
    treatments: tuple[str, ...]
    links_none_because: str | None
    population: str
    as_of: str
    grade: str
    checked: str
    confidence: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EvidenceBase:
    """Treatments, effects, baselines by stage and moderations, all sorted by id."""

    treatments: tuple[Treatment, ...]
    effects: tuple[Effect, ...]
    baselines: tuple[OptionBaseline, ...]
    moderations: tuple[Moderation, ...]
    unranked: tuple[tuple[str, str], ...]
    joint: tuple[JointRates, ...] = ()
