"""Slices to move through: the right place, the right cut of the regions, small enough."""

from __future__ import annotations

import base64
import io
import math
import re
import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equipoise.apps.report import render
from equipoise.apps.report.charts import stack, template_brain
from equipoise.apps.report.charts.ellipsoid import Ellipsoid, ball

SAMPLES = runpy.run_path(str(Path(__file__).with_name("sample_dossier.py")))
POINT = (-40.0, 42.0, 30.0)
LARGEST = 300_000
needs_template = pytest.mark.skipif(
    template_brain.template_file() is None, reason="nilearn, nibabel or Pillow is not installed"
)


def page() -> str:
    return render(SAMPLES["STATES"]["full"]())


@given(st.floats(1, 20), st.floats(-25, 25))
def test_a_plane_cuts_a_ball_in_the_circle_of_pythagoras(radius: float, away: float) -> None:
    found = ball(radius).slice(0, 2, away)
    left = radius**2 - away**2
    if left < -1e-6:
        assert found is None
    if left > 1e-6:
        assert found is not None
        ellipse, centre = found
        assert ellipse.long == pytest.approx(math.sqrt(left), rel=1e-6)
        assert ellipse.short == pytest.approx(math.sqrt(left), rel=1e-2, abs=0.01)
        assert centre == pytest.approx((0, 0), abs=1e-9)


@given(st.integers(0, 1000), st.floats(-0.9, 0.9))
@settings(deadline=None)
def test_the_edge_of_a_cut_lies_on_the_ellipsoid(seed: int, share: float) -> None:
    """Points on the drawn ellipse, put back into the brain, fulfil the ellipsoid's equation."""
    rng = np.random.default_rng(seed)
    axes, turned = rng.uniform(2, 12, 3), np.linalg.qr(rng.normal(size=(3, 3)))[0]
    directions = tuple(tuple(float(x) for x in row) for row in turned)
    shape = Ellipsoid(tuple(float(x) for x in axes), directions)  # type: ignore[arg-type]
    matrix = turned.T @ np.diag(axes**-2.0) @ turned
    for right, up, through in ((1, 2, 0), (0, 2, 1), (0, 1, 2)):
        reach = math.sqrt(np.linalg.inv(matrix)[through, through])
        found = shape.slice(right, up, share * reach)
        assert found is not None
        ellipse, (x, y) = found
        if ellipse.degrees == 0 and ellipse.long - ellipse.short < 0.02:
            continue  # drawn as a circle
        turn = -math.radians(ellipse.degrees)
        for angle in np.linspace(0, 2 * math.pi, 7):
            a, b = ellipse.long * math.cos(angle), ellipse.short * math.sin(angle)
            place = np.empty(3)
            place[right] = x + a * math.cos(turn) - b * math.sin(turn)
            place[up] = y + a * math.sin(turn) + b * math.cos(turn)
            place[through] = share * reach
            assert place @ matrix @ place == pytest.approx(1, abs=0.01)


def test_each_slice_shows_what_lies_at_its_place() -> None:
    """In an image whose grey is the height in mm, a slice is as grey as its place says."""
    image_module = pytest.importorskip("PIL.Image")
    affine = np.eye(4)
    affine[:3, 3] = (-98, -134, -72)
    heights = np.broadcast_to(np.arange(189, dtype=np.uint8), (197, 233, 189))
    volume = template_brain.Volume(heights, affine)
    window = template_brain.close_up(POINT)
    found = stack.stack_addresses(volume, "axial", POINT, window)
    assert len(found) == len(stack.offsets())
    for offset, address in zip(stack.offsets(), found, strict=True):
        raw = base64.b64decode(address.removeprefix("data:image/png;base64,"))
        grey = np.asarray(image_module.open(io.BytesIO(raw)).convert("L"), dtype=float)
        assert grey.mean() == pytest.approx(template_brain.DIM * (30 + offset + 72), abs=1.5)


@needs_template
def test_without_script_they_are_hidden_and_the_still_slices_stay() -> None:
    source = page()
    block = source[source.index("data-viewer hidden") :]
    assert source.index('class="cuts"') < source.index("data-viewer hidden")
    planes = re.findall(r'data-plane="(\w+)"', block)
    assert planes == ["sagittal", "coronal", "axial"]
    shown = re.findall(r'data-slice="([^"]*)"(?! hidden)>', block)
    assert len(shown) == 3
    for words in shown:
        assert re.search("[xyz] = [+\N{MINUS SIGN}]?\\d+ mm", words)
    # Only the slice that holds the point has the cross; sides are named on every one.
    slices = re.findall(r"data-slice.*?</svg>", block, re.DOTALL)
    assert len(slices) == 3 * len(stack.offsets())
    assert all(">L</text>" in one or ">back</text>" in one for one in slices)


@needs_template
def test_all_of_them_are_small() -> None:
    source = page()
    block = source[source.index("data-viewer hidden") :]
    block = block[: block.index("</section>")]
    assert len(re.findall(r"data:image/png", block)) == 3 * len(stack.offsets())
    pictures = re.findall(r'"(data:image/png;base64,[^"]*)"', block)
    assert sum(map(len, pictures)) <= LARGEST
    assert len(source.encode()) <= 3_000_000
