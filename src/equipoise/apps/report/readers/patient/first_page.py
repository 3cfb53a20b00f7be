"""Page one, enough on its own: what was found, what to do, the next date, whom to call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.document import Block, Box, Bullets, Form, FormLine, Heading, Section
from equipoise.apps.report.document import Text as Words
from equipoise.apps.report.figures import chance, chance_range, date, rest_of_100
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.readers.crisis import crisis_box
from equipoise.apps.report.readers.patient.doing import (
    course_of_mood,
    last_point,
    level_words,
    scale_end,
    score,
)
from equipoise.apps.report.readers.patient.naming import called
from equipoise.apps.report.readers.patient.offered import (
    offered,
    points_to_bipolar,
    shows_options,
)
from equipoise.apps.report.readers.patient.plan import next_step, step_words
from equipoise.apps.report.readers.patient.taking import how_to_go_on
from equipoise.apps.report.wording import tell
from equipoise.core.nouns import Dossier, Prediction

__all__ = ["first_page"]

THREE: Final = 3
UNKNOWN_FACTS: Final = frozenset({"settle_facts", "complete_check", "settle_diagnosis"})
HELPING: Final = frozenset({"enough", "partial"})


def first_page(dossier: Dossier) -> Section:
    """Return the first page; whom to call stands at its foot, at its head after a red flag."""
    crisis = crisis_box(dossier)
    flagged = bool(dossier.appraisal.red_flags)
    blocks: tuple[Block, ...] = (
        *((crisis,) if flagged else ()),
        Words(_decision(dossier), "lead"),
        Heading(_("What we found")),
        Bullets(tuple(_found(dossier))[:THREE], ordered=True),
        *_meaning(dossier),
        Heading(_("What you can do")),
        Bullets(tuple(_to_do(dossier))[:THREE], ordered=True),
        _next(dossier),
        *(() if flagged else (crisis,)),
        *(() if flagged else (Words(tell("patient.how_to_read"), "small"),)),
    )
    return Section("one-page", _("Your results on one page"), blocks)


def _running(dossier: Dossier) -> list[str]:
    return [one.treatment for one in dossier.appraisal.under_way]


def _decision(dossier: Dossier) -> Markup:
    running = _running(dossier)
    if running:
        return tell("patient.decide_going", treatments=called(running))
    if not dossier.appraisal.stage.known:
        return tell("patient.decide_unknown")
    return tell("patient.decide_next" if dossier.appraisal.trials else "patient.decide_first")


def _found(dossier: Dossier) -> Iterator[Markup]:
    yield _score(dossier)
    yield _tried(dossier)
    yield _choices(dossier)


def _score(dossier: Dossier) -> Markup:
    course = course_of_mood(dossier)
    if course is None:
        return tell("patient.found_no_score")
    point, words = last_point(course), level_words(course)
    lowest, highest = scale_end(course, "lowest"), scale_end(course, "highest")
    parts = [tell("patient.found_score", date=date(point.date), score=score(course, point))]
    if lowest is not None and highest is not None:
        parts.append(tell("patient.found_scale", lowest=lowest, highest=highest))
    return Markup(" ").join([*parts, words] if words is not None else parts)


def _tried(dossier: Dossier) -> Markup:
    """Return what was tried, or how what is taken now does."""
    trials = dossier.appraisal.trials
    if not dossier.appraisal.stage.known:
        return tell("patient.found_tried_unknown")
    failed = [t.treatment for t in trials if t.adequate == "yes" and t.failed == "yes"]
    names = list(dict.fromkeys(failed))
    if names:
        return tell("patient.found_tried", len(names), treatments=called(names))
    running = _running(dossier)
    if running:
        helping = {t.treatment for t in trials if t.benefit in HELPING}
        words = "found_working" if set(running) <= helping else "found_under_way"
        return tell(f"patient.{words}", len(running), treatments=called(running))
    return tell("patient.found_tried_short" if trials else "patient.found_tried_none")


def _choices(dossier: Dossier) -> Markup:
    """Return how often the choices of the table help, from the least to the most often."""
    if not shows_options(dossier):
        return tell("patient.found_no_choice")
    options = offered(dossier).shown
    if not options:
        return tell("patient.found_no_choice")
    known = dossier.appraisal.stage.known
    parts = [tell(f"patient.{_ways(dossier, options)}"), _range(options, known=known)]
    parts.append(_true(options))
    if not known:
        parts.append(tell("patient.found_range_unknown"))
    if points_to_bipolar(dossier):
        parts.append(tell("options.bipolar"))
    return Markup(" ").join(parts)


def _ways(dossier: Dossier, options: tuple[Prediction, ...]) -> str:
    """Return what the table of choices holds: a choice, or examples where none is planned."""
    if not offered(dossier).planned:
        return "found_examples"
    if len(options) == 1:
        return "found_one_choice"
    return "found_tie" if all(p.tied for p in options) else "found_order"


def _meaning(dossier: Dossier) -> tuple[Words, ...]:
    """Return what the words of the numbers mean, where there are numbers."""
    if not shows_options(dossier) or not offered(dossier).shown:
        return ()
    return (Words(tell("options.much_better"), "small"),)


def _range(options: tuple[Prediction, ...], *, known: bool) -> Markup:
    """Return how often options help; of people at their first treatment where none is known."""
    name = "found_range" if known else "found_range_first"
    low = min(options, key=lambda p: p.response.mean)
    high = max(options, key=lambda p: p.response.mean)
    if n.whole(low.response.mean) == n.whole(high.response.mean):
        return tell(f"patient.{name}_one", low=chance(low), rest=rest_of_100(low))
    return tell(
        f"patient.{name}",
        low=chance(low),
        high=chance(high),
        rest_low=rest_of_100(high),
        rest_high=rest_of_100(low),
    )


def _true(options: tuple[Prediction, ...]) -> Markup:
    """Return how low and how high the true numbers could be, over all options."""
    ends = [chance_range(p) for p in options]
    lowest = min(range(len(options)), key=lambda i: options[i].response.ci80[0])
    highest = max(range(len(options)), key=lambda i: options[i].response.ci80[1])
    return tell("patient.found_range_true", low=ends[lowest][0], high=ends[highest][1])


def _to_do(dossier: Dossier) -> Iterator[Markup]:
    if dossier.appraisal.red_flags:
        yield tell("patient.do_dark")
    yield from how_to_go_on(dossier)
    if not dossier.appraisal.stage.known:
        yield tell("patient.do_tell_unknown")
    if shows_options(dossier):
        yield tell("patient.do_wishes")
    if dossier.appraisal.stage.known and UNKNOWN_FACTS & {step.id for step in dossier.plan.steps}:
        yield tell("patient.do_tell")
    yield tell("patient.do_step")
    yield tell("patient.do_ask")


def _next(dossier: Dossier) -> Box:
    step = next_step(dossier)
    if step is None:
        words = tell("patient.next_none")
    else:
        check = tell("patient.next_check", date=date(step.review))
        words = Markup("{} {}").format(check, step_words(step, dossier))
    if dossier.appraisal.red_flags:
        return Box("info", _("Your next date"), (Words(words),))
    line = FormLine(tell("patient.next_ask"))
    return Box("info", _("Your next date"), (Words(words), Form("", (line,))))
