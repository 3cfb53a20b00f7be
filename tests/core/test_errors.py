"""Messages are one line and say where, what, got, allowed and what to do."""

from __future__ import annotations

from equipoise.core.errors import EquipoiseError, InputError, RecordError


def test_a_message_is_one_line_in_a_fixed_order() -> None:
    error = RecordError(
        "the unit\nis missing", where="a.yaml line 3", got="3.4", allowed="mg/L", todo="add it"
    )
    assert str(error) == "a.yaml line 3: the unit is missing; got 3.4; allowed: mg/L; add it"


def test_exit_codes_tell_our_faults_from_bad_input() -> None:
    assert EquipoiseError("x").exit_code == 1
    assert InputError("x").exit_code == RecordError("x").exit_code == 2


def test_a_damaged_line_does_not_fill_the_message() -> None:
    error = InputError("this is not a number", where="a.yaml line 3", got="9" * 5000)
    assert len(str(error)) < 300
    assert str(error).endswith("9...")
    assert error.got == "9" * 5000
