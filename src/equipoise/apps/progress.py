"""Progress on stderr for work that takes longer than a moment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from equipoise.core.steps import Watcher, quiet

__all__ = ["progress"]


@contextmanager
def progress() -> Iterator[Watcher]:
    """Yield a watcher that draws a bar on a terminal and is silent elsewhere."""
    if not sys.stderr.isatty():
        yield quiet
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    bars: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True), transient=True) as shown:

        def _watch(what: str, done: int, total: int, /) -> None:
            if what not in bars:
                bars[what] = shown.add_task(what, total=total)
            shown.update(bars[what], completed=done, total=total)

        yield _watch
