"""On the command line: an emergency leaves the clinic by a clinician's name or not at all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from equipoise.apps.cli import main
from equipoise.apps.report.readers.crisis import call_lines
from equipoise.apps.report.sections.crisis import crisis_lines
from equipoise.apps.report.wording import tell
from equipoise.core.tables import load_shipped, use_site
from tests.apps.conftest import Run
from tests.apps.report.people import DATE, EXAMPLES, dossier_of

HEADS = load_shipped("red_flags/crisis").header
CLINIC = load_shipped("red_flags/crisis_clinic").header


@pytest.fixture
def shipped_again() -> Iterator[None]:
    yield
    use_site(None)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the run of an emergency, never to be changed."""
    out = tmp_path_factory.mktemp("urgent")
    person = str(EXAMPLES / "emergency.yaml")
    with pytest.raises(SystemExit) as caught:
        main(["plan", person, "--date", DATE, "--out", str(out)])
    assert not caught.value.code
    return out


@pytest.fixture
def out(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of the run."""
    return Path(shutil.copytree(finished, tmp_path / "out"))


def site_of(folder: Path, *rows: dict[str, str], clinic: dict[str, str] | None = None) -> Path:
    """Write the crisis numbers of a site."""
    usual = {
        "number": "n/a",
        "hours": "day and night",
        "language": "local",
        "population": "anyone",
        "reference": "equipoise_method",
        "as_of": "2026-01",
        "grade": "n/a",
        "checked": "checked",
        "confidence": "high",
    }
    (folder / "red_flags").mkdir(parents=True, exist_ok=True)
    lines = [HEADS, *([(usual | row)[head] for head in HEADS] for row in rows)]
    _write(folder / "red_flags" / "crisis.tsv", lines)
    if clinic is not None:
        absent = dict.fromkeys(CLINIC, "n/a") | usual | {"id": "clinic", "hours": "n/a"}
        _write(
            folder / "red_flags" / "crisis_clinic.tsv",
            [CLINIC, [(absent | clinic)[head] for head in CLINIC]],
        )
    return folder


def _write(path: Path, lines: Sequence[Sequence[str]]) -> None:
    path.write_text("".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")


def pages(out: Path) -> list[str]:
    """Return the names of the pages of patient and family."""
    own = ("patient", "family")
    return sorted(p.name for of in own for p in out.glob(f"*_desc-{of}_report.html"))


@pytest.mark.parametrize("reader", ["patient", "family", "all"])
def test_an_emergency_is_not_printed_unseen(run: Run, out: Path, reader: str) -> None:
    code, said, err = run("report", out, "--for", reader)
    assert code == 2
    assert not said
    assert "--released-by NAME" in err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert not pages(out), "nothing half-written"


@pytest.mark.parametrize("name", ["", "   ", "Dr A\nsub-15 all well", "x" * 101, "Dr\x1b[31m"])
def test_what_is_no_name_releases_nothing(run: Run, out: Path, name: str) -> None:
    code, _, err = run("report", out, "--for", "patient", "--released-by", name)
    assert code == 2
    assert "--released-by" in err
    assert err.count("\n") == 1
    assert not pages(out)


def test_a_named_clinician_hands_it_over_and_the_log_says_so(run: Run, out: Path) -> None:
    code, _, err = run(
        "report", out, "--for", "patient", "--for", "family", "--released-by", "Dr Ada Kahn"
    )
    assert code == 0, err
    assert pages(out) == ["sub-15_desc-family_report.html", "sub-15_desc-patient_report.html"]
    log = (out / "logs" / "equipoise.log").read_text(encoding="utf-8")
    assert "sub-15 page for patient released by Dr Ada Kahn" in log
    assert "sub-15 page for family released by Dr Ada Kahn" in log
    for value in ("suicid", "intent", "F33", "phq9", "escitalopram"):
        assert value not in log


def test_an_emergency_keeps_nobody_else_from_their_pages(run: Run, out: Path) -> None:
    person = EXAMPLES / "three_failed.yaml"
    assert run("plan", person, "--date", DATE, "--out", out)[0] == 0
    before = {path: path.read_bytes() for path in out.glob("sub-15*.html")}
    code, said, err = run("report", out, "--for", "all")
    assert code == 2
    assert err.startswith("equipoise: sub-15 --for patient: an emergency flag stands")
    assert err.count("\n") == 1
    assert len(said.splitlines()) == 6
    assert "sub-15" not in said
    assert pages(out) == ["sub-12_desc-family_report.html", "sub-12_desc-patient_report.html"]
    assert {path: path.read_bytes() for path in out.glob("sub-15*.html")} == before


def test_no_name_releases_a_whole_folder(run: Run, out: Path) -> None:
    person = EXAMPLES / "three_failed.yaml"
    assert run("plan", person, "--date", DATE, "--out", out)[0] == 0
    asked = ("report", out, "--for", "patient", "--released-by", "Dr Ada Kahn")
    code, said, err = run(*asked)
    assert (code, said) == (2, "")
    assert "name whom with --participant-label" in err
    assert not pages(out)
    assert run(*asked, "--participant-label", "15")[0] == 0


def test_no_page_of_a_better_day_lies_beside_an_emergency(run: Run, tmp_path: Path) -> None:
    out, person = tmp_path / "out", tmp_path / "person.yaml"
    told = (EXAMPLES / "first_episode.yaml").read_text(encoding="utf-8")
    person.write_text(re.sub(r'label: "\d+"', 'label: "15"', told), encoding="utf-8")
    assert run("plan", person, "--date", DATE, "--out", out)[0] == 0
    assert run("report", out, "--for", "all")[0] == 0
    kept = [out / "sub-15_desc-patient_report.pdf", out / "sub-15.pdf", out / "sub-16.pdf"]
    for path in kept:
        path.write_bytes(b"%PDF")
    assert run("plan", EXAMPLES / "emergency.yaml", "--date", DATE, "--out", out)[0] == 0
    left = sorted(path.name for path in out.glob("sub-*.*"))
    assert left == ["sub-15.html", "sub-15_desc-data_report.html", "sub-16.pdf"]
    page = (out / "sub-15_desc-data_report.html").read_text(encoding="utf-8")
    assert "established." not in page


@pytest.mark.parametrize("reader", ["clinician", "letter", "authorization", "data"])
def test_colleagues_need_no_release(run: Run, out: Path, reader: str) -> None:
    code, _, err = run("report", out, "--for", reader)
    assert code == 0, err


@pytest.mark.usefixtures("shipped_again")
@pytest.mark.parametrize("reader", ["patient", "family"])
def test_without_any_crisis_number_no_page_leaves(
    run: Run, out: Path, tmp_path: Path, reader: str
) -> None:
    site = site_of(tmp_path / "site")
    asked = ("report", out, "--site", site, "--released-by", "Dr Ada Kahn", "--for")
    code, _, err = run(*asked, reader)
    assert code == 2
    assert "there is no crisis number to print" in err
    assert err.count("\n") == 1
    assert not pages(out)
    assert run(*asked, "letter")[0] == 0


OWN = {"place": "GB", "text": "Call 0800 000 000 (invented line)", "number": "0800 000 000"}


@pytest.mark.usefixtures("shipped_again")
@pytest.mark.parametrize(
    ("checked_on", "printed"),
    [
        # The limit is 365 days; 2 March 2025 lies exactly as far back.
        ("2025-03-02", True),
        ("2025-03-01", False),
        ("2025", False),
        ("n/a", False),
        ("2026-03-02", True),
        # A page may be written from an older run; a day far ahead is a slip.
        ("2026-05-01", True),
        ("2062-03-02", False),
        ("2026-02-31", False),
    ],
)
def test_a_stale_number_gives_way_to_the_shipped_one(
    tmp_path: Path, checked_on: str, printed: bool
) -> None:
    use_site(site_of(tmp_path, OWN | {"checked_on": checked_on}))
    dossier = dossier_of("emergency")
    for reader in ("patient", "family", "letter"):
        lines = " ".join(call_lines(dossier, reader))
        assert ("0800 000 000" in lines) == printed
        assert ("988" in lines) == (not printed)
        assert ("For the clinician" in lines) == (reader == "letter" and not printed)
    (line, *_) = crisis_lines(dossier)
    assert ("For the clinician: this number" in line) == (not printed)


@pytest.mark.usefixtures("shipped_again")
@pytest.mark.parametrize("text", ["Night line", "Night line 1116123"])
def test_a_number_that_its_text_leaves_out_is_printed(tmp_path: Path, text: str) -> None:
    row = {"place": "GB", "text": text, "number": "116123", "checked_on": DATE}
    use_site(site_of(tmp_path / "site", row))
    for reader in ("patient", "family", "letter"):
        assert any(
            f'{text}: <a href="tel:116123" class="phone">116123</a>' in line
            for line in call_lines(dossier_of("watch"), reader)
        )
    if text == "Night line":
        assert any(f"{text}: 116123" in line for line in crisis_lines(dossier_of("watch")))


@pytest.mark.usefixtures("shipped_again")
@pytest.mark.parametrize(("checked_on", "stale"), [("2026-02-01", False), ("2020-02-01", True)])
def test_only_colleagues_read_that_a_number_is_stale(
    run: Run, out: Path, tmp_path: Path, checked_on: str, stale: bool
) -> None:
    site = site_of(tmp_path / "site", OWN | {"checked_on": checked_on})
    asked = ("report", out, "--site", site, "--released-by", "Dr Ada Kahn")
    code, _, err = run(*asked, "--for", "patient", "--for", "family", "--for", "letter")
    assert code == 0, err
    mark = str(tell("letter.numbers_unchecked"))
    for reader in ("patient", "family", "letter"):
        page = (out / f"sub-15_desc-{reader}_report.html").read_text(encoding="utf-8")
        assert (mark in page) == (stale and reader == "letter")
        assert "For the clinician" not in page


@pytest.mark.usefixtures("shipped_again")
def test_the_clinic_names_its_country_and_its_telephones(
    run: Run, out: Path, tmp_path: Path
) -> None:
    clinic = {"place": "US", "phone_day": "555 0100", "hours": "9 to 5", "checked_on": "2026-02-01"}
    shipped = {"place": "US", "text": "Call or text 988", "number": "988"}
    site = site_of(tmp_path / "site", shipped | {"checked_on": "2026-02-01"}, clinic=clinic)
    code, _, err = run(
        "report", out, "--site", site, "--released-by", "Dr Ada Kahn", "--for", "patient"
    )
    assert code == 0, err
    page = (out / "sub-15_desc-patient_report.html").read_text(encoding="utf-8")
    assert 'href="tel:5550100"' in page
    assert 'href="tel:988"' in page
    assert "Anywhere else" not in page
    assert "If a life is in danger right now: call the local emergency number." in page
    # No number for the night: a line to write it on.
    assert "At night and on free days:" in page
    assert "Our clinic by day:</span>" not in page


@pytest.mark.usefixtures("shipped_again")
def test_a_country_without_a_row_gets_the_local_emergency_number(
    run: Run, out: Path, tmp_path: Path
) -> None:
    clinic = {"place": "FR"}
    site = site_of(tmp_path / "site", OWN | {"checked_on": "2026-02-01"}, clinic=clinic)
    run("report", out, "--site", site, "--released-by", "Dr Ada Kahn", "--for", "patient")
    page = (out / "sub-15_desc-patient_report.html").read_text(encoding="utf-8")
    assert "0800" not in page
    assert "988" not in page
    assert "Call the local emergency number" in page, "alone, it begins a sentence"
