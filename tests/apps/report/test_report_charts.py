"""Marks stand where their numbers say; brain pictures show the right side and place."""

from __future__ import annotations

import base64
import datetime as dt
import io
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.apps.report.charts import strip, template_brain, timeline
from equipoise.apps.report.charts.marks import Estimate, normal_curve
from equipoise.apps.report.charts.scales import (
    Linear,
    Logarithmic,
    TimeScale,
    log_scale,
    nice_scale,
    nice_ticks,
)
from equipoise.apps.report.charts.svg import element, percent
from equipoise.apps.report.charts.visits import Heights

POINT = (-40.0, 30.0, 20.0)


def test_linear_places() -> None:
    scale = Linear(0, 27)
    assert scale.place(13.5) == 50
    assert scale.place(-3) == 0
    assert scale.place(40) == 100


def test_logarithmic_places() -> None:
    assert Logarithmic(0.1, 10).place(1) == pytest.approx(50)
    scale, ticks = log_scale(0.35, 13.6)
    assert list(ticks) == pytest.approx([0.3, 1, 3, 10, 30])
    assert scale.place(0.3) == pytest.approx(0)


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e4))
def test_nice_ticks_hold_the_data(low: float, span: float) -> None:
    ticks = nice_ticks(low, low + span)
    assert ticks[0] <= low + 1e-6 * span
    assert ticks[-1] >= low + span * (1 - 1e-6)
    assert 2 <= len(ticks) <= 12
    steps = np.diff(ticks)
    assert np.allclose(steps, steps[0], rtol=1e-6)


def test_nice_scale_by_hand() -> None:
    assert nice_ticks(0, 27) == (0, 10, 20, 30)
    assert nice_scale(-0.18, 0.46)[1] == pytest.approx((-0.2, 0.0, 0.2, 0.4, 0.6))


def test_a_long_history_is_pressed_together() -> None:
    today = dt.date(2025, 1, 13)
    short = timeline.time_scale([dt.date(2024, 4, 1)], today)
    assert short.split is None
    long = timeline.time_scale([dt.date(2013, 4, 1)], today)
    assert long.split == dt.date(2023, 1, 1)
    assert long.place(dt.date(2013, 4, 1)) == 0
    assert long.place(today) == 100
    assert long.place(dt.date(2018, 1, 1)) < long.share < long.place(dt.date(2023, 6, 1))


@given(st.dates(dt.date(2010, 1, 1), dt.date(2025, 1, 1)))
def test_later_never_stands_left_of_earlier(date: dt.date) -> None:
    scale = TimeScale(dt.date(2010, 1, 1), dt.date(2025, 1, 1), dt.date(2023, 1, 1), 28)
    assert scale.place(date) <= scale.place(date + dt.timedelta(days=30)) + 1e-9


def test_a_higher_score_stands_higher() -> None:
    heights = Heights(Linear(0, 27), 120)
    assert heights.of(27) < heights.of(13) < heights.of(0)
    assert heights.of(0) == 110


def test_normal_curve_has_the_density_of_the_normal_law() -> None:
    """Standard tables: phi(0) = 0.39894, phi(1) = 0.24197."""
    curve = dict(normal_curve(0, 1, Linear(-4, 4), 1.0))
    assert curve[50.0] == pytest.approx(0.39894, abs=1e-5)
    assert curve[62.5] == pytest.approx(0.24197, abs=1e-5)


def test_zones_stand_between_the_quantiles() -> None:
    """PHQ-9 norm of women of 40 to 49: half score 0 to 2, the darkest zone."""
    quantiles = ((50.0, 2.0), (75.0, 5.0), (90.0, 10.0))
    shape = strip.NormStrip(Linear(0, 20), (), quantiles, Estimate(13), None, hollow=False)
    drawn = str(strip.norm_strip(shape))
    zones = [part.split('"') for part in drawn.split("<rect")[1:]]
    assert [zone[1] for zone in zones] == ["0%", "10%", "25%", "50%"]
    assert [zone[5] for zone in zones] == ["10%", "15%", "25%", "50%"]
    dark = [float(zone[9]) for zone in zones]
    assert dark == sorted(dark, reverse=True)
    assert dark[0] == 1


def test_elements_escape_their_text() -> None:
    assert element("text", "<b>", title='a"b') == '<text title="a&#34;b">&lt;b&gt;</text>'
    assert percent(33.3333) == "33.33%"
    assert percent(50.0) == "50%"


def test_left_stands_left_and_up_is_up() -> None:
    plane: template_brain.Plane
    for plane in ("coronal", "axial"):
        look = template_brain.frame(plane)
        assert look.at((-40, 0, 0))[0] < look.width / 2 < look.at((40, 0, 0))[0]
    for plane in ("coronal", "sagittal"):
        look = template_brain.frame(plane)
        assert look.at((0, 0, 50))[1] < look.at((0, 0, 0))[1]
    assert template_brain.frame("sagittal").at((0, 60, 0))[0] > 100  # front at the right


def _spot_template(path: Path) -> None:
    """Write an image that is dark but for a bright ball of 4 mm at `POINT`."""
    nib = pytest.importorskip("nibabel")
    affine = np.diag([1.0, 1.0, 1.0, 1.0])
    affine[:3, 3] = (-98, -134, -72)
    grid = np.indices((197, 233, 189)).transpose(1, 2, 3, 0) + affine[:3, 3]
    ball = np.linalg.norm(grid - np.array(POINT), axis=-1) <= 4
    nib.save(nib.Nifti1Image((255 * ball).astype(np.uint8), affine), path)


def _pictures() -> dict[template_brain.Plane, str]:
    volume = template_brain.template_volume()
    assert volume is not None
    return template_brain.slice_pictures(volume, POINT, template_brain.close_up(POINT))


def test_the_picture_shows_the_point_where_the_cross_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A planted ball must lie under the cross in every plane, within one millimetre."""
    image_module = pytest.importorskip("PIL.Image")
    _spot_template(tmp_path / "spot.nii.gz")
    monkeypatch.setattr(template_brain, "template_file", lambda: tmp_path / "spot.nii.gz")
    pictures = _pictures()
    for plane, address in pictures.items():
        look = template_brain.frame(plane, template_brain.close_up(POINT))
        raw = base64.b64decode(address.removeprefix("data:image/png;base64,"))
        grey = np.asarray(image_module.open(io.BytesIO(raw)).convert("L"), dtype=float)
        rows, columns = np.nonzero(grey > grey.max() / 2)
        scale = grey.shape[1] / look.width
        centre = (columns.mean() + 0.5) / scale, (rows.mean() + 0.5) / scale
        assert math.dist(centre, look.at(POINT)) <= 1.0


def test_pictures_are_small() -> None:
    if template_brain.template_file() is None:
        pytest.skip("nilearn, nibabel or Pillow is not installed")
    pictures = _pictures()
    for address in pictures.values():
        assert len(base64.b64decode(address.partition(",")[2])) <= 80_000
