"""Rows of the staging tables, each tried just below and just at its number."""

from __future__ import annotations

import pytest

from equipoise.appraise.adequacy import appraise_trials
from equipoise.appraise.dosing.limits import limits_by_treatment
from equipoise.appraise.staging import staging
from equipoise.appraise.staging.severity import severity
from equipoise.core.answers import given, not_asked, unknown
from equipoise.core.nouns import (
    Demographics,
    Dose,
    DoseLimit,
    Episode,
    GenePhenotype,
    LabResult,
    ScaleAnswers,
    StagingResult,
    Timeline,
    TreatmentTrial,
    TrialAppraisal,
)
from equipoise.core.tables import load_table

TODAY = "2025-02-01"


def _trial(drug: str, dose: float, **changes: object) -> TreatmentTrial:
    plain = {
        "dose": given(Dose(dose, "mg/d")),
        "start": given("2024-06-01"),
        "stop": given("2024-09-01"),
        "adherence": given("good"),
        "outcome": given("no_response"),
        "sessions": given(20),
    }
    return TreatmentTrial(drug, **(plain | changes))  # type: ignore[arg-type]


def _record(*trials: TreatmentTrial, **changes: object) -> Timeline:
    plain = {
        "demographics": Demographics(given("female"), given(43.0)),
        "episode": Episode(given("F33.1"), given("2024-03"), given(2)),
        "treatments": given(trials),
    }
    return Timeline("01", **(plain | changes))  # type: ignore[arg-type]


def _appraised(trial: TreatmentTrial, **changes: object) -> TrialAppraisal:
    return appraise_trials(_record(trial, **changes), today=TODAY)[0]


def _staged(timeline: Timeline) -> dict[str, StagingResult]:
    judged = appraise_trials(timeline, today=TODAY)
    return {one.id: one for one in staging(timeline, judged, today=TODAY)}


# --- levels and genes ----------------------------------------------------------------------

# Published ranges, ng/mL: the lower end decides.
LEVELS = {
    "amitriptyline": 80,
    "nortriptyline": 70,
    "imipramine": 175,
    "desipramine": 100,
    "clomipramine": 230,
    "doxepin": 50,
}


@pytest.mark.parametrize(("drug", "lowest"), LEVELS.items())
def test_a_level_of_a_tricyclic_decides(drug: str, lowest: float) -> None:
    for dose, value, adequate in ((10, lowest, "yes"), (150, lowest - 1, "no")):
        level = LabResult(f"{drug}_level", value, "ng/mL", "2024-07-01")
        trial = _trial(drug, dose, adherence=unknown())
        got = _appraised(trial, labs=given((level,)))
        assert got.dose_enough == adequate
        if adequate == "yes":
            assert (got.adequate, got.taken_regularly) == ("yes", "yes")
    without = _appraised(_trial(drug, 150))
    assert without.adequate == "yes"


def test_a_level_in_another_unit_is_converted_or_left_alone() -> None:
    """70 ng/mL of nortriptyline (263.4 g/mol) are 0.07 mg/L and 265.8 nmol/L; a sum has no mass."""
    level = LabResult("nortriptyline_level", 0.07, "mg/L", "2024-07-01")
    assert _appraised(_trial("nortriptyline", 10), labs=given((level,))).adequate == "yes"
    for amount, adequate in ((266, "yes"), (265, "no")):
        moles = LabResult("nortriptyline_level", amount, "nmol/L", "2024-07-01")
        assert _appraised(_trial("nortriptyline", 10), labs=given((moles,))).adequate == adequate
    both = LabResult("amitriptyline_level", 400, "nmol/L", "2024-07-01")
    assert _appraised(_trial("amitriptyline", 10), labs=given((both,))).adequate == "no"


