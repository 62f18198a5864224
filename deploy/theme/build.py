"""The portal's style sheet out of npm packages: `make styles`. What comes out is committed, so that nobody needs npm to run it.

Components of the NL Design System and our own layout in one file; in another the tokens of a theme as far as these use them.
Served by the portal itself: no address of anybody else is in them.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = ROOT / "node_modules"
TOKENS = MODULES / "@nl-design-system-unstable" / "voorbeeld-design-tokens" / "dist" / "theme.css"
STATIC = ROOT / "services" / "portal" / "static"
THEMES = Path(__file__).parent / "themes"
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


def layout() -> str:
    """Components and where things stand, the same for every municipality: no colour and no letter of its own."""
    components = [(MODULES / "@utrecht" / f"{one}-css" / "dist" / "index.min.css").read_text() for one in COMPONENTS]
    plain = [re.sub(r"/\*.*?\*/\s*", "", one, flags=re.DOTALL) for one in components]
    # What every page has comes first; a family of pages has a file of its own.
    files = sorted((Path(__file__).parent / "layout").glob("*.css"), key=lambda one: (one.stem != "base", one.stem))
    return "".join(f"{one.strip()}\n" for one in plain) + "".join(one.read_text() for one in files)


def theme(file: Path, used_in: str) -> str:
    """The tokens of a municipality (a file in `themes/`), over those of the neutral example, as far as `used_in` uses them."""
    tokens = dict(_TOKEN.findall(TOKENS.read_text()))
    for one in (THEMES / "neutral.css", file):
        tokens |= dict(_TOKEN.findall(one.read_text()))
    return ":root{" + "".join(f"{name}:{tokens[name]};" for name in sorted(_closure(used_in, tokens))) + "}\n"


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
    sheet = layout()
    (STATIC / "portal.css").write_text(HEAD + sheet)
    for file in THEMES.glob("*.css"):
        (STATIC / f"theme-{file.name}").write_text(HEAD + theme(file, sheet))
