"""The controls of the hazard log, each tried on whole records through the whole pipeline."""

from __future__ import annotations

import copy
import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from equipoise import appraise, ingest, pipeline
from equipoise.apps import session
from equipoise.apps.outputs import person_files, study_files
from equipoise.apps.summary import summary
from equipoise.core.errors import InputError, RecordError, UnitError
from equipoise.core.nouns import Appraisal, Dossier, NotMeasured, Recording, Timeline
from equipoise.core.steps import NoStore
from equipoise.core.tables import load_table, tables_digest, use_site

TODAY = "2026-03-02"
RECORD: dict[str, Any] = {
    "schema_version": "1.0",
    "label": "07",
    "notice": "invented person",
    "demographics": {"sex": "female", "age_years": 38},
    "episode": {"diagnosis": "F33.1", "onset": "2025-06", "number": 2},
    "treatments": [
        {
            "treatment": "sertraline",
            "dose": 150,
            "unit": "mg/d",
            "start": "2025-07-01",
            "stop": "2025-10-15",
            "adherence": "good",
            "outcome": "no_response",
            "stopped_for": "no_benefit",
        }
    ],
    "drugs": [],
    "conditions": [],
    "implants": [],
    "pregnancy": {"status": "not_pregnant", "date": "2026-03-01"},
    "labs": [{"test": "crp_hs", "value": 2.0, "unit": "mg/L", "date": "2026-02-20"}],
    "scales": [{"scale": "phq9", "date": "2026-03-02", "items": [2, 2, 2, 2, 1, 2, 1, 0, 0]}],
    "findings": [],
}
BARE = dict.fromkeys(set(RECORD) - {"schema_version", "label"})  # leaves out all but the label
FINDINGS = tuple(row.text("id") for row in load_table("red_flags/findings"))
EMERGENCIES = (
    "suicidal_intent",
    "suicidal_plan",
    "psychosis",
    "catatonia",
    "mania",
    "postpartum_psychosis",
    "delirium",
    "serotonin_toxicity",
    "lithium_toxicity",
)

Read = Callable[..., Timeline]
Run = Callable[..., Dossier]
Judge = Callable[..., Appraisal]


