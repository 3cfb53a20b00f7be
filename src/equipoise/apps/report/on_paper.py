"""What of the clinician's page is printed: parts that are folded on the screen stay there."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["cited_on_paper"]

FOLD: Final = re.compile(r"<details([^>]*)>|</details>")
CITED: Final = re.compile(r'href="#(d-source-[^"]+)"')
KEPT: Final = "on-paper"


def cited_on_paper(html: str) -> frozenset[str]:
    """Return the ids of the sources that the printed part of a page cites.

    Examples
    --------
    >>> folded = '<details><a href="#d-source-one">One</a></details>'
    >>> sorted(cited_on_paper(folded + '<a href="#d-source-two">Two</a>'))
    ['d-source-two']
    """
    found: set[str] = set()
    hidden: list[bool] = []
    start = 0
    for fold in FOLD.finditer(html):
        if not any(hidden):
            found.update(CITED.findall(html, start, fold.start()))
        start = fold.end()
        if fold.group() == "</details>":
            hidden.pop()
        else:
            hidden.append(KEPT not in fold.group(1))
    return frozenset(found.union(CITED.findall(html, start)))
