"""Write the JSON Schema of every noun into ``docs/schemas``."""

from __future__ import annotations

import json
from pathlib import Path

from equipoise.core.documents import json_schema, noun_types

FOLDER = Path(__file__).parent / "schemas"


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for noun in noun_types():
        text = json.dumps(json_schema(noun), sort_keys=True, indent=1) + "\n"
        (FOLDER / f"{noun.__name__}.schema.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
