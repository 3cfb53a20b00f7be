"""Weights to try: sliders, and everything that the page's script needs to rank anew."""

from __future__ import annotations

import json
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.forest import FOREST_AXIS, established_plot
from equipoise.apps.report.names import attribute_title, cell
from equipoise.apps.report.sections.answer import safety_mark
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.wording import capital, tell
from equipoise.core.avoided import avoided_options
from equipoise.core.nouns import Dossier, Prediction, Weighable, Weighing

__all__ = ["Slider", "WeighedRow", "WeighingView", "script_data", "weighing_view"]

STEP: Final = 5
GROUPS: Final = ("outcome", "side_effects", "burden", "cost")
SAID: Final = ("same", "ahead", "before", "sharing", "alone", "joined", "left", "none")
HEADS: Final = ("tied", "first", "rest", "behind", "avoid")
NUMBERS: Final = ("share", "row", "few", "most", "and_more")
PLACES: Final = ("share", "option", "options", "n", "utility", "best")
FEWEST: Final = 2
SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Slider:
    """One weight: its place among the weights, its name, where it stands, what is not known."""

    place: int
    id: str
    title: str
    value: int
    share: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeighedRow:
    """One option: its place in the script's arrays, what stands at its left, its marks."""

    place: int
    label: str
    mark: str
    plot: Markup
    value: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WeighingView:
    """Sliders by group, the rows that they move, and the data behind them as JSON."""

    groups: tuple[tuple[str, tuple[Slider, ...]], ...]
    rows: tuple[WeighedRow, ...]
    axis: Markup
    summary: str
    limit: str
    data: Markup


def weighing_view(dossier: Dossier) -> WeighingView | None:
    """Return what the sliders need; None where nothing is ranked or the ranking is withheld."""
    found, shown = dossier.decision.weighing, dossier.decision.predictions
    if withheld(dossier) or found is None or len(shown) < FEWEST:
        return None
    whole = sum(one.swing for one in found.attributes)
    sliders = [_slider(t, one, found, whole) for t, one in enumerate(found.attributes)]
    groups = []
    for group in GROUPS:
        part = [s for s in sliders if _group(s.id) == group]
        if part:
            groups.append((tell(f"interaction.group_{group}"), tuple(part)))
    places = {name: place for place, name in enumerate(found.options)}
    return WeighingView(
        groups=tuple(groups),
        rows=tuple(_row(dossier, p, places[p.treatment]) for p in shown),
        axis=FOREST_AXIS,
        summary=tell("interaction.summary", n=str(len(shown))),
        limit=tell("interaction.limit", n=str(found.count)),
        data=_embedded(script_data(dossier, found)),
    )


def _group(attribute: str) -> str:
    return cell("hyperparameters/attributes", "group", id=attribute) or ""


def _slider(place: int, one: Weighable, found: Weighing, whole: float) -> Slider:
    notes = []
    if one.unknown:
        of, gaps = str(len(found.options)), str(len(one.unknown))
        notes.append(tell("interaction.unknown", n=gaps, of=of))
    if cell("hyperparameters/attributes", "if_weighed", id=one.attribute) == "true":
        notes.append(tell("interaction.if_weighed"))
    return Slider(
        place=place,
        id=one.attribute,
        title=capital(attribute_title(one.attribute)),
        value=STEP * round(one.swing / STEP),
        share=tell("interaction.share", share=n.of_100(one.swing / whole)),
        notes=tuple(notes),
    )


def _row(dossier: Dossier, p: Prediction, place: int) -> WeighedRow:
    return WeighedRow(
        place=place,
        label=p.title,
        mark=safety_mark(dossier, p.treatment),
        plot=established_plot(p),
        value=n.of_100(p.response.mean),
        notes=(
            f"{n.P80}: {n.range_of_100(p.response.ci80)}",
            f"{n.P95}: {n.range_of_100(p.response.ci95)}",
        ),
    )


def script_data(dossier: Dossier, found: Weighing) -> dict[str, object]:
    """Return what the script ranks with; options are named by their place.

    Parameters
    ----------
    dossier : Dossier
        For titles and for what a caution says to avoid.
    found : Weighing
        Of its decision.

    Returns
    -------
    dict
        Numbers to six digits, so that a page from a stored run has the same bytes.
    """
    titles = {p.treatment: p.title for p in dossier.decision.predictions}
    behind = avoided_options(dossier.appraisal.verdicts)
    places = {name: place for place, name in enumerate(found.options)}
    return {
        "options": [titles[name] for name in found.options],
        "avoid": [places[name] for name in found.options if name in behind],
        "attributes": [
            {
                "id": one.attribute,
                "swing": _short(one.swing),
                "usual": _short(one.usual),
                "worths": [_short(worth) for worth in one.worths],
                "unknown": [places[name] for name in one.unknown],
                "known": _short(one.known_error),
                "gap": _short(one.unknown_error),
            }
            for one in found.attributes
        ],
        "expected": [[_short(x) for x in one] for one in found.expected],
        "mean": [[_short(x) for x in one] for one in found.mean],
        "spread": [[_short(x) for x in one] for one in found.spread],
        "correlation": found.correlation,
        "draws": found.draws,
        "count": found.count,
        "pairs": list(found.pairs),
        "points": found.tie_points,
        "scores": [_short(NormalDist().inv_cdf(chance)) for chance in found.tie_chances],
        "tolerance": found.tolerance,
        "concentration": found.concentration,
        "words": _words(len(found.options)),
        "shown": SHOWN,
    }


def _short(number: float) -> float:
    return float(f"{number:.6g}")


def _words(options: int) -> dict[str, str]:
    """Return the sentences of the script with their places left open."""
    open_places = {name: f"{{{name}}}" for name in PLACES}
    told = {
        name: tell(f"interaction.{name}", None, **open_places).unescape()
        for name in (*SAID, *HEADS, *NUMBERS)
    }
    told["more"] = tell("interaction.more", n=str(options)).unescape()
    told["fewer"] = tell("interaction.fewer", n=str(SHOWN)).unescape()
    return told


def _embedded(data: dict[str, object]) -> Markup:
    """Return JSON that cannot end the element that holds it."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))
