"""The rule tables are sound, and name only what exists."""

from __future__ import annotations

import pytest

from equipoise.appraise.drug_use import read_catalogue
from equipoise.core.tables import Row, load_table, problems

TABLES = [
    "checks/checks",
    "contraindications/contraindications",
    "contraindications/implants",
    "contraindications/sites",
    "doses/answers",
    "doses/doses",
    "doses/sessions",
    "contraindications/qt_classes",
    "contraindications/qt_factors",
    "doses/limits",
    "doses/organs",
    "drugs/drugs",
    "drugs/kin",
    "genes/alleles",
    "genes/conversions",
    "genes/inhibitors",
    "genes/phenotypes",
    "genes/rules",
    "interactions/interactions",
    "interactions/washouts",
    "red_flags/crisis",
    "red_flags/findings",
    "red_flags/pathways",
    "red_flags/red_flags",
]
QUESTIONS = ["checks/checks", "contraindications/contraindications", "red_flags/red_flags"]


def _ids(table: str) -> set[str]:
    return {row.text("id") for row in load_table(table)}


def _names() -> set[str]:
    names = read_catalogue().names
    return set().union(*names.values()) | _ids("treatments/treatments")


@pytest.mark.parametrize("table", TABLES)
def test_table_is_sound(table: str) -> None:
    assert problems(table) == []


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("contraindications/contraindications", ("options",)),
        ("interactions/interactions", ("a", "b")),
        ("interactions/washouts", ("from", "to")),
    ],
)
def test_rules_name_known_drugs_and_groups(table: str, columns: tuple[str, ...]) -> None:
    """A slip in a name would silence a rule."""
    named = {name for row in load_table(table) for column in columns for name in row.items(column)}
    assert named - _names() == set()


@pytest.mark.parametrize("table", QUESTIONS)
def test_questions_ask_for_what_a_record_can_hold(table: str) -> None:
    for column, known in (
        ("findings", _ids("red_flags/findings")),
        ("implants", _ids("contraindications/implants")),
        ("lab", _ids("labs/labs")),
        ("scale", _ids("scales/scales")),
    ):
        asked = {name for row in load_table(table) for name in row.items(column)}
        assert asked - known == set(), column


@pytest.mark.parametrize("table", QUESTIONS)
def test_limits_stand_in_the_unit_of_the_laboratory(table: str) -> None:
    for row in load_table(table):
        if row.optional_text("lab") is not None:
            assert row.text("lab_unit") == load_table("labs/labs").row(id=row.text("lab")).text(
                "unit"
            )


def _dosed() -> set[str]:
    dosed = {row.text("treatment") for row in load_table("doses/doses")}
    return dosed | {row.text("treatment") for row in load_table("doses/sessions")}


def test_every_option_but_the_specialised_has_a_rule_of_adequacy() -> None:
    """By its own row, or by those of the drugs that it consists of."""
    for row in load_table("treatments/treatments"):
        if row.flag("judged") and row.text("phase") != "specialised":
            named = {row.text("id")} | {n for d in row.items("drugs") for n in _both(d)}
            assert named & _dosed(), row.where


def _both(drug: str) -> tuple[str, str]:
    return drug, f"{drug}_augmentation"


def test_every_antidepressant_has_a_dose() -> None:
    """Infusions and a herb without a standard dose are the exceptions."""
    drugs = {row.text("id") for row in load_table("drugs/drugs") if row.flag("is_antidepressant")}
    assert drugs - _dosed() == {"brexanolone", "st_johns_wort"}


def test_doses_rise_from_start_to_maximum() -> None:
    for row in load_table("doses/doses"):
        doses = [row.optional_number(column) for column in ("start", "adequacy", "maximum")]
        known = [dose for dose in doses if dose is not None]
        assert known == sorted(known), row.where