def _findings(status: str, *names: str) -> list[dict[str, str]]:
    """Return every finding as absent, and those named with `status`."""
    return [
        {"finding": f, "status": status if f in names else "absent", "date": TODAY}
        for f in FINDINGS
    ]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that reads the record with some keys changed; None leaves a key out."""

    def run(**changes: Any) -> Timeline:
        record = {k: v for k, v in (RECORD | changes).items() if v is not None}
        path = tmp_path / "sub-07_person.yaml"
        path.write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
        return ingest.read_person(path, today=TODAY)

    return run


@pytest.fixture
def run(read: Read) -> Run:
    """Return a function that takes the changed record through the pipeline."""

    def go(acknowledged_by: str | None = None, **changes: Any) -> Dossier:
        settings = pipeline.RunSettings(TODAY, pipeline.default_seed(), acknowledged_by)
        return pipeline.run_person(read(**changes), settings, store=NoStore())

    return go


@pytest.fixture
def judge(read: Read) -> Judge:
    """Return a function that appraises the changed record, without the rest of the pipeline."""

    def go(**changes: Any) -> Appraisal:
        return appraise.appraise(read(**changes), today=TODAY)

    return go


def _verdicts(appraisal: Appraisal) -> dict[str, str]:
    return {v.treatment: v.verdict for v in appraisal.verdicts}


def _texts(dossier: Dossier) -> dict[str, str]:
    return {**person_files(dossier), "summary": summary(dossier)}


def _words(html: str) -> str:
    """Return the text that a reader sees, without styles and marks."""
    body = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


# --- danger --------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [1, 2, 3])
@pytest.mark.parametrize("others", [0, 1, 3])
def test_item_9_raises_a_flag_at_every_total(run: Run, answer: int, others: int) -> None:
    scales = [{"scale": "phq9", "date": TODAY, "items": [others] * 8 + [answer]}]
    flags = run(scales=scales).appraisal.red_flags
    assert flags
    assert all(flag.pathway for flag in flags)


def test_an_unanswered_item_9_is_not_a_zero(run: Run) -> None:
    scales = [{"scale": "phq9", "date": TODAY, "items": [1] * 8 + ["unknown"]}]
    dossier = run(scales=scales)
    (reason,) = (n.reason for n in dossier.not_measured if n.id == "scales.phq9")
    assert "item 9" in reason


@pytest.mark.parametrize("finding", EMERGENCIES)
def test_emergencies_withhold_the_ranking(run: Run, finding: str) -> None:
    dossier = run(findings=_findings("present", finding))
    assert dossier.appraisal.emergency
    assert dossier.decision.predictions == ()
    assert dossier.decision.exploratory == ()
    assert dossier.decision.withheld
    assert dossier.plan.withheld
    assert all(flag.pathway for flag in dossier.appraisal.red_flags)


def test_mania_withholds_the_ranking(run: Run) -> None:
    assert run(findings=_findings("present", "mania")).decision.predictions == ()


def test_a_named_clinician_releases_the_plan(run: Run) -> None:
    dossier = run("Dr Example", findings=_findings("present", "psychosis"))
    assert dossier.acknowledged_by == "Dr Example"
    assert dossier.decision.predictions
    assert dossier.appraisal.red_flags


def test_safety_stands_first(run: Run) -> None:
    dossier = run(findings=_findings("present", "suicidal_plan"))
    (title, *_) = (flag.title for flag in dossier.appraisal.red_flags)
    lines = summary(dossier).splitlines()
    assert lines.index("SAFETY") < lines.index("ANSWER")
    html = person_files(dossier)["sub-07.html"]
    first, second, *_ = re.findall(r'<section[^>]* id="([a-z]+)"', html)
    assert first == "safety"
    safety = html[html.index('id="safety"') : html.index(f'<section id="{second}"')]
    assert title in _words(safety)


def test_no_output_rates_the_risk_of_suicide(run: Run) -> None:
    rating = re.compile(
        r"(low|moderate|medium|high|elevated)[ -](suicide |suicidal )?risk (of|for) suicide"
        r"|(low|moderate|medium|high) suicid\w+ risk|suicide risk (score|level|class|:)"
        r"|(probability|chance|likelihood) of (suicide|a suicide)",
        re.IGNORECASE,
    )
    for flagged in ((), ("suicidal_plan",), ("passive_death_thoughts",)):
        for name, text in _texts(run(findings=_findings("present", *flagged))).items():
            assert not rating.search(_words(text) if name.endswith("html") else text), name


# --- what was not asked --------------------------------------------------------------------


def _stopped_by(judge: Judge, finding: str) -> set[str]:
    """Return the options that `finding` alone stops, where everything else is absent."""
    before = _verdicts(judge(findings=_findings("absent")))
    after = _verdicts(judge(findings=_findings("present", finding)))
    return {option for option in after if after[option] == "hard_stop" != before[option]}


def _clear(appraisal: Appraisal) -> set[str]:
    return {option for option, verdict in _verdicts(appraisal).items() if verdict == "clear"}


@pytest.mark.parametrize("finding", FINDINGS)
def test_an_unknown_answer_never_clears_an_option(judge: Judge, finding: str) -> None:
    stopped = _stopped_by(judge, finding)
    assert not stopped & _clear(judge(findings=_findings("unknown", finding)))


def test_what_nobody_asked_clears_nothing_that_it_could_stop(judge: Judge) -> None:
    stopped = {option for finding in FINDINGS for option in _stopped_by(judge, finding)}
    assert "bupropion" in stopped
    assert not stopped & _clear(judge(findings=None, conditions=None))


def test_a_missing_fact_is_never_clear(run: Run) -> None:
    dossier = run(findings=None, conditions=None, drugs=None, implants=None, pregnancy=None)
    unclear = [v for v in dossier.appraisal.verdicts if v.verdict == "cannot_tell"]
    assert unclear
    assert all(any(r.missing for r in v.reasons) for v in unclear)
    assert dossier.plan.still_missing


def _check(appraisal: Appraisal, part: str) -> set[str]:
    found: set[str] = {c.status for c in appraisal.diagnosis_check if part in c.id}
    assert found, part
    return found


def test_mania_not_asked_is_not_clear(judge: Judge) -> None:
    assert _check(judge(findings=None), "bipolar") == {"not_checked"}


def test_an_organic_check_that_was_not_made_is_not_clear(judge: Judge) -> None:
    assert _check(judge(labs=[]), "thyroid") == {"not_checked"}


def test_pregnancy_not_asked_is_not_clear(run: Run) -> None:
    dossier = run(findings=_findings("absent"), pregnancy=None)
    verdicts = _verdicts(dossier.appraisal)
    assert {verdicts[option] for option in ("paroxetine", "ect", "rtms")} == {"cannot_tell"}
    assert verdicts["lithium_augmentation"] != "clear"
    assert any("pregnancy" in fact for fact in dossier.plan.still_missing)


def test_stimulation_is_never_clear_while_implants_are_unknown(judge: Judge) -> None:
    findings = _findings("absent")
    none, not_asked = judge(findings=findings), judge(findings=findings, implants=None)
    unknown = judge(findings=findings, implants="unknown")
    for option in ("rtms", "itbs"):
        assert _verdicts(none)[option] != "hard_stop"
        assert _verdicts(not_asked)[option] in {"cannot_tell", "hard_stop"}
        assert _verdicts(unknown)[option] in {"cannot_tell", "hard_stop"}


@pytest.mark.parametrize(
    ("age", "allowed"), [(17, {"hard_stop"}), (18, {"clear", "caution"}), (None, {"cannot_tell"})]
)
def test_drugs_stop_below_18(judge: Judge, age: int | None, allowed: set[str]) -> None:
    who = {"sex": "female", "age_years": age} if age is not None else {"sex": "female"}
    verdicts = _verdicts(judge(demographics=who, findings=_findings("absent")))
    assert {verdicts[option] for option in ("fluoxetine", "venlafaxine", "mirtazapine")} <= allowed


@pytest.mark.parametrize("fact", ["dose", "start", "adherence"])
def test_removing_a_fact_never_makes_a_trial_adequate(judge: Judge, fact: str) -> None:
    whole = judge().trials[0]
    assert (whole.adequate, whole.failed) == ("yes", "yes")
    trial = {k: v for k, v in RECORD["treatments"][0].items() if k != fact}
    if fact == "dose":
        del trial["unit"]
    appraisal = judge(treatments=[trial])
    assert appraisal.trials[0].adequate == "cannot_tell"
    assert appraisal.trials[0].missing
    assert appraisal.stage.count == 0


# --- drugs and units -----------------------------------------------------------------------


def test_an_unknown_drug_stops_the_run(read: Read) -> None:
    with pytest.raises(RecordError, match="sertraline"):
        read(drugs=[{"drug": "sertralin"}])
    with pytest.raises(RecordError, match="line"):
        read(drugs=[{"drug": "the blue pill"}])


@pytest.mark.parametrize("inhibitor", ["linezolid", "tranylcypromine"])
def test_a_monoamine_oxidase_inhibitor_stops_serotonergic_options(
    judge: Judge, inhibitor: str
) -> None:
    verdicts = _verdicts(judge(drugs=[{"drug": inhibitor, "start": "2026-02-20"}]))
    assert {verdicts[option] for option in ("sertraline", "escitalopram", "venlafaxine")} == {
        "hard_stop"
    }


def test_a_drug_without_a_stop_date_is_still_taken(judge: Judge) -> None:
    long_ago = {"drug": "tranylcypromine", "start": "2023-01"}
    ended = long_ago | {"stop": "2023-06-30"}
    assert _verdicts(judge(drugs=[long_ago]))["escitalopram"] == "hard_stop"
    assert _verdicts(judge(drugs=[long_ago | {"stop": "unknown"}]))["escitalopram"] != "clear"
    assert _verdicts(judge(drugs=[ended]))["escitalopram"] != "hard_stop"


@pytest.mark.parametrize(
    "lab",
    [
        {"test": "crp_hs", "value": 2.0, "date": TODAY},
        {"test": "crp_hs", "value": 2.0, "unit": "mmol/mol", "date": TODAY},
        {"test": "crp_hs", "value": 2.0, "unit": "furlong", "date": TODAY},
        {"test": "crp_hs", "value": -1, "unit": "mg/L", "date": TODAY},
    ],
)
def test_units_are_never_guessed(read: Read, lab: dict[str, Any]) -> None:
    with pytest.raises((RecordError, UnitError), match=r"line .*labs"):
        read(labs=[lab])


@pytest.mark.parametrize("items", [[1] * 8, [1] * 10, [4] + [1] * 8, [-1] + [1] * 8])
def test_answers_that_do_not_fit_the_scale_are_refused(read: Read, items: list[int]) -> None:
    with pytest.raises(RecordError, match=r"line .*scales"):
        read(scales=[{"scale": "phq9", "date": TODAY, "items": items}])


@pytest.mark.parametrize(("missing", "measured"), [(1, True), (2, True), (3, False)])
def test_missing_items_are_never_silent(run: Run, missing: int, measured: bool) -> None:
    items = ["unknown"] * missing + [1] * (9 - missing)
    dossier = run(scales=[{"scale": "phq9", "date": TODAY, "items": items}])
    found = {m.measurement.id: m.measurement for m in dossier.measurements}
    assert ("scales.phq9" in found) == measured
    if measured:
        assert any("missing" in flag for flag in found["scales.phq9"].flags)
        assert found["scales.phq9"].coverage < 1


@pytest.mark.parametrize("date", ["03/04/2026", "2026-13-01", "2 March 2026", "2027-01-01"])
def test_ambiguous_dates_are_refused(read: Read, date: str) -> None:
    lab = copy.deepcopy(RECORD["labs"][0]) | {"date": date}
    with pytest.raises(RecordError, match="date"):
        read(labs=[lab])


def test_a_record_of_another_person_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "sub-08" / "clinical"
    folder.mkdir(parents=True)
    (tmp_path / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.10.0"}')
    path = folder / "sub-08_person.yaml"
    path.write_text(yaml.safe_dump(RECORD, sort_keys=False), encoding="utf-8")
    with pytest.raises(InputError, match="names another person"):
        session.read_participant(tmp_path, "08", today=TODAY)


def test_only_the_persons_own_recordings_are_found(tmp_path: Path) -> None:
    for label in ("01", "02"):
        folder = tmp_path / "derivatives" / "fmriprep" / f"sub-{label}" / "func"
        folder.mkdir(parents=True)
        stem = f"sub-{label}_task-rest_space-MNI152NLin2009cAsym"
        (folder / f"{stem}_desc-preproc_bold.nii.gz").write_bytes(b"")
        (tmp_path / f"sub-{label}").mkdir()
    (tmp_path / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.10.0"}')
    found = ingest.find_recordings(tmp_path, "02")
    assert all("sub-02" in recording.path for recording in found)


# --- what is said --------------------------------------------------------------------------


def test_a_person_without_data_gets_the_averages(run: Run) -> None:
    dossier = run(**BARE)
    assert dossier.measurements == ()
    assert dossier.decision.predictions
    for prediction in dossier.decision.predictions:
        assert prediction.response.mean == pytest.approx(prediction.average, abs=1e-4)
        assert prediction.shift.mean == pytest.approx(0, abs=1e-4)
        assert not prediction.better_than_average


def test_a_bare_record_gives_a_plan(run: Run) -> None:
    dossier = run(**BARE)
    assert dossier.plan.steps
    assert dossier.plan.still_missing


def test_options_that_tie_have_no_first(run: Run) -> None:
    decision = run(**BARE).decision
    tied = [p for p in decision.predictions if p.tied]
    assert len(tied) > 1
    assert [p.treatment for p in tied] == sorted(p.treatment for p in tied)
    # A long tie is counted by kind; a few of many would look like the first.
    counted = f"The data do not separate {len(tied)} of {len(decision.predictions)} options: "
    assert decision.sentence.startswith(counted)
    said = decision.sentence.split(". ")[0].lower()
    assert not any(p.title.lower() in said for p in decision.predictions)


def test_blocked_options_are_listed_with_the_reason(run: Run) -> None:
    dossier = run(drugs=[{"drug": "tranylcypromine", "start": "2026-02-01"}])
    stopped = {
        option for option, verdict in _verdicts(dossier.appraisal).items() if verdict == "hard_stop"
    }
    assert "escitalopram" in stopped
    assert not stopped & {p.treatment for p in dossier.decision.predictions}
    blocked = {option.treatment: option.reasons for option in dossier.plan.blocked}
    assert stopped <= set(blocked)
    assert all(blocked.values())


def test_without_a_norm_a_measure_moves_nothing(run: Run) -> None:
    dossier = run()
    without = {m.measurement.id for m in dossier.measurements if m.norm is None}
    assert not without & set(dossier.profile.measures_used)
    for item in dossier.measurements:
        assert (item.z is None) == (item.norm is None)
        assert item.norm is not None or item.reason


def test_a_gene_that_was_not_reported_is_not_mentioned(run: Run) -> None:
    """Drugs that act on an enzyme are named; how the person's own gene acts is not."""
    claim = re.compile(r"\b(normal|poor|intermediate|rapid)[ _]metaboli[sz]er|\*\d+/\*\d+", re.I)
    texts = _texts(run())
    assert not [name for name, text in texts.items() if claim.search(text)]


