"""The check of laboratory values as text for a clinician's screen: urgent first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any, Final

from equipoise.apps.labs.attention import ORDER, is_first
from equipoise.apps.labs.notes import asked_once, flags_to_note, is_noted, questions_to_note

__all__ = ["page"]

WIDTH: Final = 100
HUNDRED: Final = 100
NOTHING: Final = "nothing"
WATCH: Final = "watch"
NO_GRADE: Final = "N"
INDENT: Final = "      "
LIMIT: Final = (
    "No blood value diagnoses a depression or picks a drug. An abnormal value is a possible "
    "contributor: correct it for its own sake. Not clinically reviewed."
)


def page(document: dict[str, Any]) -> str:
    """Return the check as text.

    Parameters
    ----------
    document : dict
        As :func:`equipoise.apps.labs.check.check_labs` returns it.

    Returns
    -------
    str
        One page: what is urgent, the values with what to note, the composites, what is missing.
    """
    notice = f" ({document['notice']})" if document["notice"] else ""
    lines = [f"Laboratory values of {document['label']}{notice}, {document['date']}"]
    lines += _urgent(document["urgent"])
    lines += [] if document["labs"] else ["", "There is no laboratory value in this record."]
    first = [entry for entry in document["further"] if is_first(entry["attention"])]
    noted = [*first, *(entry for entry in document["labs"] if is_noted(entry))]
    plain = [entry for entry in document["labs"] if not is_noted(entry)]
    lines += _values("TO NOTE OR TO ASK", sorted(noted, key=_rank))
    lines += _asked(document["labs"])
    lines += _plain([entry for entry in plain if not entry["told_by"]])
    rest = [entry for entry in document["further"] if not is_first(entry["attention"])]
    lines += _further(rest, [entry for entry in plain if entry["told_by"]])
    lines += _composites(document["composites"], document["labs"])
    speaking = [entry for entry in document["labs"] if is_noted(entry) or _counts(entry)]
    lines += _meanings([*speaking, *document["further"]])
    lines += _missing(document["not_measured"])
    return "\n".join([*lines, "", *_wrapped(LIMIT, "")])


def _rank(entry: dict[str, Any]) -> int:
    return ORDER.index(entry["attention"])


def _urgent(flags: list[dict[str, Any]]) -> list[str]:
    if not flags:
        return []
    lines = ["", "TO WATCH" if flags[0]["grade"] == WATCH else "URGENT"]
    for flag in flags:
        lines += _wrapped(f"{flag['grade'].upper()}: {flag['title']} [{flag['evidence']}]", "  ")
        lines += [line for step in flag["steps"] for line in _wrapped(f"-> {step}", INDENT)]
    return lines


def _counts(entry: dict[str, Any]) -> bool:
    return bool(entry["moves"] != NOTHING)


def _asked(entries: list[dict[str, Any]]) -> list[str]:
    """Return what to ask, once for all values that the same is missing of."""
    asked = asked_once(entries)
    lines = ["", "TO ASK FOR A BETTER READING"] if asked else []
    for question, titles in asked.items():
        lines += _wrapped(f"? {question} ({'; '.join(titles)})", "  ")
    return lines


def _plain(entries: list[dict[str, Any]]) -> list[str]:
    """Return the values without anything to note, apart from those that nothing here can judge."""
    judged = [entry for entry in entries if entry["limits"] or entry["norm"]]
    others = [entry for entry in entries if entry not in judged]
    lines = ["", f"NOTHING TO NOTE ({len(judged)})", *_by_day(judged)] if judged else []
    if others:
        lines += ["", f"NO LIMIT AND NO NORM HERE ({len(others)}): read them by their laboratory"]
    return [*lines, *_by_day(others)]


def _by_day(entries: list[dict[str, Any]]) -> list[str]:
    days: dict[str, list[str]] = {}
    for entry in entries:
        value = f"{entry['comparator'] or ''}{entry['reported']:g} {entry['unit']}"
        days.setdefault(entry["date"], []).append(f"{entry['title']} {value}{_brief(entry)}")
    return [
        line for day, told in days.items() for line in _wrapped(f"{day}: {'; '.join(told)}", "  ")
    ]


def _brief(entry: dict[str, Any]) -> str:
    if entry["norm"] is None:
        return ""
    return f" (higher than in {_of_hundred(entry['centile'])} of 100)"


def _values(heading: str, entries: list[dict[str, Any]]) -> list[str]:
    if not entries:
        return []
    lines = ["", f"{heading} ({len(entries)})"]
    for entry in entries:
        if "measure" in entry:
            lines += _wrapped(_worked_out(entry), "  ")
            lines += _flags(flags_to_note(entry))
            continue
        lines += _wrapped(f"{entry['title']}: {_value(entry)}; {_standing(entry)}", "  ")
        lines += _flags(flags_to_note(entry))
        asked_here = questions_to_note(entry)
        lines += [line for asked in asked_here for line in _wrapped(f"? {asked}", INDENT)]
        if entry["set_aside"] and entry["set_aside"] not in entry["flags"]:
            lines += _wrapped(f"- set aside: {entry['set_aside']}", INDENT)
    return lines


def _value(entry: dict[str, Any]) -> str:
    """Return a value as reported, and inside where that is another number."""
    reported = f"{entry['comparator'] or ''}{entry['reported']:g} {entry['unit']}"
    inside, unit = entry["value"], entry["inside_unit"]
    words = [reported]
    if inside is not None and unit != entry["unit"]:
        words.append(f"= {_short(inside, 3)} {unit}")
    if entry["standard_error"] is not None and not entry["comparator"]:
        words.append(f"(error +- {_short(entry['standard_error'], 2)} {unit})")
    return " ".join([*words, f"on {entry['date']}"])


def _short(number: float, digits: int) -> str:
    """Return a number with some digits, never as a power of ten."""
    return f"{number:.0f}" if abs(number) >= HUNDRED else f"{number:.{digits}g}"


def _standing(entry: dict[str, Any]) -> str:
    if entry["norm"] is None:
        return f"no place among others: {entry['no_norm'] or 'not measured'}"
    rough = " (estimated outside the studied group)" if entry["norm"]["extrapolated"] else ""
    place = _of_hundred(entry["centile"])
    return f"higher than in {place} of 100 people (z {entry['z']:+.1f}){rough}"


def _of_hundred(centile: float) -> str:
    whole = round(centile)
    if whole == 0:
        return "fewer than 1"
    return "more than 99" if whole == HUNDRED else str(whole)


def _meanings(entries: list[dict[str, Any]]) -> list[str]:
    """Return what the tests can say, once for all that say the same."""
    titles: dict[str, list[str]] = {}
    for entry in entries:
        said = entry["meaning"] or "Says nothing of the depression itself"
        graded = entry["grade"] not in {None, NO_GRADE}
        grade = f" (grade {entry['grade']})" if graded else ""
        titles.setdefault(f"{said}{grade}", []).append(entry["title"])
    if not titles:
        return []
    lines = ["", "WHAT THEY CAN SAY ABOUT A DEPRESSION"]
    for said, names in titles.items():
        lines += _wrapped(f"{'; '.join(dict.fromkeys(names))}: {said}", "  ")
    moved: dict[str, list[str]] = {}
    for entry in filter(_counts, entries):
        moved.setdefault(entry["moves"], []).append(entry["title"])
    for moves, names in moved.items():
        lines += _wrapped(f"Move {moves}: {'; '.join(dict.fromkeys(names))}", "  ")
    return [*lines, "  The others move nothing." if moved else "  They move nothing."]


def _flags(flags: Iterable[str]) -> list[str]:
    return [line for flag in flags for line in _wrapped(f"! {flag}", INDENT)]


def _worked_out(entry: dict[str, Any]) -> str:
    if entry["value"] is None:
        return f"{entry['title']}: not measured on {entry['date']}: {entry['not_measured']}"
    value = f"{entry['value']:.3g} {entry['inside_unit']}"
    error = entry["standard_error"]
    give = "" if error is None else f" (error +- {float(f'{error:.2g}'):g})"
    return f"{entry['title']}: {value}{give} on {entry['date']}"


def _further(entries: list[dict[str, Any]], samples: list[dict[str, Any]]) -> list[str]:
    """Return what was worked out, what all of one assay and day share once, and from what."""
    if not entries and not samples:
        return []
    lines = ["", "WORKED OUT OF SEVERAL VALUES"] if entries else [""]
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for entry in entries:
        folder, *names = entry["measure"].split(".")
        assay = f"{folder}.{names[0]}"
        reason = entry["not_measured"] or ""
        groups.setdefault((assay, entry["date"], reason), []).append(entry)
    for (_, date, reason), found in groups.items():
        if reason:
            titles = "; ".join(entry["title"] for entry in found)
            lines += _wrapped(f"{titles}: not measured on {date}: {reason}", "  ")
            lines += _flags(_together(found))
            continue
        shared = [flag for flag in _together(found) if _of_all(flag, found)]
        for entry in found:
            lines += _wrapped(_worked_out(entry), "  ")
            # What holds for one alone stands with it: two tests of a day are never mixed.
            lines += _flags(flag for flag in flags_to_note(entry) if flag not in shared)
        lines += _flags(shared)
    return [*lines, *_samples(samples)]


def _together(entries: list[dict[str, Any]]) -> Iterable[str]:
    return dict.fromkeys(flag for entry in entries for flag in flags_to_note(entry))


def _of_all(flag: str, entries: list[dict[str, Any]]) -> bool:
    return all(flag in entry["flags"] for entry in entries)


def _samples(entries: list[dict[str, Any]]) -> list[str]:
    """Return the values behind what was worked out, those of one test and day together."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for entry in entries:
        value = f"{entry['comparator'] or ''}{entry['reported']:g}"
        groups.setdefault((entry["title"], entry["unit"], entry["date"]), []).append(value)
    told = [
        f"{title} {', '.join(values)} {unit} ({date})"
        for (title, unit, date), values in groups.items()
    ]
    return _wrapped(f"Samples: {'; '.join(told)}", "  ") if told else []


def _composites(composites: list[dict[str, Any]], labs: list[dict[str, Any]]) -> list[str]:
    titles = {entry["test"]: entry["title"] for entry in labs}
    lines = ["", f"TOGETHER (in {composites[0]['unit']})"] if composites else []
    for one in composites:
        lines += _wrapped(f"{one['title']}: {one['words']}", "  ")
        if one["used"]:
            lines += _wrapped(
                f"from {'; '.join(_title(name, titles) for name in one['used'])}", INDENT
            )
        for entry in one["aside"]:
            told = f"not counted: {_title(entry['test'], titles)}: {entry['reason']}"
            lines += _wrapped(told, INDENT)
    return lines


def _title(name: str, titles: dict[str, str]) -> str:
    """Return the title of a test or measure, such as ``crp_hs`` or ``blood.crp_hs``."""
    return titles.get(name.rpartition(".")[2], name)


def _missing(items: list[dict[str, Any]]) -> list[str]:
    if not items:
        return []
    lines = ["", "USUAL TO CHECK, NOT IN THE RECORD"]
    return [
        *lines,
        *(line for one in items for line in _wrapped(f"{one['title']}: {one['todo']}", "  ")),
    ]


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
