"""How far the answer hangs on numbers of the model that nobody knows exactly.

Every number that ``hyperparameters/sensitivity`` names goes to both ends of its range, one at a
time, and the whole run is made again. What changes is told; what does not is counted.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from equipoise import pipeline
from equipoise.apps.decide.ranges import Change, changes, write_changed
from equipoise.core.documents import SCHEMA_VERSION
from equipoise.core.errors import InputError
from equipoise.core.nouns import Decision, Timeline
from equipoise.core.steps import NoStore, Watcher, quiet
from equipoise.core.tables import use_site

__all__ = ["Moved", "sensitivity"]

OUTCOMES: Final = ("response", "remission", "dropout")
DECIMALS: Final = 4
LAYERS: Final = (("established", "predictions"), ("exploratory", "exploratory"))


@dataclass(frozen=True, slots=True)
class Moved:
    """What one change of a number does to the answer.

    Parameters
    ----------
    change : Change
        The number and its end.
    first : str or None
        The option of highest expected utility now; None where the run is refused.
    joined, left : tuple of str
        Options that are tied with the first choice now and were not, and the other way round.
    largest : dict
        The chance that moved most: option, layer, outcome, difference; empty where none did.
    plan : str or None
        Id of the plan of a year with most weeks in remission; None where there is none.
    refused : str or None
        Why the tables with this end do not fit together.
    """

    change: Change
    first: str | None
    joined: tuple[str, ...]
    left: tuple[str, ...]
    largest: dict[str, Any]
    plan: str | None = None
    refused: str | None = None


def sensitivity(
    timeline: Timeline,
    settings: pipeline.RunSettings,
    site: Path | None = None,
    watch: Watcher = quiet,
) -> dict[str, Any]:
    """Return which numbers of the model would change the answer for a person.

    Parameters
    ----------
    timeline : Timeline
        The person.
    settings : RunSettings
        Day, seed, acknowledgement: the same in every run.
    site : Path or None, optional
        The site's tables in force; they are in force again afterwards.
    watch : Watcher, optional
        Told how far the work is.

    Returns
    -------
    dict
        Keys ``schema_version label date first_choice tie_group first_plan sentence runs rows``;
        no rows, with the reason in `sentence`, where nothing is ranked.
    """
    before = _decide(timeline, settings)
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "label": timeline.label,
        "date": settings.today,
        "first_choice": _first(before),
        "tie_group": sorted(_tied(before)),
        "first_plan": _plan(before),
        "sentence": before.sentence,
        "rows": [],
    }
    planned = changes() if before.predictions else ()
    for done, change in enumerate(planned, start=1):
        document["rows"].append(_entry(_try(change, before, (timeline, settings), site), before))
        watch("Runs with one number changed", done, len(planned))
    document["runs"] = len(planned)
    return document


def _decide(timeline: Timeline, settings: pipeline.RunSettings) -> Decision:
    return pipeline.run_person(timeline, settings, store=NoStore()).decision


def _try(
    change: Change,
    before: Decision,
    run: tuple[Timeline, pipeline.RunSettings],
    site: Path | None,
) -> Moved:
    try:
        with _in_force(change, site):
            after = _decide(*run)
    except InputError as error:
        return Moved(change, None, (), (), {}, refused=error.line())
    joined, left = _tied(after) - _tied(before), _tied(before) - _tied(after)
    largest = _largest(before, after)
    sides = tuple(sorted(joined)), tuple(sorted(left))
    return Moved(change, _first(after), *sides, largest, _plan(after))


@contextmanager
def _in_force(change: Change, site: Path | None) -> Iterator[None]:
    """Put a changed table in force and go back to the tables before, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="equipoise-tables-") as name:
        folder = Path(name)
        if site is not None:
            shutil.copytree(site, folder, dirs_exist_ok=True)
        write_changed(change, folder)
        try:
            use_site(folder)
            yield
        finally:
            use_site(site)


def _first(decision: Decision) -> str | None:
    """Return the option of highest expected utility; the page orders a tie group by name."""
    ranked = sorted(decision.predictions, key=lambda one: (-one.utility, one.treatment))
    return ranked[0].treatment if ranked else None


def _plan(decision: Decision) -> str | None:
    return decision.year_plans[0].id if decision.year_plans else None


def _tied(decision: Decision) -> set[str]:
    return {one.treatment for one in decision.predictions if one.tied}


def _largest(before: Decision, after: Decision) -> dict[str, Any]:
    found: list[tuple[float, str, str, str]] = []
    for layer, name in LAYERS:
        now = {one.treatment: one for one in getattr(after, name)}
        for old in getattr(before, name):
            new = now.get(old.treatment)
            for outcome in OUTCOMES if new is not None else ():
                moved = getattr(new, outcome).mean - getattr(old, outcome).mean
                found.append((round(moved, DECIMALS), old.treatment, layer, outcome))
    # Of equal ones the first by layer and id, as they stand in the list.
    if not found:
        return {}
    moved, treatment, layer, outcome = max(found, key=lambda one: abs(one[0]))
    said = {"treatment": treatment, "layer": layer, "outcome": outcome, "difference": moved}
    return said if moved else {}


def _entry(moved: Moved, before: Decision) -> dict[str, Any]:
    change = moved.change
    return {
        "table": change.table,
        "column": change.column,
        "row": change.name,
        "end": change.end,
        "before": change.before,
        "after": change.after,
        "first_choice": moved.first,
        "changes_first_choice": moved.refused is None and moved.first != _first(before),
        "joined_tie_group": list(moved.joined),
        "left_tie_group": list(moved.left),
        "largest_change": moved.largest,
        "first_plan": moved.plan,
        "changes_first_plan": moved.refused is None and moved.plan != _plan(before),
        "refused": moved.refused,
    }
