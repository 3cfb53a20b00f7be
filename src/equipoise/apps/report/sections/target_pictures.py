"""The pictures of a target: a glass brain and three slices, with words for what they show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.brain import (
    PLANES,
    Scene,
    Sphere,
    Spot,
    brain_slice,
    glass_view,
    spot_glyph,
    stack_slice,
)
from equipoise.apps.report.charts.ellipsoid import Ellipsoid, ball
from equipoise.apps.report.charts.stack import REACH, STEP, offsets, stack_addresses
from equipoise.apps.report.charts.template_brain import (
    AXES,
    Plane,
    Volume,
    Window,
    close_up,
    person_volume,
    slice_pictures,
    template_volume,
)
from equipoise.apps.report.names import region_point, region_title, rows_of
from equipoise.apps.report.sections.methods import METHODS, drawn_methods, method_title
from equipoise.apps.report.views import Legend
from equipoise.apps.report.wording import say, tell
from equipoise.core.nouns import Target, TargetEstimate

__all__ = ["Pictures", "Slice", "Stack", "on_template", "pictures"]

PICTURED: Final = "MNI152"
OWN: Final = "T1w"
TEMPLATE_SPACE: Final = "MNI152NLin2009aSym"
SEED: Final = "sgacc_r"
SEED_NAME: Final = "sgACC"
STANDARD: Final = {"L": "dlpfc_f3_l", "R": "dlpfc_f3_r"}
LETTERS: Final = "xyz"
VIEWS: Final[dict[Plane, str]] = {
    "sagittal": "Seen from the left",
    "coronal": "Seen from behind",
    "axial": "Seen from above",
}
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Slice:
    """One picture with its caption."""

    picture: Markup
    caption: str


@dataclass(frozen=True, slots=True)
class Stack:
    """Slices of one plane to move through; `middle` is the one that holds the point."""

    plane: str
    slices: tuple[Slice, ...]
    middle: int


@dataclass(frozen=True, slots=True)
class Pictures:
    """Glass brain and slices with their legend; `caption` says why where one is missing.

    `stacks` are only for a page whose script runs; `moves` says how they are read.
    """

    summary: str
    glass: tuple[Slice, ...]
    slices: tuple[Slice, ...]
    legend: tuple[Legend, ...]
    caption: str
    stacks: tuple[Stack, ...] = ()
    moves: str = ""


@dataclass(frozen=True, slots=True)
class _Cut:
    """Slices and the words about their anatomy."""

    slices: tuple[Slice, ...]
    words: str
    stacks: tuple[Stack, ...] = ()


def pictures(target: Target, t1w: Path | None = None) -> Pictures:
    """Return the pictures of a target, on the person's own anatomy where that can be had.

    Parameters
    ----------
    target : Target
        A target that may be aimed at.
    t1w : Path, optional
        The person's T1w image.

    Returns
    -------
    Pictures
        Empty tuples where nothing can be drawn, with the reason in the caption.
    """
    scene = _template_scene(target)
    glass = _glass(target, scene) if scene else ()
    cut = _own_slices(target, t1w) or _template_slices(target, scene)
    return Pictures(
        summary=_summary(target, scene),
        glass=glass,
        slices=cut.slices,
        legend=_legend(scene) if glass or cut.slices else (),
        caption=f"{cut.words} {say('image_not_read')}",
        stacks=cut.stacks,
        moves=tell("interaction.slice_intro", step=str(STEP), reach=str(REACH)),
    )


def _glass(target: Target, scene: Scene) -> tuple[Slice, ...]:
    """Return the three views; the other methods would hide the point at this size."""
    far = replace(scene, spots=tuple(_known_spots(target)))
    return tuple(Slice(glass_view(plane, far), VIEWS[plane]) for plane in PLANES)


def _placed(target: Target, family: str) -> Point | None:
    """Return the point in the first space of a family, its own space first."""
    if target.space.startswith(family):
        return target.point
    points = [p.point for p in target.places if p.space.startswith(family)]
    return next((point for point in points if point is not None), None)


def on_template(target: Target) -> bool:
    """Whether the point is known in a space of the template."""
    return _placed(target, PICTURED) is not None


def _regions(target: Target, *, own_space: bool) -> tuple[Ellipsoid, Ellipsoid]:
    """Return the 50 and 95 % regions: ellipsoids in the space they were found in, else balls."""
    chosen = _chosen(target)
    if own_space and chosen and chosen.axes50 and chosen.axes95 and chosen.directions:
        return (
            Ellipsoid(chosen.axes50, chosen.directions),
            Ellipsoid(chosen.axes95, chosen.directions),
        )
    return ball(target.radius50), ball(target.radius95)


def _chosen(target: Target) -> TargetEstimate | None:
    return next((e for e in target.estimates if e.method == target.chosen and e.point), None)


def _template_scene(target: Target) -> Scene | None:
    """Return what is marked in MNI152, or None where no transform leads there."""
    point = _placed(target, PICTURED)
    if point is None:
        return None
    own = target.space.startswith(PICTURED)
    half, most = _regions(target, own_space=own)
    spots = [*(_method_spots(target) if own else ()), *_known_spots(target)]
    return Scene(point, half, most, tuple(spots), _seed())


def _method_spots(target: Target) -> list[Spot]:
    return [
        Spot(METHODS[e.method].letter, METHODS[e.method].shape, method_title(e.method), e.point)
        for e in drawn_methods(target)
        if e.method in METHODS and e.point is not None
    ]


def _known_spots(target: Target) -> list[Spot]:
    group, standard = target.group_target, STANDARD.get(target.side, "")
    named = (
        ("G", "ring", "published group target", region_point(group)),
        ("F3", "dashed", "average place of Beam F3", region_point(standard)),
    )
    return [Spot(letter, shape, words, at) for letter, shape, words, at in named if at is not None]


def _seed() -> Sphere | None:
    centre = region_point(SEED)
    rows = rows_of("regions/regions", id=SEED)
    radius = rows[0].optional_number("radius") if rows else None
    return None if centre is None or radius is None else Sphere(centre, radius, SEED_NAME)


def _own_slices(target: Target, t1w: Path | None) -> _Cut | None:
    """Return slices of the person's own image, or None where there is no image or no point."""
    point = _placed(target, OWN)
    if t1w is None or point is None:
        return None
    found = person_volume(t1w, point)
    if found is None:
        return None
    exact = target.space == OWN
    half, most = _regions(target, own_space=exact)
    spots = tuple(_method_spots(target)) if exact else ()
    scene = Scene(point, half, most, spots)
    words = say("target_own_anatomy")
    if not exact:
        words += f" {say('target_own_balls', space=target.space)}"
    return _cut(scene, found, close_up(point, None), words)


