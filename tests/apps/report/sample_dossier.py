"""Dossiers of an invented person in several states, to look at and to test the report.

``python tests/apps/report/sample_dossier.py FOLDER`` writes one HTML file for each state. Every
number here is invented; none comes from a model or a study.
"""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from equipoise.core.answers import given, unknown
from equipoise.core.nouns import (
    Appraisal,
    BlockedOption,
    CheckItem,
    Contribution,
    Decision,
    Demographics,
    Dose,
    Dossier,
    Driver,
    Episode,
    Finding,
    HeadToHead,
    InputDigest,
    Interval,
    Measurement,
    MechanismState,
    NormedMeasurement,
    NormUsed,
    NotMeasured,
    OptionVerdict,
    PathwayStep,
    Plan,
    Prediction,
    Profile,
    Provenance,
    Quantity,
    RedFlag,
    SafetyReason,
    SeriesPoint,
    Shift,
    Stage,
    Step,
    Target,
    Timeline,
    Trajectory,
    TreatmentTrial,
    TrialAppraisal,
)
from equipoise.core.tables import load_table

__all__ = ["STATES", "build", "pair"]

TODAY = "2025-01-13"
NOTICE = "Real brain signal in synthetic geometry, invented person."
PERSON_FILE = InputDigest("sub-01/clinical/sub-01_person.yaml", "9f" * 32)
SCAN_FILE = InputDigest(
    "derivatives/fmriprep/sub-01/func/sub-01_desc-preproc_bold.nii.gz", "4c" * 32
)
MECHANISMS = (
    ("default_mode", "Default mode"),
    ("salience_threat", "Salience and threat"),
    ("negative_affect", "Negative affect"),
    ("positive_affect", "Positive affect and reward"),
    ("cognitive_control", "Cognitive control"),
    ("attention", "Attention"),
    ("inflammation", "Inflammation"),
    ("stress_axis", "Stress axis"),
    ("plasticity", "Plasticity"),
    ("monoamine", "Monoamine"),
    ("glutamate_gaba", "Glutamate and GABA"),
    ("sleep_circadian", "Sleep and circadian"),
)
OPTIONS = (
    ("ect", "Electroconvulsive therapy", 0.521, 0.07, "B", 0.41),
    ("esketamine", "Esketamine nasal spray with an antidepressant", 0.468, 0.08, "B", 0.27),
    ("rtms", "Repetitive TMS", 0.443, 0.07, "B", 0.19),
    ("itbs", "Intermittent theta burst TMS", 0.437, 0.08, "B", 0.05),
    ("aripiprazole_augmentation", "Aripiprazole, added", 0.374, 0.06, "A", 0.04),
    ("lithium_augmentation", "Lithium, added", 0.352, 0.08, "B", 0.02),
    ("venlafaxine", "Venlafaxine", 0.297, 0.06, "A", 0.01),
    ("mirtazapine", "Mirtazapine", 0.291, 0.06, "A", 0.006),
    ("nortriptyline", "Nortriptyline", 0.276, 0.07, "B", 0.002),
    ("escitalopram", "Escitalopram", 0.262, 0.06, "A", 0.001),
)


def _interval(mean: float, sd: float) -> Interval:
    """A logit-normal chance, roughly: enough to look like one."""
    centre, width = math.log(mean / (1 - mean)), sd / (mean * (1 - mean))

    def end(k: float) -> float:
        return 1 / (1 + math.exp(-(centre + k * width)))

    return Interval(mean, (end(-1.2816), end(1.2816)), (end(-1.96), end(1.96)))


def _shift(mean: float, sd: float, words: str) -> Shift:
    ci80 = (mean - 1.2816 * sd, mean + 1.2816 * sd)
    ci95 = (mean - 1.96 * sd, mean + 1.96 * sd)
    return Shift(mean, ci80, ci95, 0.5 if mean == 0 else 0.71, words)


