"""The audit page: what a report of a prediction model should tell, answered from the tables.

The 27 items are those of TRIPOD+AI, in our own words; the page says where something was not done.
"""

from __future__ import annotations

from typing import Final

from equipoise import __version__
from equipoise.apps.decide.audit_facts import facts, outside_rows
from equipoise.apps.evidence.page import Page, Section, render
from equipoise.apps.report.views import DataTable
from equipoise.apps.report.wording import capital
from equipoise.core.nouns import Decision, Dossier
from equipoise.core.tables import load_table, tables_digest

__all__ = ["audit_page"]

STATES: Final = {
    "done": "done",
    "partly": "partly",
    "not_done": "NOT DONE",
    "does_not_apply": "does not apply",
}
HUNDRED: Final = 100
FOUR, FIVE = 4, 5
PLAIN: Final = (
    "Chances are calibrated to published averages. They were tested on individual people only "
    "where open data allowed: for the change in the first weeks of drug treatment. No clinic's own "
    "people were seen, and nobody has shown that people do better when this model is used."
)


def audit_page(dossier: Dossier | None) -> str:
    """Return the audit page as one HTML document.

    Parameters
    ----------
    dossier : Dossier or None
        The run of a person, which gets a section of its own; None for the model alone.

    Returns
    -------
    str
        It holds its style; the same run gives the same bytes.
    """
    shown: list[tuple[str, str]] = [("Version", __version__), ("Tables", tables_digest())]
    notes: tuple[str, ...] = ("Not clinically reviewed.",)
    sections = [_items(dossier), _invented(), _published()]
    if dossier is not None:
        shown += [("Person", dossier.label), ("Day of the run", dossier.date)]
        shown += [("Seed", str(dossier.seed))]
        notes += tuple(f"{capital(notice)}." for notice in dossier.notices)
        sections.append(_run(dossier))
    sections.append(_beyond())
    return render(
        Page(
            brand="decision model",
            title="Audit of the decision model",
            facts=tuple(shown),
            notes=notes,
            sections=tuple(sections),
        )
    )


def _items(dossier: Dossier | None) -> Section:
    known = facts(dossier)
    items = tuple(load_table("validation/items"))
    states = [item.text("state") for item in items]
    rows = tuple(
        (
            f"{item.text('id')} {item.text('topic')}",
            STATES[item.text("state")],
            item.text("answer").format_map(known).strip(),
        )
        for item in items
    )
    groups: list[tuple[str, int]] = []
    for item in items:
        name = item.text("section")
        if groups and groups[-1][0] == name:
            groups[-1] = (name, groups[-1][1] + 1)
        else:
            groups.append((name, 1))
    counts = ", ".join(_counted(states.count(state), state) for state in STATES)
    table = DataTable(
        "What a report should tell (the items of TRIPOD+AI, in our words)",
        ("Item", "State", "Answer"),
        rows,
        widths=(26, 10, 64),
        groups=tuple(groups),
    )
    return Section(
        *("items", "The report", "What was done, and what was not"),
        paragraphs=(PLAIN, f"Of {len(items)} items: {counts}."),
        tables=(table,),
        small=(f"The items: {_reference('tripod_ai')}.",),
    )


def _counted(number: int, state: str) -> str:
    words = STATES[state].lower()
    return f"{number} {words if number == 1 else words.replace('does', 'do')}"


def _reference(key: str) -> str:
    row = load_table("references/references").row(key=key)
    return ", ".join(row.text(name) for name in ("authors", "year", "title", "journal"))


def _invented() -> Section:
    rows = tuple(
        (
            row.text("title"),
            row.text("runs"),
            f"{row.number('p'):.2f}",
            f"{HUNDRED * row.number('held80'):.1f}",
            f"{HUNDRED * row.number('held95'):.1f}",
        )
        for row in load_table("validation/calibration")
    )
    heads = ("What was ranked", "Runs", "Chance of such ranks", "80 % holds", "95 % holds")
    return Section(
        *("invented", "Calibration", "Invented people, of whom the truth is known"),
        paragraphs=(
            "The truth is drawn from the model's own prior and ranked among 399 draws of what the "
            "model then believes. Right beliefs make all ranks equally likely, and intervals of "
            "80 % hold 80 of 100. This tests the arithmetic, not whether people are as the prior "
            "says.",
        ),
        tables=(DataTable("Ranks of the truth", heads, rows, widths=(40, 12, 18, 15, 15)),),
        small=(f"The method: {_reference('talts2018')}.",),
    )


def _published() -> Section:
    rows = outside_rows()
    inside, count = (sum(int(row[place]) for row in rows) for place in (1, 2))
    reached = (
        "as many as it should" if inside * 5 >= count * 4 else "fewer than the 80 of 100 meant"
    )
    return Section(
        *("published", "Published results", f"{inside} of {count} left out lie inside"),
        paragraphs=(
            "Each published row was left out of the fit with its whole programme and foretold from "
            f"the rest. The 80 % intervals hold {inside} of {count}: {reached}.",
        ),
        tables=(DataTable("Inside the 80 % interval", ("Rows", "Inside", "Of"), rows),),
        small=("Row by row: page validation of the documentation.",),
    )


def _run(dossier: Dossier) -> Section:
    decision = dossier.decision
    facts_of_run = [
        ("Measures that count", str(len(dossier.profile.measures_used))),
        ("Measures set aside", str(len(dossier.profile.measures_set_aside))),
        ("Not measured, with the reason", str(len(dossier.not_measured))),
        ("Failed adequate trials counted on", str(decision.stage)),
        ("Options ranked", str(len(decision.predictions))),
        ("Options not ranked, with the reason", str(len(decision.unranked))),
        *_ranked(decision),
        ("Wishes", decision.weights_source),
        ("Assumption", dossier.profile.assumption),
    ]
    return Section(
        *("run", "This run", "What this person's answer rests on"),
        paragraphs=(decision.withheld or decision.sentence,),
        tables=(DataTable("This run", ("What", "Value"), tuple(facts_of_run), widths=(35, 65)),),
    )


def _ranked(decision: Decision) -> list[tuple[str, str]]:
    rows = decision.predictions
    if not rows:
        return []
    checked = [one.checked for one in rows]
    return [
        ("Tied with the first", str(sum(one.tied for one in rows) - 1)),
        ("Better than average", str(sum(one.better_than_average for one in rows))),
        ("Moved by an established moderator", str(sum(bool(one.drivers) for one in rows))),
        ("Estimated outside the studied group", str(sum(one.extrapolated for one in rows))),
        ("Never compared with most others", str(_apart(decision))),
        ("Rates that rest on a recalled number", str(checked.count("recalled"))),
    ]


def _apart(decision: Decision) -> int:
    return sum(one.evidence_path != "randomised" for one in decision.predictions)


def _beyond() -> Section:
    return Section(
        *("further", "Further", "Where to look, and what to ask"),
        paragraphs=(
            "Calibration plots and decision curves on open data of single people stand on the page "
            "early-change of the documentation; every published row on the pages validation and "
            "rates; the model itself on the page decision-model.",
            "equipoise decide sensitivity tells for one person which uncertain number of the model "
            "would change the answer.",
        ),
    )