def test_follow_up_is_in_order_of_date(run: Run) -> None:
    scales = [
        {"scale": "phq9", "date": date, "items": items}
        for date, items in (
            ("2026-03-02", [1] * 8 + [0]),
            ("2025-11-01", [3] * 8 + [0]),
            ("2026-01-15", [2] * 8 + [0]),
        )
    ]
    (trajectory,) = (t for t in run(scales=scales).trajectories if t.measure == "scales.phq9")
    assert [p.date for p in trajectory.points] == ["2025-11-01", "2026-01-15", "2026-03-02"]
    assert trajectory.change == pytest.approx(8 - 24)


def test_every_file_names_its_person(run: Run) -> None:
    for name, text in _texts(run()).items():
        assert name == "summary" or name.startswith("sub-07")
        if name.endswith(".html"):
            assert "@page" in text
            assert text.count("07") > 1


def test_every_report_says_what_it_is(run: Run) -> None:
    words = _words(person_files(run())["sub-07.html"]).lower()
    assert "research software" in words
    assert "not clinically reviewed" in words
    assert "invented person" in words
    assert '"clinically_reviewed": false' in person_files(run())["sub-07/sub-07_plan.json"]


def test_reports_avoid_words_that_hurt(run: Run) -> None:
    hurting = re.compile(
        r"treatment-resistant|\b(patient|person|she|he) failed\b|\babnormal\b|poor prognosis"
        r"|will respond|\bmentally ill\b|\bfailed (to respond|treatment)",
        re.IGNORECASE,
    )
    html = person_files(run())["sub-07.html"]
    words = _words(html[: html.index('<section id="sources"')])  # titles of papers are theirs
    found = hurting.search(words)
    assert found is None, words[max(0, found.start() - 60) : found.end() + 60]


