"""The documentation says what the program does."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import typer.main

from equipoise import ingest, pipeline
from equipoise.apps import outputs
from equipoise.apps.cli import app
from equipoise.core.steps import NoStore

Load = Callable[[str], ModuleType]


@pytest.fixture
def load(root: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Return a function that loads a script of the documentation."""

    def run(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, root / "docs" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    return run


def test_the_hazard_log_is_current(load: Load, root: Path) -> None:
    written = (root / "docs" / "hazard-log.md").read_text(encoding="utf-8")
    assert load("write_hazard_log").page() == written, "run make schemas"


def test_the_page_of_rates_is_current(load: Load, root: Path) -> None:
    written = (root / "docs" / "rates.md").read_text(encoding="utf-8")
    assert load("write_rates").page() == written, "run make schemas"


def test_the_catalogue_is_current(load: Load) -> None:
    module = load("write_catalogue")
    written = module.PAGE.read_text(encoding="utf-8")
    assert module.page() == written, "run make schemas"


def test_every_option_is_documented(root: Path) -> None:
    text = (root / "docs" / "getting-started.md").read_text(encoding="utf-8")
    command = typer.main.get_command(app)
    commands = command.commands  # type: ignore[attr-defined]
    options = {o for c in commands.values() for p in c.params for o in p.opts if o.startswith("--")}
    assert "--participant-label" in options
    assert {option for option in options if option not in text} == set()
    assert {name for name in commands if f"equipoise {name} " not in text} == set()


def test_every_output_file_is_documented(root: Path) -> None:
    person = ingest.read_person(root / "examples" / "person.yaml", today="2026-03-02")
    settings = pipeline.RunSettings("2026-03-02", pipeline.default_seed())
    dossier = pipeline.run_person(person, settings, store=NoStore())
    written = [*outputs.person_files(dossier), *outputs.study_files(())]
    page = (root / "docs" / "outputs.md").read_text(encoding="utf-8").replace("sub-01", "sub-02")
    assert {name for name in written if Path(name).name not in page} == set()


def test_links_between_pages_lead_somewhere(root: Path) -> None:
    broken = []
    for page in [*root.glob("*.md"), *root.glob("docs/*.md")]:
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            if not (page.parent / link).exists():
                broken.append(f"{page.relative_to(root)}: {link}")
    assert not broken


def test_commands_are_found_with_their_output(load: Load) -> None:
    text = (
        "Text\n\n<!-- exits with 2 -->\n```console\n$ one\nout\n...\n$ two\n```\n```sh\n$ no\n```\n"
    )
    found = list(load("run_commands").commands("page.md", text))
    assert [(c.line, c.text, c.wanted, c.code) for c in found] == [
        (5, "one", "out\n...", 0),
        (8, "two", "", 2),
    ]


@pytest.mark.parametrize(
    ("text", "wanted", "code", "fine"),
    [
        ("echo one; echo two", "one\n...", 0, True),
        ("echo one", "two", 0, False),
        ("exit 3", "", 3, True),
        ("exit 3", "", 0, False),
    ],
)
def test_a_command_is_compared(
    load: Load, tmp_path: Path, text: str, wanted: str, code: int, fine: bool
) -> None:
    module = load("run_commands")
    command = module.Command("page.md", 1, text, wanted, code)
    assert (module.fault(command, tmp_path) is None) == fine