@pytest.mark.parametrize(
    ("parent", "metabolite", "day", "adequate"),
    [(45, 40, "2024-07-01", "yes"), (45, 30, "2024-07-01", "no"), (45, 40, "2024-07-02", "no")],
)
def test_drug_and_metabolite_of_one_day_decide_together(
    parent: float, metabolite: float, day: str, adequate: str
) -> None:
    """The range of amitriptyline, from 80 ng/mL, holds for it and nortriptyline together."""
    labs = (
        LabResult("amitriptyline_parent_level", parent, "ng/mL", "2024-07-01"),
        LabResult("nortriptyline_level", metabolite, "ng/mL", day),
    )
    assert _appraised(_trial("amitriptyline", 10), labs=given(labs)).dose_enough == adequate


@pytest.mark.parametrize(
    ("comparator", "value", "dose", "adequate"),
    [
        ("<", 50, 150, "no"),
        ("<", 70, 150, "no"),
        ("<", 90, 150, "yes"),
        ("<", 90, 10, "no"),
        (">", 200, 10, "yes"),
        (">", 50, 10, "no"),
    ],
)
def test_a_limit_in_place_of_a_level_decides_only_where_it_tells(
    comparator: str, value: float, dose: float, adequate: str
) -> None:
    """Needed are 70 ng/mL; where the limit leaves it open, the dose decides."""
    level = LabResult("nortriptyline_level", value, "ng/mL", "2024-07-01", comparator=comparator)
    got = _appraised(_trial("nortriptyline", dose), labs=given((level,)))
    assert got.dose_enough == adequate


@pytest.mark.parametrize(
    ("age", "comparator", "value", "adequate"),
    [
        (70, "<", 0.5, "cannot_tell"),
        (70, "<", 0.3, "no"),
        (70, "<", 0.4, "no"),
        (40, "<", 0.5, "no"),
        (40, "<", 0.6, "no"),
        (40, ">", 0.5, "cannot_tell"),
        (40, ">", 0.6, "yes"),
    ],
)
def test_a_limit_of_lithium_at_any_age(
    age: float, comparator: str, value: float, adequate: str
) -> None:
    """Needed are 0.6 mmol/L, from 65 years 0.4."""
    level = LabResult("lithium_level", value, "mmol/L", "2024-07-01", comparator=comparator)
    who = Demographics(age_years=given(float(age)))
    got = _appraised(_trial("lithium_augmentation", 900), labs=given((level,)), demographics=who)
    assert got.dose_enough == adequate


@pytest.mark.parametrize(
    ("parent", "metabolite", "dose", "adequate"),
    [
        (("<", 20), ("<", 20), 150, "no"),
        (("", 90), (">", 5), 10, "yes"),
        (("<", 60), ("", 40), 150, "yes"),
        (("<", 60), (">", 100), 10, "no"),
    ],
)
def test_a_limit_in_a_sum_decides_only_where_it_tells(
    parent: tuple[str, float], metabolite: tuple[str, float], dose: float, adequate: str
) -> None:
    """Needed are 80 ng/mL together; where the limits leave it open, the dose decides."""
    tests = ("amitriptyline_parent_level", "nortriptyline_level")
    labs = tuple(
        LabResult(test, value, "ng/mL", "2024-07-01", comparator=sign or None)
        for test, (sign, value) in zip(tests, (parent, metabolite), strict=True)
    )
    assert _appraised(_trial("amitriptyline", dose), labs=given(labs)).dose_enough == adequate


def test_an_exact_level_counts_before_a_limit() -> None:
    labs = (
        LabResult("lithium_level", 0.6, "mmol/L", "2024-07-01"),
        LabResult("lithium_level", 0.6, "mmol/L", "2024-07-08", comparator="<"),
    )
    got = _appraised(_trial("lithium_augmentation", 900), labs=given(labs))
    assert got.dose_enough == "yes"


def test_a_dose_under_a_limit_that_may_not_hold_is_not_surely_enough() -> None:
    """Desvenlafaxine 25 mg is enough below a clearance of 30; "<51" does not tell."""
    for sign, value, adequate in (("<", 30, "yes"), ("<", 51, "cannot_tell"), (">", 30, "no")):
        lab = LabResult("creatinine_clearance", value, "mL/min", "2025-01-20", comparator=sign)
        running = _trial("desvenlafaxine", 25, stop=not_asked(), ongoing=given(True))
        timeline = _record(running, labs=given((lab,)))
        limits = limits_by_treatment(timeline, today=TODAY)
        got = appraise_trials(timeline, today=TODAY, limits=tuple(limits.values()))[0]
        assert got.dose_enough == adequate