def _prediction(
    option: tuple[str, str, float, float, str, float], layer: str, *, tied: bool, moved: float = 0.0
) -> Prediction:
    treatment, title, mean, sd, grade, best = option
    drivers = (Driver("blood.crp_hs", f"crp_{treatment}", moved, "C"),) if moved else ()
    same = layer == "established"
    return Prediction(
        treatment=treatment,
        title=title,
        layer=layer,
        response=_interval(mean + moved, sd if same else 1.3 * sd),
        remission=_interval(0.6 * (mean + moved), 0.7 * sd),
        dropout=_interval(0.16, 0.05),
        average=mean,
        shift=_shift(0.0, 0.006, "the_same") if same else _shift(moved, 0.04, "cannot_tell"),
        outlook=0.0,
        better_than_average=False,
        worse_than_average=False,
        utility=100 * (0.5 * mean + 0.3),
        p_best=best,
        tied=tied,
        drivers=drivers,
        evidence_path="randomised" if grade == "A" else "anchored",
        extrapolated=treatment in ("mirtazapine", "escitalopram"),
        grade=grade,
        checked="checked" if grade == "A" else "recalled",
        references=("recalled",),
    )


def _decision(moves: dict[str, float]) -> Decision:
    tied = {"ect", "esketamine", "rtms"}
    return Decision(
        stage=2,
        predictions=tuple(_prediction(o, "established", tied=o[0] in tied) for o in OPTIONS),
        exploratory=tuple(
            _prediction(o, "exploratory", tied=False, moved=moves.get(o[0], 0.0)) for o in OPTIONS
        ),
        unranked=(("cbt", "no absolute rate after two failed trials in the tables"),),
        sentence=(
            "No clear first choice among electroconvulsive therapy, esketamine and repetitive TMS: "
            "burden and preference decide."
        ),
        weights=(("remission", 0.7), ("response", 0.3)),
        weights_source="Default weights (none were set).",
        withheld=None,
        head_to_head=_head_to_head(),
    )


def pair(
    source: str, pair: tuple[str, str], estimate: float, error: float, population: str
) -> HeadToHead:
    """Return an invented comparison; the source ends in its outcome where that is remission."""
    return HeadToHead(
        source=source,
        treatment=pair[0],
        comparator=pair[1],
        outcome="remission" if source.endswith("remission") else "response",
        estimate=estimate,
        standard_error=error,
        population=population,
        weeks=None if source.startswith("pooled") else 4.0,
        pooled=not source.startswith("shown"),
        grade="B",
        checked="recalled",
        references=("recalled",),
    )


def _head_to_head() -> tuple[HeadToHead, ...]:
    """Return trials that contradict each other, one with two outcomes, and one further down."""
    return (
        pair("itbs_remission", ("itbs", "rtms"), 0.2, 0.2, "Invented outpatients"),
        pair("itbs_response", ("itbs", "rtms"), 0.1, 0.2, "Invented outpatients"),
        pair(
            "pooled", ("ect", "esketamine"), 1.2, 0.25, "Invented inpatients, some with psychosis"
        ),
        pair("shown", ("esketamine", "ect"), 0.1, 0.4, "Invented people of five trials"),
        pair("single", ("esketamine", "ect"), 0.8, 0.2, "Invented outpatients without psychosis"),
        pair("drugs", ("venlafaxine", "mirtazapine"), -0.9, 0.3, "Invented older people"),
    )


def _made(*inputs: InputDigest) -> Provenance:
    return Provenance(inputs, "equipoise 0.1.0", (("table", "scales/scales"),))


def _measurement(
    name: str, value: float, unit: str, error: float | None, day: str, coverage: float = 1.0
) -> Measurement:
    source = SCAN_FILE if name.startswith("mri.") else PERSON_FILE
    return Measurement(name, Quantity(value, unit, error), day, coverage, (), _made(source))


def _measurements() -> tuple[NormedMeasurement, ...]:
    norm = NormUsed(
        "phq9_female_40_49", "US women, 40 to 49 years", "kroenke2001", "n/a", "checked"
    )
    crp = NormUsed("crp_female_40_49", "women, 40 to 49 years", "recalled", "n/a", "recalled")
    no_norm = "no published norm fits this circuit score"
    scores = [
        ("2024-05-06", 19.0),
        ("2024-07-15", 17.0),
        ("2024-11-04", 18.0),
        ("2025-01-10", 13.0),
    ]
    placed = [
        NormedMeasurement(
            _measurement("scales.phq9", score, "{score}", 2.16, day),
            norm,
            (score - 4) / 4.4,
            0.51,
            97.9,
            False,
            None,
        )
        for day, score in scores
    ]
    placed.append(
        NormedMeasurement(
            _measurement("blood.crp_hs", 3.4, "mg/L", 0.9, "2025-01-10"),
            crp,
            0.74,
            0.36,
            77.0,
            True,
            "age outside the group of the norm",
        )
    )
    circuits = [
        ("rest_default_mode", 0.312, 0.94),
        ("rest_salience", 0.187, 1.0),
        ("rest_attention", -0.041, 0.88),
    ]
    placed += [
        NormedMeasurement(
            _measurement(f"mri.{name}", value, "1", 0.071, "2025-01-08", coverage),
            None,
            None,
            None,
            None,
            False,
            no_norm,
        )
        for name, value, coverage in circuits
    ]
    return tuple(placed)