def _template_slices(target: Target, scene: Scene | None) -> _Cut:
    if scene is None:
        return _Cut((), say("target_other_space", space=target.space))
    volume = template_volume()
    words = say("target_template" if volume else "target_schematic")
    words += f" {say('target_projected')}"
    space = target.space
    if not space.startswith(PICTURED):
        space = next(p.space for p in target.places if p.space.startswith(PICTURED) and p.point)
        words += f" {say('target_balls', space=target.space)}"
    if volume and space != TEMPLATE_SPACE:
        words += f" {say('target_space', space=space)}"
    return _cut(scene, volume, close_up(scene.point), words)


def _cut(scene: Scene, volume: Volume | None, window: Window, words: str) -> _Cut:
    cut = None if volume is None else slice_pictures(volume, scene.point, window)
    stacks = () if volume is None else tuple(_stack(p, scene, volume, window) for p in PLANES)
    return _Cut(_slices(scene, cut, window), words, stacks)


def _stack(plane: Plane, scene: Scene, volume: Volume, window: Window) -> Stack:
    """Return the slices of one plane, the one that holds the point among them."""
    through, slices = AXES[plane][2], []
    addresses = stack_addresses(volume, plane, scene.point, window)
    for offset, address in zip(offsets(), addresses, strict=True):
        place = scene.point[through] + offset
        at = (*scene.point[:through], place, *scene.point[through + 1 :])
        words = _plane_words(plane, (at[0], at[1], at[2]))
        slices.append(Slice(stack_slice(plane, scene, address, window, place), words))
    return Stack(plane, tuple(slices), offsets().index(0))


def _slices(scene: Scene, cut: dict[Plane, str] | None, window: Window) -> tuple[Slice, ...]:
    return tuple(
        Slice(
            brain_slice(plane, scene, cut[plane] if cut else None, window),
            _plane_words(plane, scene.point),
        )
        for plane in PLANES
    )


def _plane_words(plane: Plane, point: Point) -> str:
    through = AXES[plane][2]
    words = f"{plane.capitalize()}, {LETTERS[through]} = {n.coordinate_mm(point[through])} mm"
    if plane == "sagittal" and point[0]:
        words += " (left)" if point[0] < 0 else " (right)"
    return words


def _legend(scene: Scene | None) -> tuple[Legend, ...]:
    entries = [
        Legend(spot_glyph("cross"), "cross: the point"),
        Legend(spot_glyph("region"), "shade: 50 % and 95 % of the resampled points"),
    ]
    if scene is not None:
        entries += [Legend(spot_glyph(s.shape), f"{s.letter}: {s.words}") for s in scene.spots]
        if scene.seed is not None:
            entries.append(Legend(spot_glyph("seed"), f"dashed ring: seed, {region_title(SEED)}"))
    return tuple(entries)


def _summary(target: Target, scene: Scene | None) -> str:
    side = "left" if target.side == "L" else "right"
    reach = n.reach_mm(target.radius95)
    words = (
        f"Three views of a glass brain and three slices through the target on the {side}. "
        f"95 % of the resampled points lie within {reach} of it."
    )
    if scene is None:
        return words
    names = ", ".join(f"{spot.letter} {spot.words}" for spot in scene.spots)
    return f"{words} Also marked: {names}. The numbers stand in the tables below."
