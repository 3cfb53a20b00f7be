"""Equipoise: what is known about one person's depression, how surely, and what it changes.

The package reads everything measured about one person, places each measure among other people,
compares treatment options and writes a report. Start with :mod:`equipoise.pipeline` or with the
command ``equipoise demo``.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
