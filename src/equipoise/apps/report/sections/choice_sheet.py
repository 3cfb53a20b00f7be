"""Data-sheet lines of what surrounds the choice: tests, going on, together, a year, wishes."""

from __future__ import annotations

from collections.abc import Iterator

from equipoise.apps.report import numbers as n
from equipoise.apps.report.names import treatment_title
from equipoise.apps.report.sections.line import NA, Line
from equipoise.core.nouns import Combination, Continuation, Decision, Interval

__all__ = ["choice_sheet"]


def choice_sheet(decision: Decision) -> Iterator[Line]:
    """Return the numbers of a decision beside those of its predictions.

    Parameters
    ----------
    decision : Decision
        Not withheld.

    Returns
    -------
    iterator of Line
        Chances from 0 to 1, weeks, points of utility of 100.
    """
    yield from _weights(decision)
    yield from _tests(decision)
    for one in decision.continuations:
        yield from _continuation(one)
    for combination in decision.combinations:
        yield from _combination(combination)
    for plan in decision.year_plans:
        stem = f"year.{plan.id}"
        yield _spread(f"{stem}.weeks_well", f"{plan.title}, weeks well", plan.weeks_well, "wk")
        yield Line(f"{stem}.ever_well", f"{plan.title}, ever well", _chance(plan.ever_well), "1")
        for name, number in (("dropouts", plan.dropouts), ("visits", plan.visits)):
            yield Line(f"{stem}.{name}", f"{plan.title}, {name}", n.exact(number), f"{{{name}}}")
    for versus in decision.year_comparisons:
        yield Line(
            f"year.{versus.a}.{versus.b}.lead",
            f"weeks well, {versus.a} minus {versus.b}",
            n.exact(versus.lead),
            "wk",
            n.exact(versus.lead_error),
            note=versus.verdict,
        )


def _chance(value: float) -> str:
    return n.exact_chance(value)


def _spread(name: str, label: str, interval: Interval, unit: str, **about: str) -> Line:
    told = _chance if unit == "1" else n.exact
    ends = [told(end) for end in (*interval.ci80, *interval.ci95)]
    return Line(name, label, told(interval.mean), unit, NA, *ends, **about)


def _weights(decision: Decision) -> Iterator[Line]:
    for name, share in decision.weights:
        yield Line(f"weight.{name}", f"weight of {name}", _chance(share), "1")
    for one in decision.preference_changes:
        yield Line(
            f"weight.{one.attribute}.{one.option}",
            f"weight of {one.attribute} that puts {one.option} first",
            _chance(one.needed),
            "1",
        )


def _tests(decision: Decision) -> Iterator[Line]:
    layers = (("established", decision.tests), ("exploratory", decision.exploratory_tests))
    for layer, tests in layers:
        for one in tests:
            stem = f"{layer}.test.{one.test}"
            error = n.exact(one.evsi_error)
            yield Line(f"{stem}.evsi", f"{one.title}, value", n.exact(one.evsi), "{points}", error)
            changed = _chance(one.p_changes_choice)
            yield Line(f"{stem}.p_changes_choice", f"{one.title}, changes", changed, "1")


def _continuation(one: Continuation) -> Iterator[Line]:
    stem = f"under_way.{one.treatment}"
    yield Line(f"{stem}.improvement", f"{one.title}, change", n.exact(one.improvement), "%")
    yield _spread(f"{stem}.before", f"{one.title}, before the change was known", one.before, "1")
    for move in one.moves:
        if move.response is not None:
            names = ", ".join(treatment_title(name) for name in move.treatments)
            about = {"grade": move.grade, "source": "; ".join(move.references)}
            label = f"{move.kind}: {names}"
            yield _spread(f"{stem}.{move.kind}", label, move.response, "1", **about)


def _combination(one: Combination) -> Iterator[Line]:
    stem = f"together.{'+'.join(one.parts)}"
    about = {
        "grade": one.grade,
        "checked": one.checked,
        "source": "; ".join(one.references),
        "note": one.path,
    }
    parts = (("response", one.response), ("remission", one.remission), ("gain", one.gain))
    for name, interval in parts:
        yield _spread(f"{stem}.{name}", f"{one.title}, {name}", interval, "1", **about)
