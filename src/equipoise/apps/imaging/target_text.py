"""The answer of `equipoise target` as lines for a terminal: verdict first."""

from __future__ import annotations

from typing import Any, Final

from equipoise.apps.report.plain import plain
from equipoise.apps.report.wording import say

__all__ = ["target_text"]

_VERDICTS: Final = {
    "use": "USE: the point repeats in this scan; whether to stimulate is not decided here",
    "use_with_caution": (
        "USE WITH CAUTION: weigh the point against the standard target; "
        "whether to stimulate is not decided here"
    ),
    "fall_back": "FALL BACK to the standard target",
}
_NAMES: Final = {
    "classic": "classic seed",
    "reference_map": "reference map",
    "clustering": "clustering",
}
_UNKNOWN: Final = "n/a"


def target_text(document: dict[str, Any]) -> str:
    """Return the answer in lines.

    Parameters
    ----------
    document : dict
        As :func:`~equipoise.apps.imaging.target_document.target_document` makes it.

    Returns
    -------
    str
        Verdict and reasons, the standard target, what aiming may bring, methods, places.
    """
    who = f"sub-{document['label']}" if document["label"] else "no label"
    lines = [
        f"Equipoise {document['version']}: TMS target, {who}, {document['date']}. "
        "Research software; not clinically reviewed.",
        *(f"Note: {notice}." for notice in document["notices"]),
        *((say("target_no_use"),) if document["notices"] else ()),
        "",
        f"VERDICT  {_VERDICTS[document['verdict']]}",
        *_reasons(document),
        "",
        *_standard(document),
        "",
        "BENEFIT",
        *(f"  {words}" for words in document["benefit"]),
        "",
        f"METHODS  mm in {document['space']}, RAS+ (x below 0 is left)",
    ]
    lines += _methods(document)
    if document["agreement_mm"] is not None:
        lines.append(f"  the methods lie up to {document['agreement_mm']:.1f} mm apart")
    if document.get("depth_reason"):
        lines.append(f"  no depth: {document['depth_reason']}")
    if document["places"] and document["verdict"] != "fall_back":
        lines += ["", "PLACES"]
        lines += [f"  {p['space']}: {_xyz(p['xyz_mm'])} ({p['how']})" for p in document["places"]]
    if document["flags"]:
        lines += ["", "REMARKS", *(f"  - {flag}" for flag in document["flags"])]
    return "\n".join(lines).replace("\N{NO-BREAK SPACE}", " ")


def _mark(document: dict[str, Any], name: str) -> str:
    """Return what stands beside the point of a method."""
    if document["verdict"] == "fall_back":
        return " (not to be aimed at)"
    return " (the point of the verdict)" if name == document["chosen"] else ""


def _reasons(document: dict[str, Any]) -> list[str]:
    """Return the reasons, the checks that were passed under a line of their own."""
    reasons = [plain(reason) for reason in document["reasons"]]
    against = document["against"] if document["verdict"] != "use" else 0
    lines = [f"  - {reason}" for reason in reasons[: against or len(reasons)]]
    if not against:
        return lines
    passed = (reason for reason in reasons[against:] if "standard target" not in reason)
    return [*lines, "  passed:", *(f"  - {reason}" for reason in passed)]


def _methods(document: dict[str, Any]) -> list[str]:
    """Return every method; where none has a point for one and the same reason, that it is so."""
    methods = document["methods"]
    reasons = {method["reason"] for method in methods.values() if method["xyz_mm"] is None}
    if len(reasons) == 1 and all(method["xyz_mm"] is None for method in methods.values()):
        return ["  no method has a point"]
    return [
        line
        for name, method in methods.items()
        for line in _method(name, method, _mark(document, name))
    ]


def _method(name: str, method: dict[str, Any], mark: str) -> list[str]:
    title = _NAMES.get(name, name)
    if method["xyz_mm"] is None:
        return [f"  {title}: no point; {method['reason']}"]
    error = method["r_standard_error"]
    spread = "" if error is None else f" (standard error {error:.3f})"
    strength = _UNKNOWN if method["r"] is None else f"{method['r']:.3f}{spread}"
    lines = [
        f"  {title}{mark}: {_xyz(method['xyz_mm'])}",
        f"    correlation with the seed {strength}",
        f"    95 % region: semi-axes {_axes(method['region95_mm'])}; "
        f"halves of the data {_mm(method['split_half_mm'])} apart",
        f"    {_mm(method['group_distance_mm'])} from the group target, "
        f"{_mm(method['f3_distance_mm'])} from Beam F3",
    ]
    if method["depth_mm"] is not None:
        error = method["depth_standard_error_mm"]
        lines.append(f"    {_mm(method['depth_mm'])} below the scalp (standard error {_mm(error)})")
    return lines


def _standard(document: dict[str, Any]) -> list[str]:
    """Return the standard target: whole where it is fallen back to, else by name."""
    standard = document["fall_back"]
    if document["verdict"] != "fall_back":
        return [f"INSTEAD  {standard['title']}, found by three measures of the head"]
    steps = (f"  {number}. {step}" for number, step in enumerate(standard["steps"], start=1))
    return [
        f"INSTEAD  {standard['title']}",
        f"  measure: {'; '.join(standard['measures'])}",
        *steps,
        f"  calculator: {standard['tool']}",
        f"  {standard['note']}.",
    ]


def _xyz(point: list[float] | None) -> str:
    return _UNKNOWN if point is None else " ".join(f"{n:.1f}" for n in point)


def _axes(axes: list[float] | None) -> str:
    return _UNKNOWN if axes is None else " x ".join(f"{n:.1f}" for n in axes) + " mm"


def _mm(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.1f} mm"
