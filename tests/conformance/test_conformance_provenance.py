"""A result says from which bytes and by which software it was made."""

from __future__ import annotations

import re

from equipoise import __version__
from equipoise.core.nouns import Measurement, Result, Target


def test_provenance_is_filled(measured: tuple[Result, ...]) -> None:
    for result in measured:
        assert isinstance(result, Measurement | Target)
        origin = result.provenance
        assert origin.inputs
        assert all(re.fullmatch("[0-9a-f]{64}", source.sha256) for source in origin.inputs)
        assert not any(source.name.startswith("/") for source in origin.inputs)
        assert f"equipoise {__version__}" in origin.software
        assert origin.parameters
