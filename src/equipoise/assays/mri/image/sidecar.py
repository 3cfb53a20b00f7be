"""The JSON file beside an image: what it says about time has to be a time.

Where it says nothing, the image's header speaks alone; where it says something that is no time,
or cannot be read, the image is refused: two sources of which one is broken are no check.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Final

from equipoise.core.errors import RecordingError

__all__ = ["check_sidecar"]

_FIELD: Final = "RepetitionTime"


def check_sidecar(path: str, name: str) -> None:
    """Refuse a sidecar that cannot be read, or whose repetition time is none.

    Parameters
    ----------
    path : str
        The JSON file.
    name : str
        File name for messages.

    Raises
    ------
    RecordingError
        If the file is missing or no JSON object, or the field is no number above 0.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise RecordingError("the file is missing", where=name) from error
    except (OSError, ValueError, RecursionError) as error:
        raise RecordingError(
            "the sidecar cannot be read as JSON",
            where=name,
            todo="repair it, or copy it again",
        ) from error
    if not isinstance(content, dict):
        raise RecordingError("the sidecar is no JSON object", where=name, todo="repair it")
    if _FIELD in content and not _is_time(content[_FIELD]):
        raise RecordingError(
            "this is no repetition time",
            where=f"{name} field {_FIELD}",
            got=json.dumps(content[_FIELD])[:40],
            allowed="seconds above 0, as a number",
        )


def _is_time(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 < value < math.inf
