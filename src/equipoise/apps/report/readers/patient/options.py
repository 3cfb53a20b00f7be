"""The options side by side: how many get better, how many stop, what each is like."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from markupsafe import Markup

from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.document import Block, Bullets, Folded, Heading, Section, Text
from equipoise.apps.report.figures import chance, chance_range
from equipoise.apps.report.listing import only_averages
from equipoise.apps.report.readers.patient.grid import options_grid, taken_now
from equipoise.apps.report.readers.patient.living import plain_name
from equipoise.apps.report.readers.patient.naming import short_name
from equipoise.apps.report.readers.patient.offered import (
    KINDS,
    Offered,
    kind_of,
    offered,
    shows_options,
)
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import joined, tell
from equipoise.core.nouns import Dossier, Prediction
from equipoise.predict.words import BIPOLAR

__all__ = ["options_section", "others_section"]

SECTION: Final = "options"
REASONS: Final = ("tried", "together", "blocked", "avoided")
"""Why an option is not offered, in the order of the page."""
TOLD_APART: Final = 2
"""From so many options on it can be said whether studies tell them apart."""


def options_section(dossier: Dossier) -> Section | None:
    """Return the options side by side; None where no options may be shown."""
    if not shows_options(dossier):
        return None
    found = offered(dossier)
    title = tell("options.title" if found.planned or not found.shown else "options.title_examples")
    if not found.shown:
        return Section(SECTION, title, (_text("none"),), new_page=True)
    blocks: tuple[Block, ...] = (
        _text(_decision(dossier, found), "lead"),
        Text(Markup(" ").join(_answer(dossier, found))),
        _joined(_reading(dossier), "strip", "promise", "order"),
        options_grid(dossier, found.shown),
        *_warning(found),
        _joined("not_known", "mark"),
    )
    return Section(SECTION, title, blocks, new_page=True)


def others_section(dossier: Dossier) -> Section | None:
    """Return the options that have no column, and what is left out; None where none is shown."""
    if not shows_options(dossier):
        return None
    found = offered(dossier)
    table = (_all(found),) if found.shown else ()
    blocks = (*_names(found), *_left_out(found), *table)
    return Section("others", tell("options.others_title"), blocks)


def _decision(dossier: Dossier, found: Offered) -> str:
    if not found.planned:
        return "decision_later"
    return "decision_going" if taken_now(dossier) else "decision"


def _reading(dossier: Dossier) -> str:
    """Return whom the pictures show: nobody's past is like one that is not known."""
    return "reading" if dossier.timeline.treatments.known else "reading_first"


def _text(name: str, kind: str = "") -> Text:
    return Text(tell(f"options.{name}"), kind)


def _joined(*names: str) -> Text:
    return Text(Markup(" ").join(tell(f"options.{name}") for name in names))


def _warning(found: Offered) -> tuple[Text, ...]:
    """Return what to tell the team at once, where a medicine stands among the options."""
    medicines = [p for p in found.shown if kind_of(p.treatment) in KINDS[:2]]
    return (_text("darker"),) if medicines else ()


def _answer(dossier: Dossier, found: Offered) -> list[Markup]:
    """Return what studies say about the difference, and whom the numbers are of."""
    checks = dossier.appraisal.diagnosis_check
    bipolar = any(one.id == BIPOLAR and one.status == "abnormal" for one in checks)
    said = [] if found.planned else [tell("options.from_list")]
    said += [tell("options.bipolar")] if bipolar else []
    said += [_apart(found.shown)] if found.planned and len(found.shown) >= TOLD_APART else []
    known = dossier.timeline.treatments.known
    return [*said, _moved(dossier, found.shown) if known else tell("options.history_unknown")]


def _apart(shown: tuple[Prediction, ...]) -> Markup:
    """Return whether studies tell the options apart; a tie is said as a tie."""
    ahead = [plain_name(p.treatment) for p in shown if p.tied]
    if len(ahead) == len(shown):
        return tell("options.tie")
    if not ahead:
        return tell("options.behind")
    return tell("options.ahead", number=len(ahead), names=joined(ahead))


def _moved(dossier: Dossier, shown: tuple[Prediction, ...]) -> Markup:
    """Return whether anything about the person moves the numbers."""
    if only_averages(dossier):
        return tell("options.nothing_measured")
    if any(p.shift.words == "cannot_tell" for p in shown):
        return tell("options.cannot_tell")
    return tell("options.not_changed")


def _all(found: Offered) -> Folded:
    """Return every option with its numbers, folded: those above, then the others by kind."""
    groups = [(str(tell("options.beside")), len(found.shown))]
    for kind, of in groupby(found.more, key=lambda p: kind_of(p.treatment)):
        name = kind if kind in KINDS else KINDS[-1]
        groups.append((str(tell(f"options.kind_{name}")), len(list(of))))
    heads = ("option", "better", "range", "stop", "range")
    table = DataTable(
        tell("options.numbers_caption"),
        tuple(tell(f"options.column_{head}") for head in heads),
        tuple(_numbers(p) for p in (*found.shown, *found.more)),
        widths=(40, 15, 15, 15, 15),
        groups=tuple(groups),
    )
    intro = _text("more_intro") if found.more else _text("more_only")
    return Folded(tell("options.more"), (intro, table), printed=False)


def _names(found: Offered) -> tuple[Block, ...]:
    """Return the names of the others alone; their numbers are folded and not printed."""
    if not found.more:
        return ()
    names = tuple(element("bdi", short_name(p.treatment)) for p in found.more)
    return _text("more_names"), Bullets(names, kind="run")


def _numbers(p: Prediction) -> tuple[str, ...]:
    """Return the numbers behind the pictures of one option."""
    name, ends = plain_name(p.treatment), (_range(p, "response"), _range(p, "dropout"))
    return name, chance(p), ends[0], chance(p, "dropout"), ends[1]


def _range(p: Prediction, outcome: str) -> Markup:
    low, high = chance_range(p, outcome)
    return tell("options.low_to_high", low=low, high=high)


def _left_out(found: Offered) -> tuple[Block, ...]:
    """Return what is not offered, with the reason in plain words."""
    blocks: list[Block] = []
    for reason in REASONS:
        names = [element("bdi", short_name(name)) for name, why in found.left_out if why == reason]
        if names:
            blocks.append(Text(tell(f"options.left_{reason}", number=len(names))))
            blocks.append(Bullets(tuple(names), kind="run"))
    title = (Heading(str(tell("options.left_out"))),) if blocks else ()
    return (*title, *blocks, _text("left_others"))