def test_a_level_against_the_word_about_adherence_leaves_it_open() -> None:
    level = LabResult("nortriptyline_level", 100, "ng/mL", "2024-07-01")
    trial = _trial("nortriptyline", 100, adherence=given("poor"))
    got = _appraised(trial, labs=given((level,)))
    assert (got.adequate, got.taken_regularly) == ("cannot_tell", "cannot_tell")
    assert any("yet its level enough" in text for text in got.missing)


# Guideline of the CPIC: drugs that an ultrarapid metaboliser clears before they act.
FAST = [
    ("citalopram", "CYP2C19", 20),
    ("escitalopram", "CYP2C19", 20),
    ("paroxetine", "CYP2D6", 40),
    ("vortioxetine", "CYP2D6", 20),
    ("nortriptyline", "CYP2D6", 100),
    ("desipramine", "CYP2D6", 150),
    *(
        (drug, gene, 150)
        for drug in ("amitriptyline", "clomipramine", "doxepin", "imipramine", "trimipramine")
        for gene in ("CYP2D6", "CYP2C19")
    ),
]


@pytest.mark.parametrize(("drug", "gene", "dose"), FAST)
def test_in_an_ultrarapid_metaboliser_the_dose_does_not_tell(
    drug: str, gene: str, dose: float
) -> None:
    record = _record(_trial(drug, dose))
    for phenotype, adequate in (("Ultrarapid metabolizer", "cannot_tell"), ("Normal", "yes")):
        genes = (GenePhenotype(gene, "", phenotype, phenotype, (), "cpic"),)
        (got,) = appraise_trials(record, today=TODAY, genes=genes)
        assert got.adequate == adequate
    fast = (GenePhenotype(gene, "", "ultrarapid_metabolizer", None, (), "cpic"),)
    low = _record(_trial(drug, 1))
    assert appraise_trials(low, today=TODAY, genes=fast)[0].adequate == "no"


def test_every_row_of_levels_and_genes_is_tried() -> None:
    rows = [row for row in load_table("labs/levels") if row.flag("counts_for_adequacy")]
    levels = {row.text("treatment") for row in rows}
    genes = {(row.text("drug"), row.text("gene")) for row in load_table("staging/metabolism")}
    assert levels == set(LEVELS)
    assert genes == {(drug, gene) for drug, gene, _ in FAST}


# --- the person's own limit ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("ongoing", "dose", "adequate"),
    [(True, 30, "yes"), (True, 29, "no"), (False, 30, "cannot_tell"), (False, 29, "no")],
)
def test_a_lower_own_limit_counts_for_what_is_taken_now(
    ongoing: bool, dose: float, adequate: str
) -> None:
    """Duloxetine 40 mg is the least dose; somebody who may have 30 at most has had enough at 30."""
    stop = unknown() if ongoing else given("2024-09-01")
    trial = _trial("duloxetine", dose, stop=stop, ongoing=given(ongoing))
    limit = DoseLimit(
        "duloxetine", "mg/d", 30, 30, 30, ("kidney below 30 (eGFR 25; some_key)",), (), "recalled"
    )

    (got,) = appraise_trials(_record(trial), today=TODAY, limits=(limit,))
    assert got.adequate == adequate
    assert not any("_" in text for text in (*got.reasons, *got.missing))


def test_the_source_of_the_threshold_is_shown() -> None:
    got = _appraised(_trial("sertraline", 150))
    assert "dose 150 mg/d, needed 50 (usual minimum effective dose)" in got.reasons


# --- Maudsley: severity and points by hand ---------------------------------------------------