def _target() -> Target:
    return Target(
        id="mri.tms_target",
        point=(-41.0, 40.0, 29.0),
        space="MNI152NLin2009cAsym",
        side="L",
        method="strongest negative correlation with the subgenual cingulate, smoothed",
        connectivity=Quantity(-0.284, "1", 0.06),
        covariance=((9.0, 1.0, 0.0), (1.0, 7.0, 0.5), (0.0, 0.5, 6.0)),
        radius50=4.2,
        radius95=9.6,
        split_half=6.0,
        group_distance=5.8,
        group_target="dlpfc_group_target_l",
        verdict="use",
        reasons=("the halves of the scan agree within 10 mm",),
        coverage=0.97,
        date="2025-01-08",
        flags=(),
        provenance=_made(SCAN_FILE),
    )


def _trials() -> tuple[TreatmentTrial, ...]:
    return (
        TreatmentTrial(
            "citalopram",
            given(Dose(40.0, "mg/d")),
            given("2019-02"),
            given("2019-09"),
            adherence=given("good"),
            outcome=given("remission"),
            stopped_for=given("remission"),
        ),
        TreatmentTrial(
            "sertraline",
            given(Dose(150.0, "mg/d")),
            given("2024-04-10"),
            given("2024-07"),
            adherence=given("good"),
            outcome=given("no_response"),
            stopped_for=given("no_benefit"),
        ),
        TreatmentTrial(
            "venlafaxine",
            given(Dose(75.0, "mg/d")),
            given("2024-08-01"),
            given("2024-08-20"),
            adherence=given("partial"),
            outcome=unknown(),
            stopped_for=given("side_effects"),
        ),
        TreatmentTrial(
            "bupropion",
            given(Dose(300.0, "mg/d")),
            given("2024-09"),
            ongoing=given(True),
            adherence=given("good"),
            outcome=given("partial_response"),
        ),
        TreatmentTrial("cbt", sessions=given(8), outcome=given("partial_response")),
    )


def _appraised() -> tuple[TrialAppraisal, ...]:
    return (
        TrialAppraisal(
            "citalopram", "yes", "no", "no", 26.0, ("40 mg a day for at least 26 weeks",), ()
        ),
        TrialAppraisal(
            "sertraline", "yes", "yes", "yes", 11.6, ("150 mg a day for at least 11 weeks",), ()
        ),
        TrialAppraisal(
            "venlafaxine", "no", "no", "yes", 2.7, ("2 weeks, at least 6 are asked for",), ()
        ),
        TrialAppraisal(
            "bupropion", "yes", "yes", "yes", 14.8, ("300 mg a day for at least 14 weeks",), ()
        ),
        TrialAppraisal(
            "cbt",
            "cannot_tell",
            "cannot_tell",
            "cannot_tell",
            None,
            ("no dates",),
            ("start and end",),
        ),
    )


def _verdicts() -> tuple[OptionVerdict, ...]:
    stop = SafetyReason(
        "bupropion_seizure",
        "hard_stop",
        "a seizure is on record",
        "do not start",
        None,
        "recalled",
        "B",
        "recalled",
    )
    care = SafetyReason(
        "ssri_nsaid",
        "caution",
        "ibuprofen is taken: bleeding of the stomach",
        "ask about stomach bleeding; add protection",
        None,
        "recalled",
        "B",
        "recalled",
    )
    dark = SafetyReason(
        "qt",
        "cannot_tell",
        "the QTc interval is not known",
        "take an ECG",
        "QTc interval",
        "recalled",
        "B",
        "recalled",
    )
    return (
        OptionVerdict("clomipramine", "hard_stop", (stop,)),
        OptionVerdict("venlafaxine", "caution", (care,)),
        OptionVerdict("escitalopram", "caution", (care,)),
        OptionVerdict("nortriptyline", "cannot_tell", (dark,)),
        OptionVerdict("rtms", "clear", ()),
    )


