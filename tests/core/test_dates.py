"""Dates keep their precision and never fill anything in."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipoise.core.dates import check_date, earliest, latest, weeks_between
from equipoise.core.errors import RecordError


def test_partial_dates_span_the_days_they_allow() -> None:
    assert (earliest("2024"), latest("2024")) == (dt.date(2024, 1, 1), dt.date(2024, 12, 31))
    assert (earliest("2024-02"), latest("2024-02")) == (dt.date(2024, 2, 1), dt.date(2024, 2, 29))
    assert earliest("2024-03-10") == latest("2024-03-10") == dt.date(2024, 3, 10)


@pytest.mark.parametrize("text", ["", "24-03", "2024-13", "2023-02-29", "10/03/2024", "2024-3-1"])
def test_other_text_is_no_date(text: str) -> None:
    with pytest.raises(RecordError, match="not a date"):
        check_date(text)


def test_a_future_date_is_refused_and_this_month_is_not() -> None:
    assert check_date("2025-01", today="2025-01-10") == "2025-01"
    with pytest.raises(RecordError, match="future"):
        check_date("2025-02", today="2025-01-10")


def test_weeks_between_partial_dates_are_bounds() -> None:
    # By hand: 31 March to 1 July is 92 days, 1 March to 31 July is 152 days.
    assert weeks_between("2024-03", "2024-07") == (92 / 7, 152 / 7)
    assert weeks_between("2024-03", "2024-03") == (0.0, 30 / 7)


@given(st.dates(dt.date(1900, 1, 1)), st.dates(dt.date(1900, 1, 1)))
def test_whole_dates_have_one_distance(first: dt.date, second: dt.date) -> None:
    least, most = weeks_between(first.isoformat(), second.isoformat())
    assert least == most == max((second - first).days / 7, 0.0)
