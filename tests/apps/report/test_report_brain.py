"""The pictures of a target: cuts of the ellipsoid, marks at their places, left at the left."""

from __future__ import annotations

import base64
import io
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from equipoise.apps.report.charts import brain, glass_brain, template_brain
from equipoise.apps.report.charts.ellipsoid import Ellipsoid, ball
from equipoise.apps.report.charts.letters import arranged

TILT = ((0.8, 0.6, 0.0), (-0.6, 0.8, 0.0), (0.0, 0.0, 1.0))
POINT = (-41.0, 40.0, 29.0)
PLANES: tuple[template_brain.Plane, ...] = ("sagittal", "coronal", "axial")


def _surface(body: Ellipsoid) -> NDArray[np.float64]:
    """Return many points of the surface, made from the unit ball and not from its matrix."""
    drawn = np.random.default_rng(5).normal(size=(40_000, 3))
    unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return np.asarray((unit * np.array(body.axes)) @ np.array(body.directions))


def test_the_cut_of_a_tilted_ellipsoid_by_hand() -> None:
    """Tilted about z alone: the axial cut keeps both axes, turned by atan(0.6 / 0.8)."""
    cut = Ellipsoid((12.0, 8.0, 6.0), TILT).cut(0, 1)
    assert (cut.long, cut.short) == pytest.approx((12.0, 8.0))
    # Drawings count downwards, so a turn towards the front is a turn backwards: 180 less 36.87.
    assert cut.degrees == pytest.approx(180 - math.degrees(math.atan2(0.6, 0.8)), abs=0.01)
    # The coronal cut (y = 0): 1 / x^2 = (0.8 / 12)^2 + (0.6 / 8)^2 along x, 6 along z.
    coronal = Ellipsoid((12.0, 8.0, 6.0), TILT).cut(0, 2)
    along = 1 / math.hypot(0.8 / 12, 0.6 / 8)
    assert (coronal.long, coronal.short) == pytest.approx((along, 6.0))
    assert coronal.degrees == pytest.approx(0.0)


@pytest.mark.parametrize(("right", "up"), [(1, 2), (0, 2), (0, 1)])
def test_the_shadow_reaches_as_far_as_the_body(right: int, up: int) -> None:
    """The widest and the narrowest extent of points of the surface, seen along the third axis."""
    turned = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]
    x, y, z = (tuple(map(float, row)) for row in turned)
    body = Ellipsoid((14.0, 9.0, 4.0), (x, y, z))  # type: ignore[arg-type]
    seen = _surface(body)[:, [right, up]]
    angles = np.radians(np.arange(0, 180, 1.0))
    reach = (seen @ np.array([np.cos(angles), np.sin(angles)])).max(axis=0)
    shadow = body.shadow(right, up)
    # 40 000 points and steps of a degree miss the extreme by some hundredths of a millimetre.
    assert shadow.long == pytest.approx(reach.max(), abs=0.05)
    assert shadow.short == pytest.approx(reach.min(), abs=0.05)
    widest = math.degrees(angles[int(reach.argmax())])
    assert abs((180 - shadow.degrees - widest + 90) % 180 - 90) < 2


def test_a_ball_is_round_everywhere() -> None:
    assert ball(4.0).cut(0, 1) == ball(4.0).shadow(1, 2)
    assert ball(4.0).cut(0, 1).long == pytest.approx(4.0)


def _scene() -> brain.Scene:
    spots = (
        brain.Spot("G", "ring", "group", (-38.0, 44.0, 26.0)),
        brain.Spot("F3", "dashed", "standard", (-37.0, 26.0, 49.0)),
    )
    seed = brain.Sphere((6.0, 16.0, -10.0), 10.0, "sgACC")
    body = Ellipsoid((12.0, 8.0, 6.0), TILT)
    return brain.Scene(POINT, ball(4.0), body, spots, seed)


@pytest.mark.parametrize("plane", PLANES)
def test_the_cross_and_the_region_stand_at_the_point(plane: template_brain.Plane) -> None:
    look = template_brain.frame(plane)
    drawn = str(brain.glass_view(plane, _scene()))
    x, y = look.at(POINT)
    assert f'cx="{x:g}" cy="{y:g}"' in drawn
    crosses = re.findall(r'd="M([\d.]+) ([\d.]+)h10.00M([\d.]+) ([\d.]+)v10.00"', drawn)
    assert crosses
    for left, middle, centre, top in crosses:
        assert (float(left) + 5, float(middle)) == pytest.approx((x, y))
        assert (float(centre), float(top) + 5) == pytest.approx((x, y))


def test_every_view_has_sides_and_a_bar_of_ten_millimetres() -> None:
    for plane in PLANES:
        for drawn in (
            str(brain.glass_view(plane, _scene())),
            str(brain.brain_slice(plane, _scene(), None)),
        ):
            ends = ("back", "front") if plane == "sagittal" else ("L", "R")
            left = re.findall(rf'x="([\d.]+)"[^>]*>{ends[0]}<', drawn)
            right = re.findall(rf'x="([\d.]+)"[^>]*>{ends[1]}<', drawn)
            assert float(left[0]) < float(right[0])
            bars = re.findall(r'd="M([\d.]+) [\d.]+H([\d.]+)"', drawn)
            assert all(float(b) - float(a) == pytest.approx(10) for a, b in bars)
            assert bars
            assert ">10 mm<" in drawn


def test_the_seed_shows_in_a_slice_where_the_slice_meets_it() -> None:
    """A slice 8 mm off the middle of a ball of 10 mm cuts a circle of 6 mm."""
    scene = _scene()
    near = brain.Scene((14.0, 40.0, 29.0), scene.region50, scene.region95, (), scene.seed)
    assert "sgACC" not in brain.brain_slice("sagittal", scene, None)
    drawn = brain.brain_slice("sagittal", near, None)
    assert "sgACC" in drawn
    assert 'r="6"' in drawn


