"""Write pictures of every page of the report, on a screen, a phone, in the dark and on paper.

The gallery page is written from the pictures that are there.

They come from the worked people on one fixed day. Needs Chromium and pdftoppm (`make browser`).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image

from equipoise import ingest, pipeline
from equipoise.apps.report.edition import Edition
from equipoise.apps.report.pdf import pdf_of
from equipoise.apps.report.readers import READERS, render_for
from equipoise.core.steps import NoStore

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "docs" / "_static" / "pages"
DATE: Final = "2026-03-02"
PEOPLE: Final = (
    "first_episode",
    "three_failed",
    "post_partum",
    "almost_nothing",
    "emergency",
    "watch",
)
WINDOWS: Final = {
    "desktop": (1000, 1400, ()),
    "phone": (360, 1000, ()),
    "dark": (1000, 1400, ("--blink-settings=preferredColorScheme=0",)),
}
QUIET: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
PAPER_DPI: Final = "70"
WIDTH: Final = {"desktop": 600, "dark": 600}
QUALITY: Final = 50


def main() -> None:
    """Write the pictures of the people that were named, or of all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        for person in sys.argv[1:] or PEOPLE:
            timeline = ingest.read_person(ROOT / "examples" / f"{person}.yaml", today=DATE)
            settings = pipeline.RunSettings(DATE, pipeline.default_seed(), None)
            dossier = pipeline.run_person(timeline, settings, store=NoStore())
            for reader in READERS:
                page = render_for(reader, dossier, Edition(released_by="Dr A. Example"))
                _pictures(page, f"{person}-{reader}", Path(name))
    (ROOT / "docs" / "gallery.md").write_text(gallery(), encoding="utf-8")


def gallery() -> str:
    """Return the gallery page: a row for each page, a column for each look."""
    parts = [HEAD]
    for person in PEOPLE:
        rows = [row for reader in READERS if (row := _row(person, reader))]
        if rows:
            parts += [f"\n## {person.replace('_', ' ').capitalize()}\n", COLUMNS, *rows]
    return "\n".join(parts) + "\n"


def _row(person: str, reader: str) -> str:
    cells = []
    for look in LOOKS:
        path = FOLDER / f"{person}-{reader}-{look}.webp"
        words = f"Page for {reader}, {look}"
        cells.append(f"![{words}](_static/pages/{path.name})" if path.exists() else "")
    return f"| {reader} | {' | '.join(cells)} |" if any(cells) else ""


LOOKS: Final = ("desktop", "phone", "dark", "print")
COLUMNS: Final = f"| reader | {' | '.join(LOOKS)} |\n|---{'|---' * len(LOOKS)}|"
HEAD: Final = f"""# Gallery of the pages

The six pages of the worked people as they look on a screen 1000 pixels wide, on a phone 360 pixels
wide, in the dark scheme, and on the first sheet of A4 as `--format pdf` prints it. All people are
invented; the day is {DATE}. `docs/write_screenshots.py` takes the pictures again."""


def _pictures(page: str, name: str, folder: Path) -> None:
    html, pdf = folder / f"{name}.html", folder / f"{name}.pdf"
    html.write_text(page, encoding="utf-8")
    for look, (width, height, flags) in WINDOWS.items():
        shot = folder / f"{name}-{look}.png"
        profile = f"--user-data-dir={folder / 'profile'}"
        size = f"--window-size={width},{height}"
        chromium = shutil.which("chromium") or "chromium"
        command = [chromium, *QUIET, *flags, profile, size, f"--screenshot={shot}", html.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        _keep(shot, look)
    pdf.write_bytes(pdf_of(page, "a4"))
    shot = folder / f"{name}-print"
    first = ["pdftoppm", "-png", "-r", PAPER_DPI, "-f", "1", "-singlefile", pdf, shot]
    subprocess.run(first, check=True, timeout=60)
    _keep(shot.with_suffix(".png"), "print")


def _keep(shot: Path, look: str) -> None:
    """Write one picture small enough to keep."""
    with Image.open(shot) as image:
        small = image.convert("RGB")
        if look in WIDTH:
            height = round(small.height * WIDTH[look] / small.width)
            small = small.resize((WIDTH[look], height), Image.Resampling.LANCZOS)
        small.save(FOLDER / f"{shot.stem}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