def _plan() -> Plan:
    def step(order: int, action: str, why: str, treatments: tuple[str, ...], review: str) -> Step:
        return Step(
            order=order,
            action=action,
            treatments=treatments,
            why=why,
            prerequisites=("ask about metal in the head",) if order == 1 else (),
            stop_rule="Less than 20 % fall on the PHQ-9 by the review: change course.",
            review=review,
            evidence="two network analyses",
            grade="B",
            checked="recalled",
            reference="recalled",
            alternatives=("itbs", "esketamine") if order == 1 else (),
        )

    return Plan(
        phase="after_two",
        phase_title="After two adequate trials: change the kind of treatment",
        phase_reason="Two adequate trials in this episode did not help enough.",
        steps=(
            step(
                1,
                "Talk through ECT, esketamine and TMS, and choose with the person.",
                "The data do not separate them; visits, anaesthesia and speed differ.",
                ("rtms",),
                "2025-01-20",
            ),
            step(
                2,
                "Book 30 sessions of TMS at the left target, or the standard target.",
                "It is the option with the least burden among the first three.",
                ("rtms",),
                "2025-02-10",
            ),
            step(
                3,
                "Repeat the PHQ-9 every two weeks.",
                "A fall of 6 points is more than measurement error.",
                (),
                "2025-01-27",
            ),
        ),
        blocked=(
            BlockedOption("clomipramine", "Clomipramine", ("A seizure is on record.",)),
            BlockedOption("bupropion", "Bupropion", ("A seizure is on record.",)),
        ),
        still_missing=(
            "Thyroid function (TSH)",
            "QTc interval",
            "Whether the person has thoughts of ending life: asked today",
        ),
        withheld=None,
    )


def _profile() -> Profile:
    moved = {
        "inflammation": (0.61, 0.80, "blood.crp_hs"),
        "negative_affect": (0.42, 0.71, "scales.phq9"),
    }
    states = []
    for name, title in MECHANISMS:
        mean, sd, measure = moved.get(name, (0.0, 1.0, ""))
        parts = (Contribution(measure, mean),) if measure else ()
        states.append(MechanismState(name, title, mean, sd, bool(measure), parts))
    return Profile(
        mechanisms=tuple(states),
        components=tuple(name for name, _ in MECHANISMS),
        mean=tuple(s.mean for s in states),
        covariance=tuple(
            tuple(states[i].sd ** 2 if i == j else 0.0 for j in range(12)) for i in range(12)
        ),
        measures_used=("scales.phq9", "blood.crp_hs"),
        measures_set_aside=tuple(
            (f"mri.rest_{name}", "no norm") for name in ("default_mode", "salience", "attention")
        ),
        biotypes=(),
        assumption="Measures are centred on people with depression; mechanisms start independent.",
    )


def _trajectory() -> Trajectory:
    scores = [
        ("2024-05-06", 19.0),
        ("2024-07-15", 17.0),
        ("2024-11-04", 18.0),
        ("2025-01-10", 13.0),
    ]
    return Trajectory(
        measure="scales.phq9",
        points=tuple(SeriesPoint(day, score, 2.16) for day, score in scores),
        change=-6.0,
        percent_change=-31.6,
        reliable_change=6.0,
        verdict="reliable_improvement",
        words="PHQ-9 fell from 19 to 13 over 35 weeks, 6 points: a reliable change.",
        triggers=(),
        reference="recalled",
    )


def _timeline() -> Timeline:
    return Timeline(
        label="01",
        demographics=Demographics(given("female"), given(43.0)),
        episode=Episode(given("F33.2"), given("2024-03"), given(3), given(("anxious_distress",))),
        treatments=given(_trials()),
        findings=given((Finding("suicidal_plan", "absent", given("2025-01-10")),)),
        notice="Invented person.",
        sources=(PERSON_FILE,),
    )


def _checks() -> tuple[CheckItem, ...]:
    return (
        CheckItem(
            "bipolar",
            "Bipolar disorder",
            "clear",
            "no mania on record, 10 January 2025",
            "",
            "recalled",
        ),
        CheckItem("thyroid", "Thyroid disease", "not_checked", "", "Take TSH.", "recalled"),
        CheckItem(
            "alcohol",
            "Alcohol",
            "abnormal",
            "AUDIT-C 6, 10 January 2025",
            "Take a drinking history.",
            "recalled",
        ),
    )