def test_every_cited_source_resolves(run: Run) -> None:
    dossier = run()
    known = {row.text("key") for row in load_table("references/references")}
    cited = {key for p in dossier.decision.predictions for key in p.references}
    cited |= {r.reference for v in dossier.appraisal.verdicts for r in v.reasons}
    cited |= {step.reference for step in dossier.plan.steps}
    assert {part.strip() for key in cited for part in key.split(";")} <= known
    assert "CITATION.md" in study_files(tuple(cited))


# --- faults --------------------------------------------------------------------------------


def test_a_changed_table_changes_the_digest(tmp_path: Path) -> None:
    use_site(None)
    before = tables_digest()
    table = load_table("hyperparameters/hyperparameters")
    folder = tmp_path / "hyperparameters"
    folder.mkdir()
    header = list(table.rows[0].cells)
    rows = ["\t".join(row.cells[c] for c in header) for row in table]
    changed = [row.replace("20240601", "20240602") for row in rows]
    assert changed != rows
    (folder / "hyperparameters.tsv").write_text("\n".join(["\t".join(header), *changed]) + "\n")
    try:
        use_site(tmp_path)
        assert tables_digest() != before
    finally:
        use_site(None)
    assert tables_digest() == before


def test_a_fault_never_ends_as_success(
    monkeypatch: pytest.MonkeyPatch, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from equipoise.apps.cli import main

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("equipoise.appraise.appraise", broken)
    with pytest.raises(SystemExit) as ended:
        main(["plan", str(root / "examples" / "person.yaml"), "--date", TODAY])
    assert ended.value.code == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "a fault of ours" in printed.err


def test_a_damaged_scan_is_named_and_nothing_else_is_lost(read: Read) -> None:
    bad = Recording("bold", "sub-07_bold.nii.gz", str(Path(__file__)), space="MNI152NLin2009cAsym")
    timeline = dataclasses.replace(read(), recordings=(bad,))
    settings = pipeline.RunSettings(TODAY, pipeline.default_seed())
    dossier = pipeline.run_person(timeline, settings, store=NoStore())
    assert all(isinstance(n, NotMeasured) and n.reason for n in dossier.not_measured)
    assert {n.id for n in dossier.not_measured if n.id.startswith("mri.")}
    assert "scales.phq9" in {m.measurement.id for m in dossier.measurements}
    assert "mri." in summary(dossier)
