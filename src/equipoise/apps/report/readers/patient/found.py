"""What was measured and what it cannot tell, what was not, and what a scan is for."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from markupsafe import Markup

from equipoise.apps.report import numbers as n
from equipoise.apps.report.document import Block, Bullets, Facts, Folded, Heading, Section, Text
from equipoise.apps.report.figures import figure
from equipoise.apps.report.language import gettext as _
from equipoise.apps.report.names import rows_of
from equipoise.apps.report.readers.patient.offered import shows_options
from equipoise.apps.report.wording import capital, tell, verbal
from equipoise.core.nouns import Dossier, InformationValue
from equipoise.core.tables import Row, load_table

__all__ = ["found_section"]

MOOD: Final = "mood"
USABLE: Final = frozenset({"use", "use_with_caution", "usable"})
OWN_WORDS: Final = frozenset({MOOD, "brain_scan", "genes"})
"""Groups whose result is told by a sentence of their own, whatever it was."""


def found_section(dossier: Dossier) -> Section:
    """Return the section on what was measured."""
    groups = _looked_at(dossier)
    blocks: list[Block] = [*_measured(dossier, groups), *_not_measured(dossier, groups)]
    blocks += [
        Heading(_("What a brain scan can tell")),
        Text(Markup(" ").join((tell("patient.scan_cannot"), tell(f"patient.{_scan(dossier)}")))),
        *_more_tests(dossier),
    ]
    title = _("What we measured, and what it cannot tell")
    return Section("measured", title, tuple(blocks), new_page=True)


def _scan(dossier: Dossier) -> str:
    """Return what a scan was for: a spot that can be used, or nothing that one must have."""
    usable = any(target.verdict in USABLE for target in dossier.targets)
    return "scan_target" if usable else "scan_not_needed"


def _groups(measures: list[str]) -> tuple[str, ...]:
    """Return the groups of measures, each once, in the order of their table."""
    found = {_group(measure) for measure in measures}
    return _in_order(found)


def _in_order(names: Collection[str | None]) -> tuple[str, ...]:
    rows = load_table("wording/measured")
    return tuple(row.text("id") for row in rows if row.text("id") in names)


def _looked_at(dossier: Dossier) -> tuple[str, ...]:
    """Return the groups of which anything is known: a value, or an item that was checked."""
    found = {_group(m.measurement.id) for m in dossier.measurements}
    checked = {c.id for c in dossier.appraisal.diagnosis_check if c.status != "not_checked"}
    for row in load_table("wording/measured"):
        if checked & set(row.items("checks")):
            found.add(row.text("id"))
    if dossier.gene_calls or dossier.appraisal.genes:
        found.add("genes")
    return _in_order(found)


def _group(measure: str) -> str | None:
    """Return the group with the longest beginning of an id that fits."""
    fits = [
        (len(start), row.text("id"))
        for row in load_table("wording/measured")
        for start in row.items("measures")
        if measure.startswith(start)
    ]
    return max(fits)[1] if fits else None


def _measured(dossier: Dossier, groups: tuple[str, ...]) -> list[Block]:
    if not groups:
        return [Text(tell("patient.measured_none"))]
    pairs = tuple((capital(tell(f"measured.{one}")), _result(dossier, one)) for one in groups)
    blocks: list[Block] = [Facts(pairs, "lines")]
    return [*blocks, Text(_changes(dossier))] if shows_options(dossier) else blocks


def _result(dossier: Dossier, group: str) -> Markup:
    if group in OWN_WORDS:
        return tell(f"patient.result_{group}")
    row = load_table("wording/measured").row(id=group)
    checks = set(row.items("checks"))
    states = {c.status for c in dossier.appraisal.diagnosis_check if c.id in checks}
    if "abnormal" in states:
        own = f"result_{group}"
        known = rows_of("wording/patient", id=own)
        return tell(f"patient.{own if known else 'result_stands_out'}")
    return tell("patient.result_clear" if states == {"clear"} else "patient.result_kept")


def _changes(dossier: Dossier) -> Markup:
    """Return whether what was measured moves the chances: the same and cannot tell stay apart.

    What moves every option alike is told beside it: then no number is that of others.
    """
    words = {p.shift.words for p in dossier.decision.predictions} - {"not_estimated"}
    if words & {"better", "worse"}:
        return tell("patient.changes_some")
    if "cannot_tell" in words:
        return tell("patient.changes_unclear")
    moved = {n.whole(p.outlook) for p in dossier.decision.predictions} - {0}
    if moved:
        way = "lower" if max(moved) < 0 else "higher" if min(moved) > 0 else "mixed"
        return Markup(" ").join((tell("patient.changes_not"), tell(f"patient.outlook_{way}")))
    return tell("patient.changes_same" if "the_same" in words else "patient.changes_none")


def _not_measured(dossier: Dossier, groups: tuple[str, ...]) -> list[Block]:
    named = set(_groups([gap.id for gap in dossier.not_measured]))
    always = {row.text("id") for row in load_table("wording/measured") if row.flag("always")}
    missing = _in_order({*named, *always} - set(groups))
    blocks: list[Block] = [Heading(_("What we did not measure"))]
    if not missing:
        return [*blocks, Text(tell("patient.not_measured_nothing"))]
    return [
        *blocks,
        Bullets(tuple(tell(f"measured.{one}") for one in missing)),
        Text(tell("patient.not_measured_means")),
    ]


def _more_tests(dossier: Dossier) -> list[Block]:
    """Return what further tests are for: the choice, and safety."""
    if not shows_options(dossier):
        return []
    said = [_worth(dossier)]
    folded: list[Block] = []
    named = [row for one in dossier.decision.safety_tests if (row := _test(one.test))]
    if named:
        names = Bullets(tuple(tell(f"patient.{row.text('id')}") for row in named))
        said.append(tell("patient.safety_tests"))
        folded.append(Folded(tell("patient.safety_tests_list"), (names,), printed=False))
    return [Heading(_("Would more tests help?")), Text(Markup(" ").join(said)), *folded]


def _worth(dossier: Dossier) -> Markup:
    single = [one for one in dossier.decision.tests if "+" not in one.test]
    most = max(single, key=_chance_of_change, default=None)
    if most is None or n.whole(most.p_changes_choice) == 0:
        return tell("patient.more_tests_none")
    chance = figure(
        n.of_100(most.p_changes_choice),
        f"established.test.{most.test}.p_changes_choice",
        n.exact_chance(most.p_changes_choice),
    )
    words = verbal(most.p_changes_choice, "patient")
    return tell("patient.more_tests_some", chance=chance, words=words)


def _chance_of_change(test: InformationValue) -> float:
    return test.p_changes_choice


def _test(test: str) -> Row | None:
    return next(iter(rows_of("wording/patient", id=f"test_{test}")), None)