def full() -> Dossier:
    """The person of a worked example: everything there."""
    return Dossier(
        label="01",
        date=TODAY,
        seed=20240601,
        version="0.1.0",
        tables_digest="ab" * 32,
        notices=(NOTICE,),
        timeline=_timeline(),
        measurements=_measurements(),
        targets=(_target(),),
        not_measured=(
            NotMeasured("eeg.alpha_asymmetry", "no EEG recording was given"),
            NotMeasured("genes.cyp2c19", "no genotype was given"),
        ),
        profile=_profile(),
        appraisal=Appraisal(
            _checks(),
            _appraised(),
            Stage(2, 3, 2, True, "One trial cannot be judged: its dates are missing."),
            (),
            _verdicts(),
        ),
        decision=_decision({"escitalopram": -0.018, "venlafaxine": 0.012}),
        plan=_plan(),
        trajectories=(_trajectory(),),
        acknowledged_by=None,
    )


def empty() -> Dossier:
    """A person of whom nothing is known."""
    base = full()
    states = tuple(MechanismState(i, t, 0.0, 1.0, False, ()) for i, t in MECHANISMS)
    reasons = [
        ("scales.phq9", "no answers were given"),
        ("blood.crp_hs", "no laboratory value was given"),
        ("mri.rest_default_mode", "no resting scan was given"),
        ("mri.rest_salience", "no resting scan was given"),
        ("mri.rest_attention", "no resting scan was given"),
        ("mri.tms_target", "no resting scan was given"),
    ]
    decision = _decision({})
    return dataclasses.replace(
        base,
        notices=(),
        timeline=Timeline("01"),
        measurements=(),
        targets=(),
        not_measured=tuple(NotMeasured(i, why) for i, why in reasons),
        profile=dataclasses.replace(
            base.profile,
            mechanisms=states,
            mean=(0.0,) * 12,
            measures_used=(),
            measures_set_aside=(),
        ),
        appraisal=Appraisal(
            (), (), Stage(0, 0, 0, False, "No treatment history was recorded."), (), ()
        ),
        decision=dataclasses.replace(decision, stage=0),
        plan=dataclasses.replace(base.plan, steps=(), blocked=(), phase_title="Assess first"),
        trajectories=(),
    )


def watch() -> Dossier:
    """Passive thoughts of death: a banner, and the ranking stays."""
    flag = RedFlag(
        "passive_thoughts",
        "Passive thoughts of death",
        "watch",
        "PHQ-9 item 9 = 1 on 10 January 2025",
        (
            PathwayStep(
                "Ask openly about thoughts, plan and intent.", "clinician", "today", "recalled", "B"
            ),
            PathwayStep(
                "Make or renew a safety plan.",
                "clinician with the person",
                "today",
                "recalled",
                "B",
            ),
        ),
    )
    base = full()
    return dataclasses.replace(
        base, appraisal=dataclasses.replace(base.appraisal, red_flags=(flag,))
    )


def emergency() -> Dossier:
    """A suicidal plan: the urgent pathway, no ranking.

    The decision is left filled on purpose: the report must hide it by the flag alone.
    """
    flag = RedFlag(
        "suicidal_plan",
        "Suicidal plan",
        "emergency",
        "finding suicidal_plan present on 10 January 2025",
        (
            PathwayStep(
                "Do not leave the person alone.", "whoever is there", "now", "recalled", "B"
            ),
            PathwayStep(
                "Emergency psychiatric assessment.", "clinician on call", "today", "recalled", "B"
            ),
        ),
    )
    base = watch()
    flags = (*base.appraisal.red_flags, flag)
    return dataclasses.replace(base, appraisal=dataclasses.replace(base.appraisal, red_flags=flags))


def released() -> Dossier:
    """The same emergency, released by a named clinician."""
    return dataclasses.replace(emergency(), acknowledged_by="Dr A. Example")


def long_names() -> Dossier:
    """Names of 300 characters, and names that look like markup."""
    base = full()
    long, markup = "Verylongname" * 25, "<script>alert('x')</script>&\"<b>"
    first, second, *rest = base.decision.predictions
    predictions = (
        dataclasses.replace(first, title=long),
        dataclasses.replace(second, title=markup),
        *rest,
    )
    trials = (*_trials(), TreatmentTrial(markup, given(Dose(1.0, markup)), given("2024-12")))
    return dataclasses.replace(
        base,
        label=f"{markup}{long}",
        notices=(NOTICE, markup),
        timeline=dataclasses.replace(base.timeline, treatments=given(trials)),
        not_measured=(NotMeasured(markup, long), NotMeasured(long, markup)),
        decision=dataclasses.replace(base.decision, predictions=predictions, sentence=markup),
        plan=dataclasses.replace(base.plan, still_missing=(markup, long)),
    )


