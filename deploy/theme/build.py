"""The portal's style sheet out of npm packages: `make styles`. What comes out is committed, so that nobody needs npm to run it.

Components of the NL Design System, the tokens of a neutral theme as far as these use them, our own layout. One file, served
by the portal itself: no address of anybody else is in it.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "node_modules"
TOKENS = MODULES / "@nl-design-system-unstable" / "voorbeeld-design-tokens" / "dist" / "theme.css"
SHEET = ROOT / "services" / "portal" / "static" / "portal.css"
COMPONENTS = (
    "document",
    "heading-1",
    "heading-2",
    "heading-3",
    "link",
    "button",
    "textbox",
    "textarea",
    "select",
    "radio-button",
    "checkbox",
)
_USED = re.compile(r"var\(\s*(--[\w-]+)")
_TOKEN = re.compile(r"^\s*(--[\w-]+):\s*(.+);\s*$", re.MULTILINE)
HEAD = """/* Made by `make styles`: do not edit.
 * Components: @utrecht/*-css, EUPL-1.2, (c) Frameless B.V. and Gemeente Utrecht. Tokens: voorbeeld-design-tokens,
 * EUPL-1.2, (c) NL Design System Community. */
"""


def sheet(municipality: str = "neutral") -> str:
    """The whole style sheet in the theme of `municipality` (a file in `themes/`)."""
    components = [(MODULES / "@utrecht" / f"{one}-css" / "dist" / "index.min.css").read_text() for one in COMPONENTS]
    # What every page has comes first; a family of pages has a file of its own.
    files = sorted((Path(__file__).parent / "layout").glob("*.css"), key=lambda one: (one.stem != "base", one.stem))
    layout = "".join(one.read_text() for one in files)
    tokens = dict(_TOKEN.findall(TOKENS.read_text()))
    tokens |= dict(_TOKEN.findall((Path(__file__).parent / "themes" / f"{municipality}.css").read_text()))
    used = _closure("".join((*components, layout)), tokens)
    theme = "".join(f"{name}:{tokens[name]};" for name in sorted(used))
    plain = [re.sub(r"/\*.*?\*/\s*", "", one, flags=re.DOTALL) for one in components]
    return HEAD + f":root{{{theme}}}\n" + "".join(f"{one.strip()}\n" for one in plain) + layout


def _closure(text: str, tokens: dict[str, str]) -> set[str]:
    """The tokens that `text` uses, and those that these use."""
    found: set[str] = set()
    waiting = set(_USED.findall(text))
    while waiting:
        one = waiting.pop()
        if one in tokens and one not in found:
            found.add(one)
            waiting |= set(_USED.findall(tokens[one]))
    return found


if __name__ == "__main__":
    SHEET.write_text(sheet())