SEVERITY = [
    *((f"{f}.{n}", level) for f in ("F32", "F33") for n, level in (
        ("0", "mild"), ("1", "moderate"), ("2", "severe"), ("3", "psychotic"))),
    ("F32.4", "subsyndromal"),
    ("F32.5", "subsyndromal"),
    ("F33.4", "subsyndromal"),
    ("F33.41", "subsyndromal"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "level"), SEVERITY)
def test_severity_by_code(code: str, level: str) -> None:
    sure, most, _ = severity(_record(episode=Episode(given(code))))
    assert (sure, most) == (level, level)


@pytest.mark.parametrize(
    ("scale", "lowest"),
    [
        ("hamd17", (0, 8, 17, 24)),
        ("madrs", (0, 7, 20, 35)),
        ("qids_sr16", (0, 6, 11, 16)),
        ("qids_c16", (0, 6, 11, 16)),
        ("phq9", (0, 5, 10, 20)),
    ],
)
def test_severity_by_scale(scale: str, lowest: tuple[int, ...]) -> None:
    levels = ("subsyndromal", "mild", "moderate", "severe")
    for start, level, before in zip(lowest, levels, (None, *levels), strict=False):
        for total, wanted in ((start, level), (start - 1, before)):
            if wanted is None:
                continue
            taken = (ScaleAnswers(scale, "2025-01-10", (), total=float(total)),)
            record = _record(episode=Episode(given("F33.9")), scales=given(taken))
            assert severity(record)[0] == wanted


@pytest.mark.parametrize(
    ("drugs", "points"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4), (10, 4), (11, 5)]
)
def test_points_for_antidepressants(drugs: int, points: int) -> None:
    """1 for up to 12 months and 3 for moderate stand beside them."""
    names = ["sertraline", "venlafaxine", "mirtazapine", "bupropion", "fluoxetine", "paroxetine"]
    names += ["duloxetine", "citalopram", "escitalopram", "nortriptyline", "desipramine"]
    trials = [_trial(name, 1000) for name in names[:drugs]]
    assert _staged(_record(*trials))["maudsley"].score == 4 + points


# --- classes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("drug", "dose"),
    [
        ("venlafaxine", 150),
        ("mirtazapine", 30),
        ("bupropion", 300),
        ("trazodone", 300),
        ("reboxetine", 8),
        ("vortioxetine", 20),
        ("agomelatine", 50),
        ("moclobemide", 600),
        ("gepirone", 72.6),
        ("dextromethorphan_bupropion", 2),
        ("esketamine", 84),
        ("zuranolone", 50),
        ("st_johns_wort", 900),
        ("tianeptine", 37.5),
        ("nortriptyline", 100),
        ("phenelzine", 60),
    ],
)
def test_a_drug_of_another_class_makes_stage_two(drug: str, dose: float) -> None:
    other = _staged(_record(_trial("sertraline", 100), _trial(drug, dose)))["thase_rush"]
    assert other.at_most == "II"


def test_two_drugs_of_one_class_do_not() -> None:
    both = _staged(_record(_trial("sertraline", 100), _trial("escitalopram", 20)))
    assert both["thase_rush"].at_most == "I"


def test_every_class_of_antidepressants_is_tried() -> None:
    classes = {row.text("drug_class") for row in load_table("staging/classes")}
    used = {
        row.text("class")
        for row in load_table("drugs/drugs")
        if row.cells["is_antidepressant"] == "true"
    }
    assert used <= classes


# --- reasons ---------------------------------------------------------------------------------


def test_points_name_the_trial_they_come_from() -> None:
    told = _staged(_record(_trial("sertraline", 200)))
    assert told["mgh"].reasons == (
        "1: no response to an adequate trial, sertraline (2024-06-01 to 2024-09-01)",
        "0.5: dose optimised, sertraline (2024-06-01 to 2024-09-01)",
    )
    assert told["thase_rush"].reasons == ("SSRI: sertraline (2024-06-01 to 2024-09-01)",)


def test_what_is_open_names_what_would_settle_it() -> None:
    told = _staged(_record(_trial("sertraline", 50, adherence=unknown())))
    for name in ("thase_rush", "mgh", "athf_sf"):
        assert told[name].missing == ("how regularly sertraline was taken",)