def forty_options() -> Dossier:
    """Forty options, thirty of them tied, and a history of twelve years."""
    base = full()
    options = [
        (f"drug_{k:02d}", f"Invented drug {k:02d}", 0.42 - 0.004 * k, 0.06, "B", 0.025)
        for k in range(40)
    ]
    trials = tuple(
        TreatmentTrial(
            f"drug_{k:02d}",
            given(Dose(20.0, "mg/d")),
            given(f"{2013 + k}-03"),
            given(f"{2013 + k}-11"),
        )
        for k in range(12)
    )
    return dataclasses.replace(
        base,
        timeline=dataclasses.replace(base.timeline, treatments=given(trials)),
        appraisal=dataclasses.replace(base.appraisal, trials=()),
        decision=dataclasses.replace(
            base.decision,
            predictions=tuple(
                _prediction(o, "established", tied=k < 30) for k, o in enumerate(options)
            ),
            exploratory=(),
        ),
    )


def many_kinds() -> Dossier:
    """Fifty-five real options with invented numbers, thirty of them tied, of all kinds.

    What is first least often has the highest utility here, to tell the two apart.
    """
    base = full()
    rows = [row for row in load_table("treatments/treatments") if row.text("kind") != "comparator"]
    options = [
        (row.text("id"), row.text("title"), 0.60 - 0.008 * k, 0.06, "AB"[k % 2], (k + 1) / 1540)
        for k, row in enumerate(rows[:55])
    ]
    predictions = tuple(_prediction(o, "established", tied=k < 30) for k, o in enumerate(options))
    tied = sorted(predictions[:30], key=lambda p: p.treatment)
    names = [p.treatment for p in tied]
    many = [
        pair(f"trial_{a}_{b}", (a, b), 0.05 * k, 0.3, f"Invented people {k}")
        for k, (a, b) in enumerate(pairwise(names))
    ]
    return dataclasses.replace(
        base,
        decision=dataclasses.replace(
            base.decision,
            predictions=(*tied, *predictions[30:]),
            exploratory=(),
            sentence=f"No clear first choice among 30 of 55 options, among them {tied[0].title}.",
            head_to_head=tuple(many),
        ),
    )


def sparse() -> Dossier:
    """Nothing to rank, no error known, no such norm, a target in the person's own space."""
    base = full()
    alone = NormedMeasurement(
        _measurement("scales.phq9", 13.0, "{score}", None, "2025-01-10"),
        NormUsed("no_such_row", "somebody", "recalled", "n/a", "recalled"),
        2.0,
        None,
        None,
        True,
        None,
    )
    target = dataclasses.replace(
        _target(), space="T1w", side="R", verdict="use_with_caution", group_target="nowhere"
    )
    course = dataclasses.replace(
        _trajectory(),
        points=(SeriesPoint("2025-01-10", 13.0, None),),
        change=None,
        percent_change=None,
        reliable_change=None,
        verdict="cannot_tell",
        words="Only one PHQ-9: no change can be told.",
    )
    return dataclasses.replace(
        base,
        timeline=Timeline("01", treatments=given(())),
        measurements=(alone,),
        targets=(target,),
        not_measured=(),
        decision=dataclasses.replace(
            base.decision,
            predictions=(),
            exploratory=(),
            sentence="No option can be ranked: the reason stands beside each.",
        ),
        plan=dataclasses.replace(base.plan, steps=(), still_missing=()),
        profile=dataclasses.replace(base.profile, mechanisms=(), measures_used=()),
        trajectories=(course,),
    )


STATES: dict[str, Callable[[], Dossier]] = {
    "full": full,
    "empty": empty,
    "watch": watch,
    "emergency": emergency,
    "released": released,
    "long_names": long_names,
    "forty_options": forty_options,
    "many_kinds": many_kinds,
    "sparse": sparse,
}


def build(state: str) -> Dossier:
    """Return the dossier of one of the `STATES`."""
    return STATES[state]()


def _write(folder: Path) -> None:
    from equipoise.apps.report import render

    folder.mkdir(parents=True, exist_ok=True)
    for state in STATES:
        (folder / f"{state}.html").write_text(render(build(state)), encoding="utf-8")


if __name__ == "__main__":
    _write(Path(sys.argv[1]))