@given(
    st.lists(st.tuples(st.floats(60, 90), st.floats(60, 90)), min_size=1, max_size=6, unique=True)
)
def test_no_letter_stands_on_another(places: list[tuple[float, float]]) -> None:
    marks = [(str(k), place) for k, place in enumerate(places)]
    found = arranged(marks, (75.0, 75.0), 12.0, (160.0, 160.0))
    assert [letter.text for letter in found] == [text for text, _ in marks]
    inner = [x for x in found if math.dist(x.place, (75.0, 75.0)) <= 12.0]
    for i, one in enumerate(inner):
        for other in inner[i + 1 :]:
            # A letter is about 7 units wide and high.
            assert math.dist(one.words, other.words) > 7


def _planted(path: Path, affine: NDArray[np.float64], point: tuple[float, ...]) -> None:
    nib = pytest.importorskip("nibabel")
    shape = (120, 130, 110)
    grid = np.indices(shape).transpose(1, 2, 3, 0) @ affine[:3, :3].T + affine[:3, 3]
    # A head on the left half only, with a dark ball at the point.
    head = np.where(grid[..., 0] < 0, 200, 0)
    dark = np.linalg.norm(grid - np.array(point), axis=-1) <= 6
    nib.save(nib.Nifti1Image(np.where(dark, 0, head).astype(np.uint8), affine), path)


@pytest.mark.parametrize("flip", [1.0, -1.0])
def test_a_person_is_cut_at_the_point_whatever_the_order_of_voxels(
    tmp_path: Path, flip: float
) -> None:
    """Stored from left to right or from right to left, and tilted by ten degrees."""
    image_module = pytest.importorskip("PIL.Image")
    turn = math.radians(10)
    affine = np.eye(4)
    affine[:3, :3] = np.array([
        [1.6 * flip, 0, 0],
        [0, 1.6 * math.cos(turn), -1.6 * math.sin(turn)],
        [0, 1.6 * math.sin(turn), 1.6 * math.cos(turn)],
    ])
    affine[:3, 3] = -affine[:3, :3] @ np.array([60, 65, 55])
    point = (-30.0, 20.0, 25.0)
    _planted(tmp_path / "t1w.nii.gz", affine, point)
    volume = template_brain.person_volume(tmp_path / "t1w.nii.gz", point)
    assert volume is not None
    window = template_brain.close_up(point, None)
    pictures = template_brain.slice_pictures(volume, point, window)
    for plane, address in pictures.items():
        look = template_brain.frame(plane, template_brain.close_up(point, None))
        raw = base64.b64decode(address.removeprefix("data:image/png;base64,"))
        grey = np.asarray(image_module.open(io.BytesIO(raw)).convert("L"), dtype=float)
        scale = grey.shape[1] / look.width
        head = grey.shape[1] if plane == "sagittal" else int(scale * (0 - look.window[0][0])) - 8
        rows, columns = np.nonzero(grey[:, :head] < 0.5 * grey.max())
        centre = (columns.mean() + 0.5) / scale, (rows.mean() + 0.5) / scale
        # A voxel has 1.6 mm.
        assert math.dist(centre, look.at(point)) <= 1.6
        # The head is on the person's left, so in the left of the picture.
        assert plane == "sagittal" or grey[:, head + 16 :].max() < 0.1 * grey.max()


def test_a_point_outside_the_image_gives_no_picture(tmp_path: Path) -> None:
    _planted(tmp_path / "t1w.nii.gz", np.diag([1.6, 1.6, 1.6, 1.0]), (60.0, 60.0, 60.0))
    assert template_brain.person_volume(tmp_path / "t1w.nii.gz", (-300.0, 0.0, 0.0)) is None
    assert template_brain.person_volume(tmp_path / "none.nii.gz", (0.0, 0.0, 0.0)) is None
    (tmp_path / "text.nii.gz").write_text("no image", encoding="utf-8")
    assert template_brain.person_volume(tmp_path / "text.nii.gz", (0.0, 0.0, 0.0)) is None


def test_without_the_outlines_an_ellipse_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "<ellipse" not in glass_brain.outline("axial")
    monkeypatch.setattr(glass_brain, "_file", lambda _: None)
    assert "<ellipse" in glass_brain.outline("axial")


@pytest.mark.parametrize("plane", PLANES)
def test_the_outline_fits_the_template(plane: template_brain.Plane) -> None:
    """The drawing must end where the template's brain ends, within 6 mm on each side.

    nilearn fits its drawings to the template by eye; brain voxels of the template are not dark.
    """
    path = template_brain.template_file()
    if path is None:
        pytest.skip("the template is not installed")
    nib = pytest.importorskip("nibabel")
    image = nib.load(path)
    grey = np.asanyarray(image.dataobj)
    look = template_brain.frame(plane)
    flat = (grey > grey.max() / 5).any(axis=look.through)
    lines = str(glass_brain.outline(plane))
    places = np.array(re.findall(r"(-?[\d.]+),(-?[\d.]+)", lines), dtype=float)
    mm = [
        look.window[look.right][0] + places[:, 0],
        look.window[look.up][1] - places[:, 1],
    ]
    for k, axis in enumerate((look.right, look.up)):
        held = np.flatnonzero(flat.any(axis=1 - k))
        ends = image.affine[axis, 3] + held[[0, -1]] * image.affine[axis, axis]
        assert mm[k].min() == pytest.approx(ends[0], abs=6)
        assert mm[k].max() == pytest.approx(ends[1], abs=6)
