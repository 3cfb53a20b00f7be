"""The decision, the answer in two sentences, and the option forest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from equipoise.apps.report import numbers as n
from equipoise.apps.report.charts.forest import FOREST_AXIS, established_plot, research_plot
from equipoise.apps.report.charts.marks import glyph
from equipoise.apps.report.charts.svg import element
from equipoise.apps.report.figures import average, best_in, between, chance
from equipoise.apps.report.listing import (
    FOREST_ROWS,
    against_average,
    foremost,
    never_compared,
    never_words,
    only_averages,
)
from equipoise.apps.report.names import anchor, measure_title, treatment_title
from equipoise.apps.report.sections.all_options import all_options, sorted_by
from equipoise.apps.report.sections.excluded import reasons_anchor
from equipoise.apps.report.sections.safety import withheld
from equipoise.apps.report.views import DataTable, Legend, PlotGroup, PlotRow, RowChart
from equipoise.apps.report.wording import joined, say, sentence, tell
from equipoise.core.avoided import avoided, avoided_options
from equipoise.core.casing import within
from equipoise.core.nouns import Decision, Dossier, Prediction

__all__ = [
    "Answer",
    "answer",
    "close_headline",
    "decision_sentence",
    "moved_by_research",
    "nothing_measured",
    "off_paper",
    "research_line",
    "safety_mark",
    "weighed",
]

RESEARCH_ROWS: Final = 3
NAMED: Final = 4
HEADLINE_NAMES: Final = 3
HEADLINE_LETTERS: Final = 120
MARKS: Final = {"caution": "mark_caution", "cannot_tell": "mark_open"}
Pair = tuple[Prediction, Prediction]
"""One option in the established and in the research layer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer; `forest` and `table` are None where the ranking is withheld or empty.

    `sentences` stand on the page that decides, `more` with all options.
    """

    decision: str
    headline: str
    sentences: tuple[str, ...]
    more: tuple[str, ...]
    defined: str
    forest: RowChart | None
    table: DataTable | None
    sorted_by: str
    weighed: str


def nothing_measured(dossier: Dossier) -> bool:
    """Whether no measure at all was taken."""
    return not dossier.measurements and not dossier.targets


def answer(dossier: Dossier) -> Answer:
    """Return decision, answer and forest of one person."""
    shown = () if withheld(dossier) else dossier.decision.predictions
    head, page, rest = _sentences(dossier, shown)
    headline = (_headline(head, shown) if shown else "") or head
    return Answer(
        decision=decision_sentence(dossier),
        headline=headline,
        sentences=page,
        more=tuple(line for line in (head if headline != head else "", rest) if line),
        defined=say("defined"),
        forest=_forest(dossier, shown) if shown else None,
        table=all_options(dossier) if shown else None,
        sorted_by=sorted_by(dossier) if shown else "",
        weighed=weighed(dossier),
    )


def _headline(head: str, shown: tuple[Prediction, ...]) -> str:
    """Return a short headline where the first sentence is none, or nothing."""
    close = close_headline(shown)
    if close or len(head) <= HEADLINE_LETTERS:
        return close
    tied = [p for p in shown if p.tied] or [shown[0]]
    if len(tied) > 1:
        return say("answer_close", n=n.WORDS[len(tied)])
    return say("answer_first", option=tied[0].title, n=str(len(shown)))


def close_headline(shown: tuple[Prediction, ...]) -> str:
    """Return a short headline where more options tie than a headline can name, or nothing."""
    tied = sum(p.tied for p in shown)
    if tied <= HEADLINE_NAMES:
        return ""
    number = n.WORDS[tied] if tied < len(n.WORDS) else str(tied)
    return say("answer_close", n=number)


def weighed(dossier: Dossier) -> str:
    """Return whose weights rank the options and what is not weighed; nothing without a ranking."""
    if withheld(dossier) or not dossier.decision.predictions:
        return ""
    # Whose weights; what is not known of an option stands with the weights themselves.
    whose, _ = _first_sentence(dossier.decision.weights_source)
    return sentence(say("weighed", whose=whose))


def safety_mark(dossier: Dossier, treatment: str) -> str:
    """Return the word for a safety verdict that asks for care, or nothing."""
    found = next((v for v in dossier.appraisal.verdicts if v.treatment == treatment), None)
    if found is None or found.verdict not in MARKS:
        return ""
    return say("mark_avoid" if avoided(found) else MARKS[found.verdict])


def _verdict(dossier: Dossier, treatment: str) -> str:
    found = (v.verdict for v in dossier.appraisal.verdicts if v.treatment == treatment)
    return next(found, "")


def off_paper(text: str) -> Markup:
    """Return words that the printed first page leaves to the tables behind it."""
    return element("span", text, class_="off-paper")


def _mark(dossier: Dossier, treatment: str) -> tuple[str, str] | None:
    row = reasons_anchor(dossier, treatment, _verdict(dossier, treatment))
    mark = safety_mark(dossier, treatment)
    return (mark, row) if row and mark else None


def decision_sentence(dossier: Dossier) -> str:
    """Return what has to be decided, in one sentence."""
    stage = dossier.appraisal.stage
    if withheld(dossier):
        return say("decision_emergency")
    if not stage.known:
        return say("decision_unknown")
    if stage.at_most == 0:
        going = [within(treatment_title(one.treatment)) for one in dossier.appraisal.under_way]
        return say("decision_going", treatments=joined(going)) if going else say("decision_first")
    if stage.at_most > stage.count:
        return say("decision_range", low=str(stage.count), high=str(stage.at_most))
    trials = n.count(stage.count, "adequate trial", spelled=True)
    return say("decision_known", trials=trials)


def _sentences(dossier: Dossier, shown: tuple[Prediction, ...]) -> tuple[str, tuple[str, ...], str]:
    """Return the first sentence of the answer, what stands below it, and the rest."""
    if withheld(dossier):
        return "", (), ""
    if not shown:
        return dossier.decision.sentence or say("answer_none"), (), ""
    tied = [p for p in shown if p.tied] or [shown[0]]
    if len(tied) == 1:
        first = tied[0]
        said = tell(
            "sentences.answer_one",
            option=first.title,
            mean=chance(first),
            ci80=between(first),
            average=average(first),
        )
    else:
        means = sorted(tied, key=lambda p: p.response.mean)
        low, high = chance(means[0]), chance(means[-1])
        said = tell("sentences.answer_many", low=low, high=high, n=str(len(tied)))
    head, rest = _first_sentence(dossier.decision.sentence)
    alone = (
        (say("population_only"),) if nothing_measured(dossier) and only_averages(dossier) else ()
    )
    return head, (said, *alone), rest


def _first_sentence(text: str) -> tuple[str, str]:
    parts = re.split(r"(?<=[.!?]) (?=[A-Z])", text.strip(), maxsplit=1)
    return parts[0], parts[1] if len(parts) > 1 else ""


def moved_by_research(dossier: Dossier) -> tuple[Pair, ...]:
    """Return the options, as (established, research), that research moderators move."""
    research = {p.treatment: p for p in dossier.decision.exploratory}
    pairs = [
        (p, research[p.treatment]) for p in dossier.decision.predictions if p.treatment in research
    ]
    return tuple((e, x) for e, x in pairs if _differs(e, x))


def research_line(dossier: Dossier) -> str:
    """Return what unproven research would shift, most first; nothing where it shifts nothing."""
    shifted = [pair[1] for pair in moved_by_research(dossier) if n.whole(pair[1].shift.mean)]
    if withheld(dossier) or not shifted:
        return ""
    shifted.sort(key=lambda one: (-abs(one.shift.mean), one.treatment))
    measures = sorted({
        measure_title(driver.measure)
        for one in shifted
        for driver in one.drivers
        if not driver.outlook
    })
    said = [f"{within(one.title)} by {_points(one.shift.mean)}" for one in shifted]
    measures = [*measures[:1], *(within(name) for name in measures[1:])]
    return say("research_line", measures=joined(measures), options=joined(said, most=RESEARCH_ROWS))


def _points(shift: float) -> str:
    return f"{n.points(shift)} point{'' if abs(n.whole(shift)) == 1 else 's'}"


def _differs(established: Prediction, research: Prediction) -> bool:
    # What moves every option alike is no reason for one of them: it belongs to the outlook.
    moderators = {d.moderation for d in research.drivers if not d.outlook}
    return bool(moderators - {d.moderation for d in established.drivers})


def _forest(dossier: Dossier, shown: tuple[Prediction, ...]) -> RowChart:
    measured = not only_averages(dossier)
    words = {against_average(p, measured=measured) for p in shown}
    same = words.pop() if len(words) == 1 < len(shown) else ""
    groups = [
        PlotGroup(title, tuple(_row(dossier, p, "" if same else _stands(dossier, p)) for p in part))
        for title, part in _parts(shown, avoided_options(dossier.appraisal.verdicts))
    ]
    moved = sorted(moved_by_research(dossier), key=lambda pair: -abs(pair[1].shift.mean))
    drawn = [pair for pair in moved if n.whole(pair[1].shift.mean)]
    if drawn:
        rows = tuple(_research_row(dossier.decision, *pair) for pair in drawn[:RESEARCH_ROWS])
        groups.append(PlotGroup(say("research_title"), rows, kind="research"))
    return RowChart(
        id="forest",
        title=_title(shown),
        summary=_summary(shown),
        label_head="Option",
        axis_title="of 100 people, respond by week 8",
        value_head="Of 100",
        axis=FOREST_AXIS,
        groups=tuple(groups),
        legend=_legend(bool(drawn), bool(never_compared(dossier.decision))),
        caption=" ".join(
            text
            for text in (
                say("all_alike", words=within(same)) if same else "",
                _research_words(moved, drawn),
            )
            if text
        ),
    )


def _stands(dossier: Dossier, prediction: Prediction) -> str:
    return against_average(prediction, measured=not only_averages(dossier))


def _research_words(moved: list[Pair], drawn: list[Pair]) -> str:
    if not moved:
        return say("research_none")
    if not drawn:
        titles = [established.title for established, _ in moved]
        return say("research_small", options=joined(titles, most=NAMED))
    more = len(moved) - len(drawn[:RESEARCH_ROWS])
    return say("research_note", n=n.count(more, "option")) if more else ""


def _parts(
    shown: tuple[Prediction, ...], behind: frozenset[str]
) -> list[tuple[str, list[Prediction]]]:
    drawn = foremost(shown, FOREST_ROWS, behind=behind)
    number = sum(p.tied for p in shown)
    tied = [p for p in drawn if p.tied]
    parts = []
    if len(tied) < number:
        parts.append((say("forest_cut", n=str(number), shown=str(len(tied))), tied))
    elif number > 1:
        parts.append(("No clear first choice among these", tied))
    elif tied:
        parts.append(("First by expected benefit", tied))
    rest = [p for p in drawn if not p.tied]
    return [*parts, ("After these", rest)] if rest else parts


def _row(dossier: Dossier, prediction: Prediction, stands: str) -> PlotRow:
    best = Markup("best in ") + best_in(prediction) + off_paper(" of 100")
    notes: list[str] = [
        never_words(dossier.decision, prediction),
        *([off_paper(stands)] if stands else []),
        escape(f"Grade {prediction.grade}") + off_paper(f", {prediction.checked}") + "; " + best,
    ]
    notes += [sentence(say("extrapolated"))] if prediction.extrapolated else []
    return PlotRow(
        label=prediction.title,
        plot=established_plot(prediction),
        value=chance(prediction),
        notes=tuple(notes),
        value_notes=_ranges(prediction),
        anchor=anchor("option", prediction.treatment),
        mark=_mark(dossier, prediction.treatment),
    )


def _ranges(prediction: Prediction) -> tuple[Markup, Markup]:
    """Return both intervals of a response; paper keeps the narrower one."""
    narrow = Markup("{}: {}").format(n.P80, between(prediction))
    wide = Markup("{}: {}").format(n.P95, between(prediction, 95))
    return narrow, off_paper(wide)


def _outlook_words(established: Prediction, research: Prediction) -> str:
    """Return how far the outlook of the research layer departs, or nothing where it does not."""
    if n.whole(research.outlook) == n.whole(established.outlook):
        return ""
    return say(
        "research_outlook",
        research=n.points(research.outlook),
        established=n.points(established.outlook),
    )


def _research_row(decision: Decision, established: Prediction, research: Prediction) -> PlotRow:
    words = say(
        "research_row",
        shift=n.points(research.shift.mean),
        shift80=n.range_points(research.shift.ci80),
    )
    measures = sorted({
        within(measure_title(driver.measure)) for driver in research.drivers if not driver.outlook
    })
    grades = sorted({driver.grade for driver in research.drivers if not driver.outlook})
    outlook = _outlook_words(established, research)
    return PlotRow(
        label=research.title,
        plot=research_plot(research),
        value=Markup("would be {}").format(chance(research)),
        notes=(
            never_words(decision, research),
            off_paper(words),
            # Without it a small shift beside a chance far from the ranked one reads as a mistake.
            *([off_paper(outlook)] if outlook else []),
            off_paper(f"From {joined(measures)}, ") + f"grade {joined(grades)}",
        ),
        value_notes=_ranges(research),
        anchor=anchor("research", research.treatment),
        kind="research",
    )


def _title(shown: tuple[Prediction, ...]) -> str:
    tied = [p for p in shown if p.tied]
    if len(tied) > NAMED:
        return f"The data do not separate {len(tied)} of {len(shown)} options"
    best = (tied if len(tied) > 1 else list(shown))[: max(len(tied), 2)]
    parts = [f"{p.title} in {n.of_100(p.p_best)}" for p in best]
    return f"Best of 100 model runs: {joined(parts)}"


def _summary(shown: tuple[Prediction, ...]) -> str:
    ordered = sorted(shown, key=lambda p: p.response.mean)
    low, high = ordered[0], ordered[-1]
    return (
        f"Chart of {n.count(len(shown), 'option')}: chance of response by week 8 with 80 and 95 % "
        f"intervals. Highest: {high.title}, {n.of_100(high.response.mean)} of 100. Lowest: "
        f"{low.title}, {n.of_100(low.response.mean)} of 100. All numbers stand in the table below."
    )


def _legend(research: bool, never: bool) -> tuple[Legend, ...]:
    entries = [
        Legend(glyph("estimate"), "dot: best estimate; thick line: 80 %; thin line: 95 %"),
        Legend(glyph("average"), "upright tick: average person of this stage, same option"),
        Legend(
            Markup(""),
            "best in N of 100: model runs in which the weighted benefit is highest; options that "
            "little is known of win often, so this is no chance of being right",
        ),
    ]
    if never:
        entries.append(Legend(Markup(""), say("never_legend")))
    if research:
        words = "hollow diamond, dashed: research layer, not used for the ranking"
        entries.append(Legend(glyph("research"), words))
    return tuple(entries)
