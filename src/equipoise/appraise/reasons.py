"""A safety reason: out of a row of a rule table, or of the method itself."""

from __future__ import annotations

from typing import cast

from equipoise.core.nouns import SafetyReason, Verdict
from equipoise.core.tables import Row

__all__ = ["own_reason", "row_reason"]


def row_reason(
    row: Row,
    text: str,
    *,
    action: str,
    verdict: Verdict | None = None,
    missing: str | None = None,
) -> SafetyReason:
    """Return the reason that a rule gives.

    Parameters
    ----------
    row : Row
        The rule; its id, source and grade are kept.
    text : str
        What it says about this person.
    action : str
        What to do.
    verdict : {"hard_stop", "caution", "cannot_tell"}, optional
        The verdict; by default that of the row.
    missing : str, optional
        The fact that is missing.

    Returns
    -------
    SafetyReason
        One rule, applied to one option.
    """
    return SafetyReason(
        rule=row.text("id"),
        verdict=verdict or cast(Verdict, row.text("verdict")),
        text=text,
        action=action,
        missing=missing,
        reference=row.text("reference"),
        grade=row.cells["grade"],
        checked=row.text("checked"),
    )


def own_reason(
    rule: str, verdict: Verdict, text: str, action: str, missing: str | None = None
) -> SafetyReason:
    """Return a reason of the method itself, which no row of a table gives.

    Parameters
    ----------
    rule : str
        Its id.
    verdict : {"hard_stop", "caution", "cannot_tell"}
        The verdict.
    text : str
        What it says about this person.
    action : str
        What to do.
    missing : str, optional
        The fact that is missing.

    Returns
    -------
    SafetyReason
        One rule, applied to one option.
    """
    return SafetyReason(
        rule=rule,
        verdict=verdict,
        text=text,
        action=action,
        missing=missing,
        reference="equipoise_method",
        grade="n/a",
        checked="derived",
    )
