"""The script of the pages: three small files joined to one, and the hash that alone allows it.

A page is whole without it: it adds sliders, read-outs and slices to move through, and lets a paper
form be filled in on the screen. It asks for nothing, keeps nothing and changes no result.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib import resources
from typing import Final, NamedTuple

from markupsafe import Markup

__all__ = ["LARGEST", "Script", "page_script", "script_file"]

FILES: Final = ("weigh.js", "sliders.js", "page.js")
LARGEST: Final = 15 * 1024
"""The script of a page is no longer than this, in bytes; a test holds it."""


class Script(NamedTuple):
    """The text between the script tags, and its hash as a content security policy names it."""

    text: Markup
    hash: Markup


def script_file(name: str) -> str:
    """Return the text of one of the files."""
    folder = resources.files("equipoise.apps.report") / "script"
    return folder.joinpath(name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def page_script() -> Script:
    """Return the script of a page with its hash; both depend on nothing but the files."""
    body = "\n".join(script_file(name) for name in FILES)
    text = f'(() => {{\n"use strict";\n{body}}})();\n'
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return Script(Markup(text), Markup(f"sha256-{digest}"))