ASKED_BY: dict[str, tuple[str, ...]] = {
    "duloxetine_child_pugh": ("duloxetine_liver",),
    "agomelatine_child_pugh": ("agomelatine_liver",),
    "nefazodone_child_pugh": ("nefazodone_liver",),
    "maoi_child_pugh": ("maoi_liver",),
    "severe_child_pugh": (
        "gepirone_liver",
        "cariprazine_liver",
        "bupropion_liver_severe",
        "tca_liver",
        "buspirone_liver",
    ),
    "duloxetine_clearance": ("duloxetine_kidney",),
    "lithium_clearance": ("lithium_kidney",),
    "cariprazine_clearance": ("cariprazine_kidney",),
    "maoi_clearance": ("maoi_kidney",),
    "buspirone_clearance": ("buspirone_kidney",),
    "levomilnacipran_clearance": ("levomilnacipran_kidney",),
    "hyponatraemia_stop": ("hyponatraemia_unmeasured",),
    "duloxetine_systolic": ("duloxetine_blood_pressure",),
    "duloxetine_diastolic": ("duloxetine_blood_pressure",),
    "maoi_systolic": ("maoi_pressure_uncontrolled",),
    "maoi_diastolic": ("maoi_pressure_uncontrolled",),
    "duloxetine_alt": ("duloxetine_liver",),
    "duloxetine_ast": ("duloxetine_liver",),
    "agomelatine_alt": ("agomelatine_liver",),
    "agomelatine_ast": ("agomelatine_liver",),
    "nefazodone_alt": ("nefazodone_liver",),
    "nefazodone_ast": ("nefazodone_liver",),
    "maoi_alt": ("maoi_liver",),
    "maoi_ast": ("maoi_liver",),
}
"""A rule on a value, and the rule that asks for that value, or for the disease that it shows."""


def test_hard_stops_never_pass_in_silence() -> None:
    """Where the fact of a hard stop is not known, the option is not clear."""
    rules = load_table("contraindications/contraindications")
    for row in rules:
        if row.text("verdict") != "hard_stop":
            continue
        asked_by = ASKED_BY.get(row.text("id"), (row.text("id"),))
        asking = [rules.row(id=name) for name in asked_by]
        for one in asking:
            assert one.text("if_unknown") in {"cannot_tell", "caution"}, row.where
        named = {option for one in asking for option in one.items("options")}
        assert set(row.items("options")) <= named, row.where


def test_block_grade_pairs_are_hard_stops() -> None:
    for row in load_table("interactions/interactions"):
        if row.text("severity") == "X":
            assert row.text("verdict") == "hard_stop", row.where


def test_every_hard_stop_between_two_drugs_has_a_grade_for_both_taken() -> None:
    for row in load_table("interactions/interactions"):
        stops = row.text("verdict") == "hard_stop"
        assert (row.optional_text("taken_together") is not None) == stops, row.where


def test_every_flag_has_a_pathway_in_order() -> None:
    raised = {row.text("flag") for row in load_table("red_flags/red_flags")}
    raised |= {"combination_emergency", "combination_watch"}
    raised |= {row.text("flag") for row in load_table("red_flags/lowered")}
    assert {row.text("flag") for row in load_table("red_flags/pathways")} == raised
    for flag in raised:
        steps = [
            r.number("step") for r in load_table("red_flags/pathways") if r.text("flag") == flag
        ]
        assert steps == [float(n + 1) for n in range(len(steps))], flag
        assert steps, flag


def test_the_emergencies_are_those_of_the_design() -> None:
    flags = load_table("red_flags/red_flags")
    emergencies = {row.text("flag") for row in flags if row.text("level") == "emergency"}
    named = (
        "suicidal_intent suicidal_plan psychosis catatonia mania mixed_state postpartum_psychosis"
    )
    named += " delirium serotonin_toxicity lithium_toxicity"
    assert set(named.split()) <= emergencies
    assert not emergencies & {"passive_death_thoughts", "phq9_item9", "phq9_item9_often"}


def test_somebody_can_be_called_anywhere() -> None:
    crisis = load_table("red_flags/crisis")
    assert crisis.row(place="US").text("number") == "988"
    assert crisis.find(place="default") is not None


def _said(row: Row) -> str:
    return " ".join(row.cells.values()).lower()


@pytest.mark.parametrize(
    "table", ["red_flags/findings", "red_flags/red_flags", "red_flags/pathways"]
)
def test_wording(table: str) -> None:
    """No word that blames, and no method, in what is printed about suicide."""
    for row in load_table(table):
        for word in ("commit", "gesture", "attention-seeking", "non-compliant", "refus"):
            assert word not in _said(row), row.where
